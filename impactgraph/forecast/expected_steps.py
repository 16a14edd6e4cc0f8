"""The expected steps of one fulfillment: when it begins and leaves each, by the simulation behind its
forecast.

Each moment, also that of a record that a step causes, is the median over the scenarios in which the forecast
finds the fulfillment affected (all of them where nothing affects it), along the way that most of these
scenarios take. A step's departure is the arrival at the next, so there are no gaps; medians keep the order of
what they are taken of; and the last one is the completion that the forecast gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from graph_models.time import Millis
from graph_models.topology import Step
from impactgraph.forecast.barriers import Flags, only_certain
from impactgraph.forecast.cohorts import Cohorts
from impactgraph.forecast.comparison import AffectedScenarios, Positions, weighted_quantile
from impactgraph.forecast.current_step import current_step
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulate import simulate
from impactgraph.forecast.simulation import SimulationResult, SimulationSetup, SimulationStart

_UPPER_END = 0.9
"""Quantile up to which a moment is given to customers."""


@dataclass(frozen=True, slots=True)
class ExpectedStep:
    """A step that a fulfillment is in or will come to."""

    step: Step
    begins: Millis
    leaves: Millis
    """When it arrives at the next step, or is done."""
    leaves_by: Millis | None = None
    """Nine in ten scenarios have left it by then; None where they have not by any moment."""
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

    @property
    def done_by(self) -> Millis | None:
        """Nine in ten scenarios are done by then; None where that is not known."""
        return self.steps[-1].leaves_by if self.steps and not self.is_open_ended else None


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
        finish = result.finish[cohort]
        weight = np.where(np.isnan(finish), 0.0, self.affected_scenarios.weight_of(cohort))
        if not weight.any():
            return ExpectedSteps()
        departures = {step: moments[cohort] for step, moments in result.departures.items()}
        arrivals = {bit: moments[cohort] for bit, moments in result.record_arrivals.items()}
        way = _usual_way(self.plan, current, weight, departures, arrivals)
        return _expected_steps(way, finish, weight, entered_at=entered_at, as_of=as_of)


class CohortSteps(Protocol):
    """The expected steps of the cohorts of one forecast."""

    def expected_steps(self, cohort: int, current: int, entered_at: Millis, as_of: Millis) -> ExpectedSteps:
        """As `ScenarioSteps` gives them."""
        ...


@dataclass(frozen=True)
class ChosenSteps:
    """Of each cohort those of the one simulation or of the other."""

    is_first: Flags
    """(G,)"""
    first: CohortSteps
    second: CohortSteps

    def expected_steps(self, cohort: int, current: int, entered_at: Millis, as_of: Millis) -> ExpectedSteps:
        """As `ScenarioSteps` gives them."""
        steps = self.first if self.is_first[cohort] else self.second
        return steps.expected_steps(cohort, current, entered_at, as_of)


@dataclass(frozen=True)
class JoinedSteps:
    """Of all cohorts: the steps of some of them, each with their positions."""

    parts: Sequence[tuple[Positions, CohortSteps]]

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
    steps = ScenarioSteps(plan, result, AffectedScenarios.every(1))
    return steps.expected_steps(0, cohorts.step, round(float(cohorts.entered_at[0])), as_of)


@dataclass(frozen=True)
class _WayStep:
    step: Step
    departures: Reals
    """(N,)"""
    weight: Reals
    """(N,) of the scenarios that come to the step on the way to it; 0 of others."""
    records: Mapping[int, Reals]
    """(N,) arrivals of the records that it causes for the first time on the way."""


def _usual_way(
    plan: Plan,
    current: int,
    weight: Reals,
    departures: dict[int, Reals],
    arrivals: Mapping[int, Reals],
) -> list[_WayStep]:
    """From the current step on, at each branch where most of the scenarios go that came so far, by `weight`
    (N,).
    """
    open_arrivals = dict(arrivals)
    scenario = np.arange(len(weight)) % SCENARIOS

    def step_of(visit: int, weight: Reals) -> _WayStep:
        stage = plan.stage(visit)
        bits = [record.bit for record in stage.records if record.bit in open_arrivals]
        records = {bit: open_arrivals.pop(bit) for bit in bits}
        return _WayStep(stage.step, departures[visit], weight, records)

    visit = current
    way = [step_of(visit, weight)]
    while branches := plan.branches(visit):
        weights = [weight * branch.scenarios[scenario] for branch in branches]
        sums = [float(each.sum()) for each in weights]
        most = int(np.argmax(sums))
        if sums[most] < float((weight * plan.ends(visit)[scenario]).sum()):
            break
        visit = branches[most].to
        weight = weights[most]
        way.append(step_of(visit, weight))
    return way


def _expected_steps(
    way: list[_WayStep], finish: Reals, weight: Reals, *, entered_at: Millis, as_of: Millis
) -> ExpectedSteps:
    """Ends with the first step that it does not leave by itself."""
    completion = _quantile(finish, weight, 0.5)
    usual = way[-1].weight
    level = _level(finish, usual, completion)
    begins = entered_at
    steps: list[ExpectedStep] = []
    for each in way:
        is_last = each is way[-1]
        moment = completion if is_last else min(_quantile(each.departures, usual, level), completion)
        if not np.isfinite(moment):
            steps.append(ExpectedStep(each.step, begins, max(begins, as_of)))
            return ExpectedSteps(tuple(steps), is_open_ended=True)
        leaves = max(round(moment), begins, as_of)
        earliest = max(leaves if is_last else begins, as_of)
        moments, of_weight = (finish, weight) if is_last else (each.departures, usual)
        upper_end = _quantile(moments, of_weight, _UPPER_END)
        steps.append(
            ExpectedStep(
                each.step,
                begins,
                leaves,
                leaves_by=max(round(upper_end), leaves) if np.isfinite(upper_end) else None,
                records=_records(each, usual, level, earliest),
            )
        )
        begins = leaves
    return ExpectedSteps(tuple(steps))


def _records(step: _WayStep, usual: Reals, level: float, earliest: Millis) -> dict[int, Millis]:
    """When the records of the step arrive, at the level of the completion: in each scenario a record follows
    its step, and so it does in the answer.
    """
    moments = {bit: _quantile(arrival, usual, level) for bit, arrival in step.records.items()}
    return {bit: max(round(at), earliest) for bit, at in moments.items() if np.isfinite(at)}


def _level(finish: Reals, weight: Reals, completion: float) -> float:
    """Of the completion among those on the usual way: one half, but where ways of other lengths shift it."""
    if _quantile(finish, weight, 0.5) == completion:
        return 0.5
    order = np.argsort(np.where(weight > 0, finish, np.inf), kind="stable")
    order = order[: int((weight > 0).sum())]
    place = min(int(np.searchsorted(finish[order], completion)), len(order) - 1)
    cumulative = np.cumsum(weight[order])
    return float((cumulative[place] - weight[order[place]] / 2) / cumulative[-1])


def _quantile(moments: Reals, weight: Reals, level: float) -> float:
    """The least of the moments with this share of the weight at it or below; without a moment: infinity."""
    whole = np.where(np.isnan(moments), np.inf, moments)
    return float(weighted_quantile(whole[None, :], weight[None, :], level)[0])
