"""The store that a command works on."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from impactgraph.errors import BadInputError, Problem

if TYPE_CHECKING:
    from graph_models.time import Millis
    from impactgraph.ingest.personal import PersonalRules
    from impactgraph.usecases import EventsAhead, Store


@contextmanager
def open_or_create(
    address: str, now: "Callable[[], Millis] | None" = None, personal: "PersonalRules | None" = None
) -> "Generator[Store]":
    """The store at the address, created where there is none, closed at the end. Raises as `open_store` does.

    `now` is the store's clock; None: the system's. `personal` as of `open_store`.
    """
    from impactgraph.bootstrap import open_store, system_clock

    clock = now or system_clock
    if "://" in address:
        from impactgraph.cli.progress import progress_bar

        with progress_bar("Opening the store", None) as advance:
            store = open_store(address, now=clock, say=lambda text: advance(0, text), personal=personal)
    else:
        store = open_store(address, now=clock, personal=personal)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def trial_store(address: str) -> "Generator[Store]":
    """A copy of the store at the address, or an empty store where there is none; it vanishes at the end."""
    from impactgraph.bootstrap import store_exists

    if store_exists(address):
        with open_or_create(address) as store, store.copy() as trial:
            yield trial
    else:
        with temporary_store() as store:
            yield store


@contextmanager
def temporary_store() -> "Generator[Store]":
    """An empty store that vanishes at the end."""
    import tempfile
    from pathlib import Path

    with (
        tempfile.TemporaryDirectory(prefix="impactgraph-") as folder,
        open_or_create(str(Path(folder) / "store")) as store,
    ):
        yield store


@contextmanager
def existing_store(address: str) -> "Generator[Store]":
    """The store at the address. Raises BadInputError where its folder does not exist."""
    from impactgraph.bootstrap import store_exists

    if not store_exists(address):
        raise BadInputError(
            Problem(
                f"There is no store in the folder {address}. Name one with --store or IMPACTGRAPH_STORE, or "
                "create it: "
                "`impactgraph apply TOPOLOGY`, then `impactgraph ingest EVENTS`; "
                "`impactgraph demo --keep FOLDER` creates one to try."
            )
        )
    with open_or_create(address) as store:
        yield store
        from impactgraph.bootstrap import system_clock
        from impactgraph.usecases.events_ahead import events_ahead

        note_events_ahead(events_ahead(store, system_clock()))


def note_events_ahead(ahead: "EventsAhead") -> None:
    """Says on standard error that what was answered lacks events stamped ahead of the clock."""
    from impactgraph.cli.output import console
    from impactgraph.usecases.events_ahead import ahead_text

    if ahead.count:
        console(error=True).print(
            f"Note: {ahead_text(ahead)}. `impactgraph doctor` says when.", style="yellow"
        )
