"""Ingests events that came over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from impactgraph.ingest.cloudevents import UnsupportedMediaError, read_delivery
from impactgraph.ports.ingest import EventOutcome, EventResult
from impactgraph.ports.store import Store

__all__ = [
    "DeliveryOutcome",
    "EventOutcome",
    "EventResult",
    "UnsupportedMediaError",
    "read_delivery",
    "receive_events",
]


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """Outcomes of the events of one sender, in their order."""

    results: tuple[EventResult, ...]

    def count(self, outcome: EventOutcome) -> int:
        """Number of events with this outcome."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def rejection_reasons(self) -> tuple[str, ...]:
        """Of the events that were quarantined."""
        return tuple(result.reason for result in self.results if result.outcome is EventOutcome.QUARANTINED)


def receive_events(store: Store, groups: Sequence[Sequence[bytes]]) -> list[DeliveryOutcome]:
    """Ingests the deliveries of several senders in one commit; the outcomes of each delivery, in their order.

    Raises:
        StoreUnavailableError: nothing was ingested.
    """
    intake = store.ingest([line for group in groups for line in group], results=True)
    answers: list[DeliveryOutcome] = []
    start = 0
    for group in groups:
        answers.append(DeliveryOutcome(tuple(intake.results[start : start + len(group)])))
        start += len(group)
    return answers
