"""Live sources: how each is, and what a webhook sends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from graph_models.time import Millis
from impactgraph.ports.sources import SourceProgress

MOST_POSITIONS = 100
"""Parts whose positions are shown."""
TOKEN_IN_ADDRESS = ":token"
"""Among the headers of a delivery: the token of its address. No header can have this name."""


class SourceState(StrEnum):
    """How a live source is."""

    RUNNING = "running"
    WAITING = "waiting"
    """It cannot be read now, and is tried again."""
    FAILED = "failed"
    """Something has to be corrected; it is tried again now and then."""
    STOPPED = "stopped"
    """No process that is known here follows it."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A live source: how it is now, and what came of it so far."""

    key: str
    kind: str
    state: SourceState
    lag: Millis | None
    """For how long something may have been there that was not taken: 0 where all was taken; None where that
    is not known.
    """
    progress: SourceProgress
    problem: str | None = None

    @property
    def shown_positions(self) -> Sequence[tuple[str, str]]:
        """(part, position) of at most `MOST_POSITIONS` parts: those of a folder have no end."""
        return sorted(self.progress.positions.items())[:MOST_POSITIONS]


class DeliveryCheck(StrEnum):
    """Whether the sender of a delivery has proved who it is."""

    VALID = "valid"
    MISSING = "missing"
    WRONG = "wrong"


class Webhook(Protocol):
    """One source that another system sends documents to."""

    @property
    def key(self) -> str:
        """Of its source."""
        ...

    @property
    def proof(self) -> str:
        """What proves the sender, for error messages: the header that has the secret or the signature."""
        ...

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        """Compares in constant time. Raises BadInputError where the secrets cannot be read."""
        ...

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Takes the documents of a delivery, whose events are durable when it returns; what cannot be mapped
        is quarantined.

        Raises StoreUnavailableError; then nothing was taken.
        """
        ...

    def receipt(self, body: bytes) -> Mapping[str, str]:
        """What the sender gets as answer once it is durable."""
        ...


class LiveSources(Protocol):
    """The live sources of a process."""

    def start(self, on_commit: Callable[[], None]) -> None:
        """Follows them until `stop`. `on_commit` is called after each commit, from any thread."""
        ...

    def stop(self) -> None:
        """Returns when nothing is written any more."""
        ...

    def statuses(self) -> Sequence[SourceStatus]:
        """In the order of their declaration; needs no store."""
        ...

    def webhook(self, key: str) -> Webhook | None:
        """None where no source with this key is a webhook."""
        ...

    def alert_webhooks(self, sender: str, key: str | None = None) -> Sequence[Webhook]:
        """The sources of alerts of this sender: with this key, or all of them."""
        ...

    def trace_webhooks(self) -> Sequence[Webhook]:
        """The sources of spans."""
        ...


class NoSources:
    """The sources of a process that follows none."""

    def start(self, on_commit: Callable[[], None]) -> None: ...

    def stop(self) -> None: ...

    def statuses(self) -> Sequence[SourceStatus]:
        return ()

    def webhook(self, key: str) -> Webhook | None:
        return None

    def alert_webhooks(self, sender: str, key: str | None = None) -> Sequence[Webhook]:
        return ()

    def trace_webhooks(self) -> Sequence[Webhook]:
        return ()


@dataclass(frozen=True)
class WithheldCounts(NoSources):
    """Live sources for whoever may see some of the orders: how each is, and not what it brought."""

    sources: LiveSources

    def statuses(self) -> Sequence[SourceStatus]:
        return [
            replace(each, lag=None, progress=SourceProgress(), problem=None)
            for each in self.sources.statuses()
        ]


def stopped_sources(
    configured: Sequence[tuple[str, str]], progress: Mapping[str, SourceProgress]
) -> tuple[SourceStatus, ...]:
    """What a store knows of sources, (key, kind) each, that no process follows."""
    return tuple(
        SourceStatus(key, kind, SourceState.STOPPED, None, progress.get(key, SourceProgress()))
        for key, kind in configured
    )
