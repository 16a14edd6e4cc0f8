"""Symptoms: the elements at which the failure of a candidate would be seen, by propagating it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph_models.enums import Effect, ElementKind, FailureClass
from graph_models.failure import Failure
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import HOUR, Millis
from impactgraph.propagation import FailureGraph, propagate

MOST_CANDIDATES = 500
"""Elements that are tried as causes, those from which most alerts can be reached first."""
_MOST_VISITED = 3_000
"""Elements that are looked at from one alert on, the nearest first."""
_LASTING: Millis = 4 * HOUR
"""Assumed length of a failure that is only a candidate."""
_AT_ELEMENT = 0.95
"""Chance that a failure raises an alert of the failed element itself, where that has a monitor."""
_BY_HOP = 0.9
"""Factor of the chance for each hop beyond the first: what is far away is seen less often."""
_LEAST = 0.02
_SEEN = {
    Effect.BLOCKED: 0.9,
    Effect.REJECTED: 0.9,
    Effect.DELAYED: 0.8,
    Effect.STALE: 0.3,
    Effect.DUPLICATED: 0.3,
    Effect.DEGRADED: 0.4,
}
"""Chance that an impairment with this effect raises an alert."""
_ABSORBED = 0.4
"""The same of an element that stops the propagation: a buffer fills, a call is retried."""
_CANNOT_FAIL = frozenset({ElementKind.TEAM, ElementKind.PLAYBOOK})
_ONLY_WHERE_NAMED = frozenset({ElementKind.LOCATION})
"""A failure at a location shows in the alerts of that location: it is no candidate for those that name no
location, or else each of a thousand stores were one.
"""


@dataclass(frozen=True, slots=True)
class Symptom:
    """A way in which the failure of a candidate is seen at an element."""

    chance: float
    """Of an alert, where the element has a monitor."""
    lag: Millis
    """From the beginning of the failure to that of the impairment."""
    effect: Effect | None
    """None where the element stops the propagation."""
    scope: Scope
    hops: tuple[str, ...]
    """Full ids from the candidate to the element."""


Symptoms = Mapping[str, Sequence[Symptom]]
"""By full id of the element."""


def symptoms_of(graph: FailureGraph, element: str, failure_class: FailureClass, at: Millis = 0) -> Symptoms:
    """What a failure of the element that began at `at` would show. Costs a propagation."""
    failure = Failure("candidate", element, failure_class, at)
    impairments = propagate(graph, [failure], recovery=lambda _: at + _LASTING)
    symptoms: dict[str, list[Symptom]] = {element: [Symptom(_AT_ELEMENT, 0, None, EVERYWHERE, (element,))]}
    for identifier, effects in impairments.by_element.items():
        if identifier == element:
            continue
        for each in effects:
            hops = tuple(hop.element for hop in each.hops)
            chance = _SEEN[each.effect] * each.likelihood * _BY_HOP ** max(len(hops) - 2, 0)
            symptom = Symptom(chance, max(each.since - at, 0), each.effect, each.scope, hops)
            symptoms.setdefault(identifier, []).append(symptom)
    for absorption in impairments.absorbed:
        if absorption.element not in symptoms:
            symptom = Symptom(_ABSORBED, 0, None, EVERYWHERE, (element, absorption.element))
            symptoms[absorption.element] = [symptom]
    return {
        identifier: visible
        for identifier, each in symptoms.items()
        if (visible := [symptom for symptom in each if symptom.chance >= _LEAST])
    }


class Ancestry:
    """Elements from which a failure can reach others: the failure graph in the other direction."""

    def __init__(self, graph: FailureGraph) -> None:
        """Costs O(elements + edges)."""
        self._graph = graph
        self._sources: list[list[int]] = [[] for _ in graph.ids]
        for source, links in enumerate(graph.links):
            for target, _ in links:
                self._sources[target].append(source)
        for choice in graph.choices:
            for alternative in choice.alternatives:
                self._sources[choice.owner] += alternative.members

    def candidates(self, elements: Iterable[str], names: Iterable[str] = ()) -> tuple[str, ...]:
        """Those whose failure may reach one of the elements, these included: at most MOST_CANDIDATES, those
        that are near to most of them first. `named`: locations that alerts name.
        """
        elements = tuple(elements)
        nearness: dict[int, float] = {}
        for element in elements:
            if (start := self._graph.numbers.get(element)) is None:
                continue
            for number, distance in self._ancestors(start).items():
                nearness[number] = nearness.get(number, 0.0) + 0.8**distance
        best = sorted(nearness, key=lambda number: (-nearness[number], number))
        able = (number for number in best if self._may_be_cause(number, {*elements, *names}))
        return tuple(self._graph.ids[number] for number, _ in zip(able, range(MOST_CANDIDATES), strict=False))

    def upstream(self, element: str, most: int) -> Mapping[str, int]:
        """Elements whose failure may reach this one over at most so many edges, with their number."""
        start = self._graph.numbers.get(element)
        if start is None:
            return {}
        distances = self._ancestors(start)
        return {self._graph.ids[number]: each for number, each in distances.items() if 0 < each <= most}

    def _may_be_cause(self, number: int, names: set[str]) -> bool:
        kind = self._graph.kinds[number]
        if kind in _ONLY_WHERE_NAMED:
            return self._graph.ids[number] in names
        return kind not in _CANNOT_FAIL

    def _ancestors(self, start: int) -> dict[int, int]:
        """Distance in edges by number, breadth first."""
        distances = {start: 0}
        queue = deque([start])
        while queue and len(distances) < _MOST_VISITED:
            number = queue.popleft()
            for source in self._sources[number]:
                if source not in distances:
                    distances[source] = distances[number] + 1
                    queue.append(source)
        return distances
