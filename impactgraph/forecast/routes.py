"""Routes of orders through the steps of a workflow: the visits in each scenario, loops unrolled.

A visit is a step and a lap. Lap 0 is the visit of an order that came from outside the loop, or that is in the
step now; each time that a transition leads back within a loop, the lap grows by one. Visits have numbers: of
lap 0 the position of the step; the visits of later laps follow. Each scenario takes one transition from a
visit, or ends there, so the visits are an acyclic graph, and a scenario is one path in it from each start.

After `MOST_LAPS` laps no transition leads back: who would go round once more takes one of the others. A loop
that no order can leave is not followed: its orders end where a transition leads back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Transition
from impactgraph.forecast.loops import Ways, distances, strong_components
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample

MOST_LAPS = 16
"""Of a loop that takes half of the orders back, one in 65,000 would go on."""
_ROUNDING = 1e-9

Flags: TypeAlias = NDArray[np.bool_]


class Transit(NamedTuple):
    """A way on from a step: the position of the next step, and the share of the orders that take it."""

    to: int
    share: float


StepTransits: TypeAlias = tuple[str, tuple[Transit, ...]]
"""Full id of a step, and its transits."""


class Leg(NamedTuple):
    """A transit from one visit to another."""

    transit: int
    """Its place among the transits of the step."""
    to: int
    """Number of the next visit."""
    scenarios: Flags
    """The mask (K,) of the scenarios that take it."""


@dataclass(frozen=True)
class Routes:
    """All visits of a workflow, by number."""

    step_ids: tuple[str, ...]
    positions: tuple[int, ...]
    """By visit: the position of its step."""
    laps: tuple[int, ...]
    """By visit."""
    order: tuple[int, ...]
    """Visits in topological order: each before those that it leads to."""
    legs: tuple[tuple[Leg, ...], ...]
    """By visit."""
    ends: tuple[Flags, ...]
    """By visit: the mask (K,) of the scenarios that end there."""
    reached: tuple[int, ...]
    """By position: the steps that can be reached, itself included, as a set of bits."""

    def sample(self, name: str, visit: int) -> Reals:
        """(K,) sample of a random input at a visit: laps are independent of each other."""
        return _sample(name, self.step_ids[self.positions[visit]], self.laps[visit])

    def leads_to(self, start: int, position: int) -> bool:
        """Whether orders can come from one step to another."""
        return bool(self.reached[start] >> position & 1)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """By visit: its place in `order`."""
        places = [0] * len(self.order)
        for place, visit in enumerate(self.order):
            places[visit] = place
        return tuple(places)


@lru_cache(maxsize=512)
def routes_of(steps: tuple[StepTransits, ...]) -> Routes:
    """Routes through steps. Costs O(steps + transits) for each lap that a scenario takes.

    The set of reachable steps costs O(steps²) bits.
    """
    return _Unrolling(steps).routes()


def _sample(name: str, step_id: str, lap: int) -> Reals:
    return scenario_sample(f"{name}/{step_id}/{lap}" if lap else f"{name}/{step_id}")


class _Unrolling:
    def __init__(self, steps: tuple[StepTransits, ...]) -> None:
        self.ids = tuple(step_id for step_id, _ in steps)
        self.transits = tuple(transits for _, transits in steps)
        ways: Ways = [[t.to for t in transits if t.share > 0] for transits in self.transits]
        self.component, members = strong_components(ways)
        self.rank = [(distance, position) for position, distance in enumerate(distances(ways))]
        self.component_order = _component_order(ways, self.component, len(members))
        self.members = members
        self.ways = ways
        self.can_leave = [any(self._leaves(position) for position in each) for each in members]
        self.positions = list(range(len(steps)))
        self.laps = [0] * len(steps)
        self.order: list[int] = []
        self.legs: dict[int, tuple[Leg, ...]] = {}
        self.ends: dict[int, Flags] = {}

    def routes(self) -> Routes:
        for component in self.component_order:
            self._unroll(sorted(self.members[component], key=lambda position: self.rank[position]))
        visits = range(len(self.positions))
        return Routes(
            step_ids=self.ids,
            positions=tuple(self.positions),
            laps=tuple(self.laps),
            order=tuple(self.order),
            legs=tuple(self.legs[visit] for visit in visits),
            ends=tuple(self.ends[visit] for visit in visits),
            reached=tuple(self._reachable_steps()),
        )

    def _leaves(self, position: int) -> bool:
        """Whether orders leave the loop of a step from this step."""
        component = self.component[position]
        is_left = any(self.component[to] != component for to in self.ways[position])
        return is_left or sum(t.share for t in self.transits[position]) < 1 - _ROUNDING

    def _leads_back(self, position: int, to: int) -> bool:
        return self.component[position] == self.component[to] and self.rank[to] <= self.rank[position]

    def _unroll(self, members: Sequence[int]) -> None:
        """The visits of one loop (or of one step outside all loops), lap after lap, until no scenario takes
        another.
        """
        everywhere = np.ones(SCENARIOS, bool)
        present = {position: (position, everywhere) for position in members}
        lap = 0
        while present:
            following: dict[int, tuple[int, Flags]] = {}
            for position in members:
                if position in present:
                    visit, mask = present[position]
                    self.order.append(visit)
                    self._pass_on(visit, mask, present, following)
            present = following
            lap += 1

    def _pass_on(
        self,
        visit: int,
        mask: Flags,
        present: dict[int, tuple[int, Flags]],
        following: dict[int, tuple[int, Flags]],
    ) -> None:
        """Divides the scenarios of a visit among its transits.

        `present`, `following`: by position, the visits of this lap and of the next, with their scenarios.
        """
        position, lap = self.positions[visit], self.laps[visit]
        legs: list[Leg] = []
        ends = mask.copy()
        for number, takers in self._divide(position, lap):
            to = self.transits[position][number].to
            scenarios = takers & mask
            if not scenarios.any():
                continue
            ends &= ~scenarios
            if self._leads_back(position, to):
                next_visit = self._join(following, to, lap + 1, scenarios)
            elif lap and self.component[to] == self.component[position]:
                next_visit = self._join(present, to, lap, scenarios)
            else:
                next_visit = to
            legs.append(Leg(number, next_visit, scenarios))
        self.legs[visit] = tuple(legs)
        self.ends[visit] = ends

    def _join(self, visits: dict[int, tuple[int, Flags]], position: int, lap: int, scenarios: Flags) -> int:
        """The visit of a step in a lap, to which the scenarios come too."""
        if position not in visits:
            visits[position] = (len(self.positions), np.zeros(SCENARIOS, bool))
            self.positions.append(position)
            self.laps.append(lap)
        visit, mask = visits[position]
        visits[position] = (visit, mask | scenarios)
        return visit

    def _divide(self, position: int, lap: int) -> Iterator[tuple[int, Flags]]:
        """Transits by number, each with the mask (K,) of the scenarios that take it."""
        transits = self.transits[position]
        follows_loops = self.can_leave[self.component[position]] and lap < MOST_LAPS
        is_open = np.array([follows_loops or not self._leads_back(position, t.to) for t in transits], bool)
        shares = np.array([t.share for t in transits])
        rest = 1.0 - float(shares[~is_open].sum())
        if not shares[is_open].sum() > 0:
            return
        edges = np.cumsum(np.where(is_open, shares, 0.0)) / max(rest, float(shares[is_open].sum()))
        if edges[-1] >= 1 - _ROUNDING:
            edges[-1] = np.inf
        which = np.searchsorted(edges, _sample("branch", self.ids[position], lap))
        yield from ((number, which == number) for number in np.unique(which).tolist() if number < len(edges))

    def _reachable_steps(self) -> list[int]:
        shares = [0] * len(self.members)
        for component in reversed(self.component_order):
            bits = 0
            for position in self.members[component]:
                bits |= 1 << position
                for to in self.ways[position]:
                    bits |= shares[self.component[to]]
            shares[component] = bits
        return [shares[component] for component in self.component]


def _component_order(ways: Ways, component: Sequence[int], count: int) -> list[int]:
    """The loops in topological order, of several that may come next the one whose first step is first."""
    followers: list[set[int]] = [set() for _ in range(count)]
    for position, targets in enumerate(ways):
        own = component[position]
        followers[own].update(component[to] for to in targets if component[to] != own)
    first = [len(ways)] * count
    before = [0] * count
    for position, own in enumerate(component):
        first[own] = min(first[own], position)
    for each in followers:
        for other in each:
            before[other] += 1
    ready = [(first[own], own) for own in range(count) if not before[own]]
    heapify(ready)
    order: list[int] = []
    while ready:
        _, own = heappop(ready)
        order.append(own)
        for other in followers[own]:
            before[other] -= 1
            if not before[other]:
                heappush(ready, (first[other], other))
    return order


def transition_shares(transitions: Sequence[Transition]) -> list[float]:
    """Shares of the transitions that an order has before it: as stated, the rest in equal parts for those
    without a share. Where they add up to less than 1, the other orders end at the step.

    A transition with a condition is the only one, and takes all.
    """
    if any(each.when is not None for each in transitions):
        return [1.0] * len(transitions)
    share_sum = sum(each.share for each in transitions if each.share is not None)
    without = sum(each.share is None for each in transitions)
    rest = max(1.0 - share_sum, 0.0) / max(without, 1)
    return [rest if each.share is None else each.share for each in transitions]
