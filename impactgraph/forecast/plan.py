"""Plan of a workflow for one segment: its steps as stages, and the visits in which orders pass them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from graph_models.topology import Workflow
from impactgraph.forecast.barriers import Barrier, Flags, Occurs
from impactgraph.forecast.chances import Events, Stratum, events_of
from impactgraph.forecast.gates import OPEN, Gate
from impactgraph.forecast.routes import Routes, Transit, routes_of
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.stage import Handoff, Stage
from impactgraph.topology.collection import promise_step


@dataclass(frozen=True)
class Branch:
    """A way on from a visit."""

    handoff: Handoff
    """`handoff.to` is the position of the next step."""
    to: int
    """Number of the visit that it leads to."""
    scenarios: Flags
    """The mask (K,) of the scenarios that take it."""


@dataclass(frozen=True)
class Plan:
    """A workflow as one segment of orders passes it.

    `stages` are its steps by position. The simulation passes visits, in `order`: a step that orders come back
    to has one for each lap (see `impactgraph/forecast/routes.py`). The number of a visit of lap 0 is the
    position of its step, so an order that is in a step now starts at the visit of that number.
    """

    workflow: Workflow
    stages: tuple[Stage, ...]

    @cached_property
    def routes(self) -> Routes:
        return routes_of(
            tuple((s.step.id, tuple(Transit(h.to, h.share) for h in s.handoffs)) for s in self.stages)
        )

    @cached_property
    def promise_stage(self) -> int:
        """Position of the step whose beginning keeps a promise; -1: the end of the workflow keeps it."""
        step = promise_step(self.workflow)
        return self.workflow.position(step.key) if step is not None else -1

    @cached_property
    def events(self) -> Events:
        """All that is uncertain on the way."""
        return events_of(
            (barrier.place, stage.index, chance)
            for stage in self.stages
            for barrier in stage.all_barriers
            for chance in barrier.impairment.conditions
        )

    @cached_property
    def strata(self) -> tuple[Occurs, ...]:
        """For each stratum of the events: which barriers occur in it."""
        return tuple(partial(_occurs, stratum, self._codes) for stratum in self.events.strata)

    @cached_property
    def _codes(self) -> dict[tuple[str, str], int]:
        """By event and outcome: its code."""
        return {
            (event.name, outcome): code
            for event in self.events.events
            for code, outcome in enumerate(event.outcomes, 1)
        }

    def weights(self, steps: tuple[int, ...]) -> tuple[float, ...]:
        """Probability of each stratum, where only the events at these steps matter."""
        if steps not in self._weights:
            self._weights[steps] = self.events.weights(steps)
        return self._weights[steps]

    @cached_property
    def _weights(self) -> dict[tuple[int, ...], tuple[float, ...]]:
        return {}

    @property
    def order(self) -> tuple[int, ...]:
        """Numbers of the visits in topological order."""
        return self.routes.order

    def place(self, visit: int) -> int:
        """Place of a visit in `order`."""
        return self.routes.places[visit]

    def stage(self, visit: int) -> Stage:
        """The step of a visit."""
        return self.stages[self.routes.positions[visit]]

    def sample(self, name: str, visit: int) -> Reals:
        """(K,) sample of a random input of the step at a visit, such as "takes"."""
        return self.routes.sample(name, visit)

    def branches(self, visit: int) -> tuple[Branch, ...]:
        """Ways on from a visit. Their masks do not overlap; the other scenarios end there (`ends`)."""
        if visit not in self._branches:
            handoffs = self.stage(visit).handoffs
            self._branches[visit] = tuple(
                Branch(handoffs[leg.transit], leg.to, leg.scenarios) for leg in self.routes.legs[visit]
            )
        return self._branches[visit]

    @cached_property
    def _branches(self) -> dict[int, tuple[Branch, ...]]:
        return {}

    def ends(self, visit: int) -> Flags:
        """The mask (K,) of the scenarios that end with a visit."""
        return self.routes.ends[visit]

    def ways(self, visit: int) -> tuple[tuple[Gate, Flags], ...]:
        """The gate of each way on from a visit, open at the end of the workflow, and the scenarios (K,) that
        take it.
        """
        onward = tuple((branch.handoff.gate, branch.scenarios) for branch in self.branches(visit))
        ends = self.ends(visit)
        return (*onward, (OPEN, ends)) if ends.any() else onward

    def leads_to(self, start: int, position: int) -> bool:
        """Whether orders can come from one step to another, loops included; True for the step itself."""
        return self.routes.leads_to(start, position)

    def reach(self, start: int) -> frozenset[int]:
        """Positions of the steps that can be reached from a step, itself included."""
        if start not in self._reach:
            self._reach[start] = frozenset(
                index for index in range(len(self.stages)) if self.leads_to(start, index)
            )
        return self._reach[start]

    @cached_property
    def _reach(self) -> dict[int, frozenset[int]]:
        return {}


def _occurs(stratum: Stratum, codes: Mapping[tuple[str, str], int], barrier: Barrier) -> bool | Flags:
    return stratum.occurs([(event, codes[event, outcome]) for event, outcome in barrier.conditions])
