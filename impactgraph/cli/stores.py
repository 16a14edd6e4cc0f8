"""The store that a command works on."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from impactgraph.errors import BadInputError, Problem

if TYPE_CHECKING:
    from impactgraph.usecases import Store


@contextmanager
def opened(address: str) -> "Generator[Store]":
    """The store at the address, made where there is none, closed at the end. Raises as `open_store` does."""
    from impactgraph.bootstrap import open_store

    if "://" in address:
        from impactgraph.cli.progress import bar

        with bar("Opening the store", None) as advance:
            store = open_store(address, say=lambda text: advance(0, text))
    else:
        store = open_store(address)
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
