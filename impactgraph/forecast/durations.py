"""Distributions of step durations: documented ones until enough visits are recorded, then estimates from
visits.

Visits that have not ended, or that a failure interrupted, are right-censored. The estimate is of the time
from entry to completion: where a batch run hands the order over, the visit ends with a run, so the completion
lies between two runs, and the documented distribution tells where. So it is with pick-ups. Times at which a
location was closed are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from graph_models.time import MINUTE, Millis
from graph_models.topology import Step, Takes, Topology
from impactgraph.columns import Codes, Dictionaries, Ints, Visits
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.slowdown import SlowdownLevels, on_site, slowdown_levels
from impactgraph.forecast.working_times import (
    SiteVisits,
    VisitEnding,
    divide_visits,
    visit_ending,
    without_closed_time,
    work_began_at,
)
from impactgraph.topology.opening import OpenTimes, open_times

Flags = NDArray[np.bool_]

_CELLS = 128
GRID = np.linspace(0.0, 1.0, _CELLS + 1)
"""Probabilities at which a distribution is held."""
_STEPS = 4_096
"""More than a workflow has."""
_SILENCE: Millis = 10 * MINUTE
"""A time without any move of a workflow's orders that is not taken for an interruption of its events."""
ENOUGH = 12
"""Visits needed before they outweigh the documented figure."""
_Z95 = 1.6448536269514722
_MIDDLES = np.clip(GRID, 0.5 / len(GRID), 1 - 0.5 / len(GRID))
_STANDARD_NORMAL = np.array([NormalDist().inv_cdf(p) for p in _MIDDLES.tolist()])
"""Its quantiles at the grid; at both ends, those of half a cell further in."""


