"""A store with a million orders in flight, made as the demo makes them; built once, then kept in
`.bench/`.
"""

import os
from pathlib import Path

from graph_models.time import Millis
from impactgraph.demo.load import load_demo
from impactgraph.stores.embedded import EmbeddedStore

NOW: Millis = 1_772_546_400_000
SEED = 7
ORDERS = int(os.environ.get("IMPACTGRAPH_BENCH_ORDERS", "1000000"))
FOLDER = Path(os.environ.get("IMPACTGRAPH_BENCH_STORE", f".bench/{ORDERS}"))


def built() -> Path:
    """The folder of the store, built where it is not there yet."""
    done = FOLDER / "built"
    if not done.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        store = EmbeddedStore.open(FOLDER / "store", now=lambda: NOW)
        load_demo(store, ORDERS, NOW, SEED)
        store.close()
        done.touch()
    return FOLDER / "store"
