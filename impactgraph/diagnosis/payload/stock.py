"""Stock figures of one item on which systems differ, and the feeds between these systems that would explain it."""

from collections import deque
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from graph_models.diagnosis import Cause, PayloadFinding, PayloadKind, StockFigure
from graph_models.enums import Effect
from graph_models.impairment import Impairments
from graph_models.time import moment, say_duration
from graph_models.topology import Api, Integration, System, Topology

_TELLING = frozenset({Effect.BLOCKED, Effect.DELAYED, Effect.REJECTED, Effect.STALE, Effect.DUPLICATED})
_MOST_HOPS = 3
_LISTED = 3


def find_stock_differences(
    topology: Topology, figures: Sequence[StockFigure], impairments: Impairments
) -> list[PayloadFinding]:
    """A finding an item and location; `figures` stand together by these. A feed that is impaired is the likelier suspect."""
    feeds = _Feeds(topology, impairments)
    grouped = groupby(figures, key=lambda f: (f.location, f.item))
    return [_finding(list(group), feeds) for _, group in grouped]


def _finding(figures: list[StockFigure], feeds: "_Feeds") -> PayloadFinding:
    by_age = sorted(figures, key=lambda f: (-f.at, f.system))
    amounts = [f.on_hand for f in figures]
    apart = max(amounts) - min(amounts)
    said = ", ".join(f"{f.system} {_plain(f.on_hand)}" for f in figures)
    age = by_age[0].at - by_age[-1].at
    lag = (
        f"the oldest figure is {say_duration(age)} older than the latest"
        if age
        else "told at the same moment"
    )
    return PayloadFinding(
        kind=PayloadKind.STOCK_DIFFERENCE,
        sentence=f"{figures[0].item} at {figures[0].location}: {said}; {_plain(apart)} apart, {lag}.",
        key={
            "location": figures[0].location,
            "item": figures[0].item,
            "systems": "+".join(f.system for f in figures),
        },
        count=min(int(apart.to_integral_value()), 2**31 - 1),
        total=0,
        since=by_age[-1].at,
        until=by_age[0].at,
        samples=tuple(
            f"{f.system}: {_plain(f.on_hand)} at {moment(f.at):%Y-%m-%d %H:%M:%S} UTC"
            for f in by_age[:_LISTED]
        ),
        suspects=feeds.between(
            tuple((a.system, b.system) for a in figures for b in figures if a.on_hand != b.on_hand)
        ),
    )


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


class _Feeds:
    """Integrations that carry something from one system to another, in a few hops."""

    def __init__(self, topology: Topology, impairments: Impairments) -> None:
        self._topology, self._impairments = topology, impairments
        self._out: dict[str, list[tuple[str, str]]] = {}
        for key, integration in topology.integrations.items():
            source, target = self._system(integration.source), self._system(integration.target)
            self._out.setdefault(source, []).append((target, f"integration:{key}"))
        self._known: dict[tuple[tuple[str, str], ...], tuple[Cause, ...]] = {}

    def _system(self, identifier: str) -> str:
        element = self._topology.elements.get(identifier)
        return (
            element.system
            if isinstance(element, Api)
            else element.key
            if isinstance(element, System)
            else identifier.partition(":")[2]
        )

    def between(self, pairs: tuple[tuple[str, str], ...]) -> tuple[Cause, ...]:
        """Impaired feeds first, then those of fewer hops."""
        if pairs not in self._known:
            found = (
                way
                for source, target in pairs
                for way in self._ways(*(name.removeprefix("system:") for name in (source, target)))
            )
            hops: dict[str, int] = {}
            for way in sorted(found, key=len):
                for feed in way:
                    hops.setdefault(feed, len(way))
            causes = [self._cause(feed, many) for feed, many in hops.items()]
            self._known[pairs] = tuple(sorted(causes, key=lambda c: (-c.likelihood, str(c.element))))
        return self._known[pairs]

    def _ways(self, source: str, target: str) -> Iterator[tuple[str, ...]]:
        """The shortest ones."""
        queue: deque[tuple[str, tuple[str, ...]]] = deque([(source, ())])
        shortest = _MOST_HOPS
        seen = {source}
        while queue:
            here, way = queue.popleft()
            if len(way) >= shortest:
                continue
            for there, feed in self._out.get(here, ()):
                if there == target:
                    shortest = len(way) + 1
                    yield (*way, feed)
                elif there not in seen:
                    seen.add(there)
                    queue.append((there, (*way, feed)))

    def _cause(self, feed: str, hops: int) -> Cause:
        troubled = [i for i in self._impairments.by_element.get(feed, ()) if i.effect in _TELLING]
        integration = self._topology.elements[feed]
        carries = ", ".join(integration.carries) if isinstance(integration, Integration) else ""
        what = f"{feed} carries {carries or 'something'} between them{'' if hops == 1 else f', one of {hops} on the way'}."
        if troubled:
            worst = max(troubled, key=lambda i: (i.likelihood, i.since))
            key = worst.failures[0] if worst.failures else None
            return Cause(
                "failure" if key else "element",
                0.9 * worst.likelihood,
                f"{what} {worst.detail or worst.rule}.",
                key,
                feed,
            )
        return Cause("element", 0.5 / hops, what, element=feed)
