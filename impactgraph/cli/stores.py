"""The store that a command works on."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from impactgraph.errors import BadInputError, Problem

if TYPE_CHECKING:
    from graph_models.time import Millis
    from impactgraph.usecases import Store


@contextmanager
def opened(address: str, now: "Callable[[], Millis] | None" = None) -> "Generator[Store]":
    """The store at the address, created where there is none, closed at the end. Raises as `open_store` does.

    `now` is the store's clock; None: the system's.
    """
    from impactgraph.bootstrap import open_store, system_clock

    clock = now or system_clock
    if "://" in address:
        from impactgraph.cli.progress import bar

        with bar("Opening the store", None) as advance:
            store = open_store(address, now=clock, say=lambda text: advance(0, text))
    else:
        store = open_store(address, now=clock)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def existing(address: str) -> "Generator[Store]":
    """As `opened`, but a folder that is not there is an error, not an empty answer. Raises BadInputError."""
    from impactgraph.bootstrap import store_exists

    if not store_exists(address):
        raise BadInputError(
            Problem(
                f"There is no store in the folder {address}. Name one with --store or IMPACTGRAPH_STORE, or make it: "
                "`impactgraph apply TOPOLOGY`, then `impactgraph ingest EVENTS`; `impactgraph demo --keep FOLDER` makes one to try things on."
            )
        )
    with opened(address) as store:
        yield store
