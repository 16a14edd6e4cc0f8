"""Finds the target of a command: a named server, the server that has the store open, or the store itself."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from graph_models.time import Millis, parse_moment
from impactgraph.cli.answers.token import token_of
from impactgraph.cli.options import Common, Place

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from impactgraph.cli.answers.client import Client
    from impactgraph.cli.answers.port import Answers
    from impactgraph.usecases import EventsAhead, Store

_SECONDS_TO_FIND = 5.0
"""Until an announced server is taken for gone."""


class Target(Protocol):
    @property
    def now(self) -> Millis:
        """The moment from which relative moments count, and as of which is answered."""
        ...

    def open(self, *, create: bool = False) -> "AbstractContextManager[Answers]":
        """Raises ImpactGraphError; `create`: makes a store where there is none."""
        ...


@dataclass(frozen=True)
class LocalTarget:
    store: str
    now: Millis

    @contextmanager
    def open(self, *, create: bool = False) -> "Generator[Answers]":
        from impactgraph.cli.answers.local import LocalAnswers
        from impactgraph.cli.recording import StoreRecording
        from impactgraph.cli.stores import existing_store, open_or_create

        with (open_or_create if create else existing_store)(self.store) as store:
            yield LocalAnswers(store, self.now, StoreRecording(self.store))


@dataclass(frozen=True)
class RemoteTarget:
    client: "Client"
    now: Millis
    store: str
    """Identity of the store."""
    ahead: "EventsAhead"

    @contextmanager
    def open(self, *, create: bool = False) -> "Generator[Answers]":
        from impactgraph.cli.answers.remote import RemoteAnswers
        from impactgraph.cli.stores import note_events_ahead

        yield RemoteAnswers(self.client)
        if not create:
            note_events_ahead(self.ahead)


def find_target(common: Place) -> Target:
    """Who answers: --server, the server that serves the store in the folder, or the store.

    Raises: ImpactGraphError where the named server does not answer.
    """
    from impactgraph.bootstrap import system_clock

    if common.server is not None:
        return ask_server(common.server, token=token_of(common))
    return find_server(common) or LocalTarget(common.store, system_clock())


def check_store(command: str, common: Common) -> None:
    """Raises BadInputError where a command that no server can run is given a server, or where one is found to
    have the store open.
    """
    from impactgraph.errors import BadInputError, Problem

    if common.server is not None:
        raise BadInputError(
            Problem(
                f"`{command}` works on a store, not on the server at {common.server}. Run it where the store "
                "is, with --store and without --server and IMPACTGRAPH_SERVER, while the server is stopped."
            )
        )
    if (server := find_server(common)) is not None:
        raise BadInputError(
            Problem(
                f"The store in {common.store} is in use by the server at {server.client.address}; "
                f"`{command}` works on the store itself. Stop the server first, or name another folder with "
                "--store."
            )
        )


@contextmanager
def store_itself(command: str, common: Common) -> "Generator[Store]":
    """The existing store, for a command that no server can run. Raises as `check_store` does."""
    from impactgraph.cli.stores import existing_store

    check_store(command, common)
    with existing_store(common.store) as store:
        yield store


def find_server(place: Place) -> RemoteTarget | None:
    """The server that has the store in this folder open; None where there is none.

    Without a token of the user's, that of the announcement is used. Raises RefusedError.

    An announcement that a crash left behind is noticed: nothing answers there, or a server of another store.
    """
    from impactgraph.cli.answers.announcement import read_announcement

    store = place.store
    announcement = read_announcement(Path(store)) if "://" not in store else None
    if announcement is None:
        return None
    from impactgraph.cli.answers.client import RefusedError
    from impactgraph.errors import ImpactGraphError

    try:
        token = token_of(place) or announcement.token or None
        target = ask_server(announcement.address, _SECONDS_TO_FIND, token)
    except RefusedError:
        raise
    except ImpactGraphError:
        return None
    return target if target.store == announcement.store else None


def ask_server(address: str, seconds: float | None = None, token: str | None = None) -> RemoteTarget:
    """The server at an address, which is asked for its moment and its store within `seconds`; the token
    proves who asks.
    """
    from impactgraph.cli.answers.client import Client
    from impactgraph.cli.answers.documents import ABOUT
    from impactgraph.cli.decode import moment_in
    from impactgraph.usecases import EventsAhead

    first = Client(address, token=token) if seconds is None else Client(address, seconds=seconds, token=token)
    about = first.ask(ABOUT)["about"]
    events_to_come = about["eventsAhead"]
    moments = (moment_in(events_to_come[name]) for name in ("nextAt", "lastAt"))
    return RemoteTarget(
        Client(address, token=token),
        parse_moment(about["serverTime"]),
        about["store"],
        EventsAhead(events_to_come["count"], *moments),
    )