@dataclass(frozen=True)
class Distribution:
    """Durations in milliseconds at the probabilities of GRID, ascending, learned from `visits` (0:
    documented).
    """

    at: Reals
    visits: int = 0

    def quantile(self, p: Reals) -> Reals:
        """Durations at the probabilities p in [0, 1].

        Bit-identical to `np.interp(p, GRID, self.at)`, without its search: the grid is even.
        """
        place = (p * _CELLS).astype(np.intp)
        return self._slopes[place] * (p - GRID[place]) + self.at[place]

    @cached_property
    def _slopes(self) -> Reals:
        return np.append(np.diff(self.at) / (1.0 / _CELLS), 0.0)

    def below(self, value: Reals) -> Reals:
        """Probability that the duration is at most `value`."""
        return np.interp(value, self.at, GRID)

    def between(self, low: Reals, high: Reals, p: Reals) -> Reals:
        """Quantiles of the duration given that it is in (low, high].

        Beyond the longest observed duration it is up to a tenth longer than `low`.
        """
        from_ = self.below(low)
        to = self.below(high)
        inside = self.quantile(from_ + p * (to - from_))
        beyond = np.minimum(low + (0.02 + 0.1 * p) * np.maximum(low, 60_000.0), np.maximum(high, low))
        return np.where(to - from_ > 1e-9, np.clip(inside, low, np.maximum(high, low)), beyond)

    @property
    def median(self) -> float:
        return float(self.at[len(GRID) // 2])


def documented_distribution(takes: Takes) -> Distribution:
    """Log-normal through p50 and p95; without a p95, a spread of a third."""
    p50 = max(float(takes.p50), 1.0)
    sigma = np.log(max(takes.p95, p50 * 1.01) / p50) / _Z95 if takes.p95 else 0.3
    return Distribution(p50 * np.exp(sigma * _STANDARD_NORMAL))


@dataclass(frozen=True)
class Durations:
    """Distributions by (workflow key, step key), and the slowdown level of each location (by code)."""

    of: Mapping[tuple[str, str], Distribution]
    slowdown_levels: SlowdownLevels = field(default_factory=lambda: np.zeros(0, np.int8))

    def __getitem__(self, place: tuple[str, str]) -> Distribution:
        return self.of[place]

    @property
    def visits(self) -> int:
        return sum(d.visits for d in self.of.values())


def learn_durations(
    topology: Topology,
    vocabulary: Dictionaries,
    visits: Visits,
    at: Millis,
    cut: Callable[[str, str], tuple[tuple[Millis, Millis], ...]] = lambda workflow, step: (),
) -> Durations:
    """Durations of every step, from the visits recorded by `at`.

    `cut(workflow, step)`: spans in which a failure held the orders in the step. Where no order of a workflow
    has moved for a while, stays count up to the last move only: all of them grow while no events come, and
    that says nothing about the steps.
    """
    workflow_codes = {w.key: index for index, w in enumerate(vocabulary.workflows)}
    place = visits.workflow.astype(np.int64) * _STEPS + visits.step
    order = np.argsort(place, kind="stable")
    place = place[order]
    distributions: dict[tuple[str, str], Distribution] = {}
    visits_on_site: list[tuple[Codes, Reals, float]] = []
    for workflow in topology.workflows.values():
        index = workflow_codes.get(workflow.key)
        seen_until = _seen_until(visits, order, place, index, at) if index is not None else at
        for step in workflow.steps:
            rows = order[0:0]
            if index is not None and step.key in vocabulary.workflows[index].steps:
                code = index * _STEPS + vocabulary.workflows[index].steps.index(step.key)
                rows = order[np.searchsorted(place, code) : np.searchsorted(place, code + 1)]
            groups = divide_visits(topology, workflow, visits.location[rows], vocabulary.locations.values)
            began_at = work_began_at(step, groups, visits.entered_at[rows], visits.left_at[rows])
            dwell_time, has_ended = _observed_dwell_times(
                began_at, visits.left_at[rows], seen_until, cut(workflow.key, step.key)
            )
            dwell_time = without_closed_time(step, groups, began_at, dwell_time)
            distribution = distributions[workflow.key, step.key] = _of_step(
                topology=topology,
                step=step,
                groups=groups,
                began_at=began_at,
                dwell_time=dwell_time,
                has_ended=has_ended,
            )
            if on_site(topology, step) and distribution.visits:
                visits_on_site.append(
                    (visits.location[rows][has_ended], dwell_time[has_ended], distribution.median)
                )
    return Durations(distributions, _slowdown_levels(visits_on_site, len(vocabulary.locations)))


def _seen_until(visits: Visits, order: Ints, place: Ints, workflow: int, at: Millis) -> Millis:
    """`at`, or the last move in a workflow before a silence. `order`: visits by `place`."""
    rows = order[slice(*np.searchsorted(place, (workflow * _STEPS, (workflow + 1) * _STEPS)))]
    last_move = max(int(visits.entered_at[rows].max(initial=0)), int(visits.left_at[rows].max(initial=0)))
    return last_move if last_move and at - last_move > _SILENCE else at


def _slowdown_levels(visits_on_site: Sequence[tuple[Codes, Reals, float]], locations: int) -> SlowdownLevels:
    if not visits_on_site:
        return np.zeros(locations, np.int8)
    location, dwell_time, usual = zip(
        *(
            (place, dwell_time, np.full(len(dwell_time), median))
            for place, dwell_time, median in visits_on_site
        ),
        strict=True,
    )
    return slowdown_levels(
        np.concatenate(location), np.concatenate(dwell_time), np.concatenate(usual), locations
    )


def _observed_dwell_times(
    entered_at: Ints, left_at: Ints, at: Millis, spans: tuple[tuple[Millis, Millis], ...]
) -> tuple[Reals, Flags]:
    """Observed dwell time of each visit (milliseconds) up to the first failure of `spans`, and whether the
    visit ended by then.
    """
    dwell_time = np.where(left_at > 0, left_at - entered_at, at - entered_at).astype(np.float64)
    has_ended = left_at > 0
    for since, until in spans:
        is_disturbed = (entered_at < until) & (np.where(has_ended, left_at, at) > since)
        dwell_time = np.where(is_disturbed, np.maximum(since - entered_at, 0), dwell_time)
        has_ended = has_ended & ~is_disturbed
    return dwell_time, has_ended & (dwell_time > 0)


def _of_step(
    topology: Topology,
    step: Step,
    groups: Sequence[SiteVisits],
    began_at: Ints,
    dwell_time: Reals,
    has_ended: Flags,
) -> Distribution:
    prior = documented_distribution(step.takes)
    group_of = np.zeros(len(dwell_time), np.int32)
    for number, group in enumerate(groups):
        group_of[group.at] = number
    keep = dwell_time > 0
    dwell_time, has_ended, began_at = dwell_time[keep], has_ended[keep], began_at[keep]
    if int(has_ended.sum()) < ENOUGH:
        return prior
    work = dwell_time.copy()
    for number, group in enumerate(groups):
        ending = visit_ending(topology, step, group.site)
        at = np.flatnonzero(group_of[keep] == number)
        if ending is not None and has_ended[at].any():
            work[at] = _before_the_run(
                ending=ending,
                prior=prior,
                opening=open_times(group.site) if step.when_open else None,
                began_at=began_at[at],
                dwell_time=dwell_time[at],
                has_ended=has_ended[at],
            )
    has_work = work > 0
    return Distribution(_kaplan_meier(work[has_work], has_ended[has_work], prior), int(has_ended.sum()))


def _before_the_run(
    ending: VisitEnding,
    prior: Distribution,
    opening: OpenTimes | None,
    began_at: Ints,
    dwell_time: Reals,
    has_ended: Flags,
) -> Reals:
    """Times to completion of visits that ended with a run or a pick-up: quantiles of the documented
    distribution, scaled to the observed median, given that the completion fell between two of them.
    """
    timetable = ending.timetable
    last = timetable.run_before(began_at + dwell_time + ending.early)
    before = timetable.run_before(timetable.run_from(last) - 1.0)
    earliest = np.maximum(_work_until(before, began_at, opening), 1.0)
    latest = np.maximum(_work_until(last, began_at, opening), earliest + 1.0)
    scale = float(np.median(dwell_time[has_ended])) / max(timetable.typical_wait + prior.median, 1.0)
    scaled_prior = Distribution(prior.at * min(max(scale, 0.2), 5.0))
    middle = scaled_prior.between(earliest, latest, np.linspace(0.02, 0.98, len(dwell_time)))
    if not ending.is_pickup:
        return np.where(has_ended, middle, dwell_time)
    # What is done waits for the next pick-up: it was not done in time for the last one.
    last = timetable.run_before(began_at + dwell_time)
    return np.where(has_ended, middle, _work_until(last, began_at, opening))


def _work_until(end: Reals, began_at: Ints, opening: OpenTimes | None) -> Reals:
    return end - began_at if opening is None else opening.open_within(began_at.astype(np.float64), end)


def _kaplan_meier(dwell_time: Reals, has_ended: Flags, prior: Distribution) -> Reals:
    """Quantiles of a right-censored sample (Kaplan and Meier, JASA 53, 1958).

    Where the curve ends early, the shape of the documented distribution continues it.
    """
    order = np.lexsort((~has_ended, dwell_time))
    dwell_time, has_ended = dwell_time[order], has_ended[order].astype(bool)
    at_risk = np.arange(len(dwell_time), 0, -1)
    survival = np.cumprod(np.where(has_ended, 1.0 - 1.0 / at_risk, 1.0))
    times = dwell_time[has_ended]
    failing = 1.0 - survival[has_ended]
    middle = failing - np.diff(failing, prepend=0.0) / 2
    reach = failing[-1]
    quantiles = np.interp(GRID, np.concatenate(([0.0], middle)), np.concatenate(([times[0] * 0.9], times)))
    if reach < 0.98:
        beyond = reach < GRID
        stretch = times[-1] / max(float(prior.quantile(np.array(reach))), 1.0)
        quantiles[beyond] = prior.at[beyond] * max(stretch, 1.0)
    return np.maximum.accumulate(quantiles)
