"""Wiring: the only place that names a concrete store."""

import ctypes
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from graph_models.time import Millis, millis
from impactgraph.errors import BadInputError
from impactgraph.ports.store import Store

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's mallopt."""
_DATABASES = ("neo4j", "bolt")


def system_clock() -> Millis:
    """The moment it is."""
    return millis(datetime.now(UTC))


def store_exists(address: str) -> bool:
    """Whether a store was made at the address: of a folder that is looked into, of anything else only opening it tells."""
    if "://" in address:
        return True
    from impactgraph.stores.local.record import FILE

    return (Path(address) / FILE).is_file()


def open_store(address: str, *, now: Callable[[], Millis] = system_clock) -> Store:
    """The store at `address`, a folder that is made where it does not exist.

    Raises BadInputError for an address of a kind that this version does not have, StoreUnavailableError where it is in use.
    """
    scheme, separator, _ = address.partition("://")
    if separator:
        kind = "a Neo4j database" if scheme.partition("+")[0] in _DATABASES else f"{scheme}://"
        raise BadInputError(f"The store {scheme}://... is {kind}, which this version cannot use. Give the path of a folder, such as .impactgraph.")
    _keep_freed_memory()
    from impactgraph.stores.embedded import EmbeddedStore  # DuckDB takes a third of a second to import: only who opens a store waits for it.

    return EmbeddedStore.open(Path(address), now=now)


def _keep_freed_memory() -> None:
    """Lets the arrays of one question be used again by the next, where the C library can (glibc): to fetch them anew takes a tenth of its time."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, 256 * 2**20)
        mallopt(_MMAP_THRESHOLD, 32 * 2**20)
