"""All impairments of one question, with what the scenarios say of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graph_models.impairment import Impairment
from impactgraph.forecast.durations import Distribution
from impactgraph.forecast.failure_ends import NO_ENDS, FailureEnds
from impactgraph.forecast.manual_wait import default_manual_wait
from impactgraph.forecast.people_queue import PeopleQueue


@dataclass(frozen=True)
class ImpairmentForecast:
    """All impairments of one question, with their ends in all scenarios and the load on queues (messages that
    arrive for each that could be sent).
    """

    entries: tuple[Impairment, ...] = ()
    ends: FailureEnds = NO_ENDS
    queue_load: Mapping[str, float] = field(default_factory=dict[str, float])
    manual_wait: Distribution = field(default_factory=default_manual_wait)
    """How long an order waits for a person."""
    people: Mapping[str, PeopleQueue] = field(default_factory=dict[str, PeopleQueue])
    """By failure: the queue of a location that is out of capacity."""
    supposed: frozenset[str] = frozenset()
    """Failures that the question supposes."""

    @cached_property
    def by_element(self) -> Mapping[str, tuple[tuple[int, Impairment], ...]]:
        by_element: dict[str, list[tuple[int, Impairment]]] = {}
        for index, impairment in enumerate(self.entries):
            by_element.setdefault(impairment.element, []).append((index, impairment))
        return {element: tuple(rows) for element, rows in by_element.items()}

    def at(self, element: str | None) -> tuple[tuple[int, Impairment], ...]:
        return self.by_element.get(element, ()) if element else ()
