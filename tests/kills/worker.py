"""The process that is killed: it does the steps of a plan from one on, and says which were acknowledged."""

import random
from multiprocessing.connection import Connection

from impactgraph.bootstrap import open_store
from impactgraph.stores.local import ingest_store, record_file
from impactgraph.stores.local import store as local_store
from tests.kills.plan import plan
from tests.stores.events import at

NOW = at(600)


def work(address: str, seed: int, count: int, first: int, said: Connection) -> None:
    """Sends -1 when the store is open, and the number of each step when it was acknowledged."""
    chance = random.Random(f"{seed} {first}")
    local_store.SAVE_ON_CLOSE = 1
    ingest_store.SAVE_AFTER = chance.choice([20, 200, 2_000_000])
    record_file.SETTINGS["checkpoint_threshold"] = chance.choice(["16KB", "128MB"])
    store = open_store(address, now=lambda: NOW)
    said.send(-1)
    for step in plan(seed, count)[first:]:
        if step.kind == "reopen":
            store.close()  # with a checkpoint and a snapshot
            store = open_store(address, now=lambda: NOW)
        step.do(store)
        said.send(step.number)
    store.close()
