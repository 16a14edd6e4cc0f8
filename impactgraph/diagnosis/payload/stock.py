"""Stock figures of one item that differ between systems, and the feeds between these systems as suspects."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import groupby

from graph_models.diagnosis import Cause, PayloadFinding, PayloadKind, StockFigure
from graph_models.enums import Effect
from graph_models.impairment import Impairments
from graph_models.topology import Api, Integration, System, Topology
from graph_models.zones import TextClock
from impactgraph.diagnosis.payload.sentences import (
    feed_evidence,
    stock_difference_sentence,
    stock_figure_text,
)
from impactgraph.topology.names import element_text

_RELEVANT = frozenset({Effect.BLOCKED, Effect.DELAYED, Effect.REJECTED, Effect.STALE, Effect.DUPLICATED})
_MOST_HOPS = 3
_SAMPLES = 3


def find_stock_differences(
    topology: Topology, figures: Sequence[StockFigure], impairments: Impairments, clock: TextClock
) -> list[PayloadFinding]:
    """One finding per item and location; `figures` are sorted by these. An impaired feed is the likelier
    suspect.
    """
    feeds = _Feeds(topology, impairments, clock)
    groups = groupby(figures, key=lambda figure: (figure.location, figure.item))
    return [_finding(list(group), feeds) for _, group in groups]


def _finding(figures: list[StockFigure], feeds: "_Feeds") -> PayloadFinding:
    by_age = sorted(figures, key=lambda figure: (-figure.at, figure.system))
    amounts = [figure.on_hand for figure in figures]
    difference = max(amounts) - min(amounts)
    differing = tuple((a.system, b.system) for a in figures for b in figures if a.on_hand != b.on_hand)
    return PayloadFinding(
        kind=PayloadKind.STOCK_DIFFERENCE,
        sentence=stock_difference_sentence(feeds.topology, figures, difference, by_age[0].at - by_age[-1].at),
        key={
            "location": figures[0].location,
            "item": figures[0].item,
            "systems": "+".join(figure.system for figure in figures),
        },
        count=min(int(difference.to_integral_value()), 2**31 - 1),
        total=0,
        since=by_age[-1].at,
        until=by_age[0].at,
        samples=tuple(stock_figure_text(feeds.topology, figure, feeds.clock) for figure in by_age[:_SAMPLES]),
        suspects=feeds.between(differing),
    )


class _Feeds:
    """Integrations that carry data from one system to another in a few hops."""

    def __init__(self, topology: Topology, impairments: Impairments, clock: TextClock) -> None:
        self.topology = topology
        self.clock = clock
        self._impairments = impairments
        self._outgoing: dict[str, list[tuple[str, str]]] = {}
        for key, integration in topology.integrations.items():
            source = self._system(integration.source)
            target = self._system(integration.target)
            self._outgoing.setdefault(source, []).append((target, f"integration:{key}"))
        self._causes: dict[tuple[tuple[str, str], ...], tuple[Cause, ...]] = {}

    def _system(self, identifier: str) -> str:
        """Bare key of the system that an element belongs to."""
        element = self.topology.elements.get(identifier)
        if isinstance(element, Api):
            return element.system
        return element.key if isinstance(element, System) else identifier.partition(":")[2]

    def between(self, pairs: tuple[tuple[str, str], ...]) -> tuple[Cause, ...]:
        """Feeds between any of these pairs of systems: impaired ones first, then those of fewer hops."""
        if pairs not in self._causes:
            paths = (
                path
                for source, target in pairs
                for path in self._paths(source.removeprefix("system:"), target.removeprefix("system:"))
            )
            hops: dict[str, int] = {}
            for path in sorted(paths, key=len):
                for feed in path:
                    hops.setdefault(feed, len(path))
            causes = [self._cause(feed, count) for feed, count in hops.items()]
            self._causes[pairs] = tuple(sorted(causes, key=lambda c: (-c.likelihood, str(c.element))))
        return self._causes[pairs]

    def _paths(self, source: str, target: str) -> Iterator[tuple[str, ...]]:
        """The shortest paths, as ids of feeds."""
        queue: deque[tuple[str, tuple[str, ...]]] = deque([(source, ())])
        shortest = _MOST_HOPS
        visited_systems = {source}
        while queue:
            system, path = queue.popleft()
            if len(path) >= shortest:
                continue
            for neighbour, feed in self._outgoing.get(system, ()):
                if neighbour == target:
                    shortest = len(path) + 1
                    yield (*path, feed)
                elif neighbour not in visited_systems:
                    visited_systems.add(neighbour)
                    queue.append((neighbour, (*path, feed)))

    def _cause(self, feed: str, hops: int) -> Cause:
        relevant = [i for i in self._impairments.by_element.get(feed, ()) if i.effect in _RELEVANT]
        integration = self.topology.elements[feed]
        carries = ", ".join(integration.carries) if isinstance(integration, Integration) else ""
        evidence = feed_evidence(element_text(self.topology, feed), carries, hops)
        if not relevant:
            return Cause("element", 0.5 / hops, evidence, element=feed)
        worst = max(relevant, key=lambda i: (i.likelihood, i.since))
        failure = worst.failures[0] if worst.failures else None
        return Cause(
            kind="failure" if failure else "element",
            likelihood=0.9 * worst.likelihood,
            evidence=f"{evidence} {worst.detail or worst.rule}.",
            failure=failure,
            element=feed,
        )
