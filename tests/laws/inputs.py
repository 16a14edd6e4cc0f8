"""The inputs of a law in `fixtures/laws`, in a store in memory."""

from pathlib import Path

from graph_models.time import Millis, parse_moment
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import check_documents

HOME = Path(__file__).parents[2] / "fixtures" / "laws"
LONG_AGO = 1_735_689_600_000


def lines(law: str, *files: str) -> list[bytes]:
    """The events of these files, one after the other."""
    return [line for name in files for line in (HOME / law / f"{name}.ndjson").read_bytes().splitlines()]


def empty_store(law: str, now: str) -> EmbeddedStore:
    """With the law's topology; its clock stands at `now`."""
    clock = moment_of(now)
    store = EmbeddedStore.in_memory(now=lambda: clock)
    checked = check_documents({"topology.yaml": (HOME / law / "topology.yaml").read_text()})
    assert checked.topology is not None
    store.apply_topology(checked.topology, checked.documents, LONG_AGO)
    return store


def store_of(law: str, now: str, *files: str) -> EmbeddedStore:
    """With the law's topology and the events of these files, all of which are accepted."""
    store = empty_store(law, now)
    result = store.ingest(lines(law, *files))
    assert not result.quarantined, result.quarantined
    return store


def moment_of(text: str) -> Millis:
    """`12:00` is of 2 March 2026."""
    return parse_moment(text if "T" in text else f"2026-03-02T{text}:00Z")
