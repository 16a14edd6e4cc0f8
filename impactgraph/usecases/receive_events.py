"""Take events that came over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from impactgraph.ingest.cloudevents import Delivery, UnsupportedMediaError, read_delivery
from impactgraph.ports.store import Store

__all__ = ["Delivery", "Received", "UnsupportedMediaError", "read_delivery", "receive_events"]

TAKEN, REPEATED = "taken", "repeated"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of the events of one sender; `results` has a word for each: taken, repeated, or the reason it was rejected."""

    results: tuple[str, ...]

    @property
    def taken(self) -> int:
        return self.results.count(TAKEN)

    @property
    def repeated(self) -> int:
        return self.results.count(REPEATED)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Of those that were rejected."""
        return tuple(result for result in self.results if result not in (TAKEN, REPEATED))


def receive_events(store: Store, groups: Sequence[Sequence[bytes]]) -> list[Received]:
    """The events of several senders in one commit, and to each what became of its own. Raises StoreUnavailableError: then nothing was taken."""
    intake = store.ingest([line for group in groups for line in group], results=True)
    answers: list[Received] = []
    start = 0
    for group in groups:
        answers.append(Received(tuple(intake.results[start : start + len(group)])))
        start += len(group)
    return answers
