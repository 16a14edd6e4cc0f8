"""The expected steps of one fulfillment: when it begins and leaves each, by the simulation behind its
forecast.

Each moment, also that of a record that a step causes, is the median over the scenarios in which the forecast
finds the fulfillment affected (all of them where nothing affects it), along the way that most of these
scenarios take. A step's departure is the arrival at the next, so there are no gaps; medians keep the order of
what they are taken of; and the last one is the completion that the forecast gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from graph_models.topology import Step
from impactgraph.forecast.cohorts import Cohorts
from impactgraph.forecast.comparison import AffectedScenarios, Positions, masked_median
from impactgraph.forecast.current_step import current_step
from impactgraph.forecast.gates import Flags, only_certain
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulate import (
    SimulationResult,
    SimulationSetup,
    SimulationStart,
    simulate,
)


@dataclass(frozen=True, slots=True)
class ExpectedStep:
    """A step that a fulfillment is in or will come to."""

    step: Step
    begins: Millis
    leaves: Millis
    """When it arrives at the next step, or is done."""
    records: Mapping[int, Millis] = field(default_factory=dict[int, Millis])
    """When each of its records arrives, by index in the records of the workflow; without those that do not
    arrive by themselves.
    """


@dataclass(frozen=True, slots=True)
class ExpectedSteps:
    """The current step, then those to come."""

    steps: tuple[ExpectedStep, ...] = ()
    is_open_ended: bool = False
    """It does not leave the last of the steps by itself: when it does is not known, `leaves` is the earliest.
    """

    @property
    def done_at(self) -> Millis | None:
        return self.steps[-1].leaves if self.steps and not self.is_open_ended else None


@dataclass(frozen=True)
class ScenarioSteps:
    """A simulation that kept departures, and the affected scenarios of the cohorts."""

    plan: Plan
    result: SimulationResult
    affected_scenarios: AffectedScenarios

    def expected_steps(self, cohort: int, current: int, entered_at: Millis, as_of: Millis) -> ExpectedSteps:
        """Those of a fulfillment of the cohort that entered its step `current` at `entered_at`.

        Nothing that has not happened by `as_of` is expected before it. Empty where the cohort is not
        affected.
        """
        result = self.result
        at = self.affected_scenarios.equally_likely(cohort)
        finish = result.finish[cohort][at]
        mask = self.affected_scenarios.mask[cohort][at] & ~np.isnan(finish)
        if not mask.any():
            return ExpectedSteps()
        departures = {step: moments[cohort][at] for step, moments in result.departures.items()}
        arrivals = {bit: moments[cohort][at] for bit, moments in result.record_arrivals.items()}
        scenarios = _Scenarios(mask, at % SCENARIOS)
        way = _usual_way(self.plan, current, scenarios, departures, arrivals)
        return _expected_steps(way=way, finish=finish, mask=mask, entered_at=entered_at, as_of=as_of)


@dataclass(frozen=True)
class JoinedSteps:
    """Of all cohorts: the steps of some of them, each with their positions."""

    parts: Sequence[tuple[Positions, ScenarioSteps]]

    def expected_steps(self, cohort: int, current: int, entered_at: Millis, as_of: Millis) -> ExpectedSteps:
        """As `ScenarioSteps` gives them."""
        for at, steps in self.parts:
            place = np.flatnonzero(at == cohort)
            if len(place):
                return steps.expected_steps(int(place[0]), current, entered_at, as_of)
        return ExpectedSteps()


def undisturbed_steps(plan: Plan, cohorts: Cohorts, as_of: Millis) -> ExpectedSteps:
    """The expected steps of one cohort by a plan without impairments.

    What is completed and still in the step at `as_of` is handed over from then on.
    """
    setup = SimulationSetup(plan, float(as_of), 0.0, cohorts.slowdown, keeps_departures=True)
    completion = current_step(plan, cohorts, float(as_of), only_certain).factual
    start = SimulationStart(slice(0, 1), np.maximum(completion, float(as_of)))
    result = simulate(setup, None, {cohorts.step: start}, setup.blank_result)
    all_scenarios = AffectedScenarios(np.ones(1), np.ones((1, SCENARIOS), bool))
    steps = ScenarioSteps(plan, result, all_scenarios)
    return steps.expected_steps(0, cohorts.step, round(float(cohorts.entered_at[0])), as_of)


@dataclass(frozen=True)
class _Scenarios:
    """Which (N,) of some scenarios count, and the number of each among the K of the routes."""

    mask: Flags
    number: NDArray[np.intp]


@dataclass(frozen=True)
class _WayStep:
    step: Step
    departures: Reals
    """(K,)"""
    on_way: Flags
    """(K,) the scenarios that come to the step on the way to it."""
    records: Mapping[int, Reals]
    """(K,) arrivals of the records that it causes for the first time on the way."""


def _usual_way(
    plan: Plan,
    current: int,
    scenarios: _Scenarios,
    departures: dict[int, Reals],
    arrivals: Mapping[int, Reals],
) -> list[_WayStep]:
    """From the current step on, at each branch where most of the scenarios go that came so far."""
    open_arrivals = dict(arrivals)

    def step_of(visit: int, on_way: Flags) -> _WayStep:
        stage = plan.stage(visit)
        bits = [record.bit for record in stage.records if record.bit in open_arrivals]
        records = {bit: open_arrivals.pop(bit) for bit in bits}
        return _WayStep(stage.step, departures[visit], on_way, records)

    visit = current
    mask = scenarios.mask
    way = [step_of(visit, mask)]
    while branches := plan.branches(visit):
        takes = [branch.scenarios[scenarios.number] for branch in branches]
        counts = [(mask & scenarios).sum() for scenarios in takes]
        most = int(np.argmax(counts))
        if counts[most] < (mask & plan.ends(visit)[scenarios.number]).sum():
            break
        visit = branches[most].to
        mask = mask & takes[most]
        way.append(step_of(visit, mask))
    return way


def _expected_steps(
    way: list[_WayStep], finish: Reals, mask: Flags, entered_at: Millis, as_of: Millis
) -> ExpectedSteps:
    """Ends with the first step that it does not leave by itself."""
    completion = float(masked_median(finish[None, :], mask[None, :])[0])
    usual = way[-1].on_way
    rank = _rank(finish[usual], completion)
    begins = entered_at
    steps: list[ExpectedStep] = []
    for each in way:
        is_last = each is way[-1]
        moment = completion if is_last else min(float(np.sort(each.departures[usual])[rank]), completion)
        if not np.isfinite(moment):
            steps.append(ExpectedStep(each.step, begins, max(begins, as_of)))
            return ExpectedSteps(tuple(steps), is_open_ended=True)
        leaves = max(round(moment), begins, as_of)
        earliest = max(leaves if is_last else begins, as_of)
        steps.append(ExpectedStep(each.step, begins, leaves, _records(each, usual, rank, earliest)))
        begins = leaves
    return ExpectedSteps(tuple(steps))


def _records(step: _WayStep, usual: Flags, rank: int, earliest: Millis) -> dict[int, Millis]:
    """When the records of the step arrive, by the rank of the completion: in each scenario a record follows
    its step, and so it does in the answer.
    """
    moments = {bit: float(np.sort(arrival[usual])[rank]) for bit, arrival in step.records.items()}
    return {bit: max(round(at), earliest) for bit, at in moments.items() if np.isfinite(at)}


def _rank(finish: Reals, completion: float) -> int:
    """Of the completion among those on the usual way: the median of them, but where ways of other lengths
    shift it.
    """
    ascending = np.sort(finish)
    middle = (len(ascending) - 1) // 2
    if ascending[middle] == completion:
        return middle
    return min(int(np.searchsorted(ascending, completion)), len(ascending) - 1)
