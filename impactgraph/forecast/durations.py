"""Distributions of step durations: the documented figure until enough visits are recorded, then learned from
visits.

Visits that still last, or that a failure cut off, count for as long as they were observed (right-censored).
The estimate is of the time from entry to completion: where a batch hands the order over, a visit ends with a
run, so the completion lies in the interval before it, and the documented distribution gives where.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from graph_models.topology import Step, Takes, Topology
from impactgraph.columns import Codes, Dictionaries, Ints, Visits
from impactgraph.forecast.calendar import Calendar
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.slowdown import SlowdownLevels, on_site, slowdown_levels

Flags = NDArray[np.bool_]

_CELLS = 128
GRID = np.linspace(0.0, 1.0, _CELLS + 1)
"""Probabilities at which a distribution is held."""
ENOUGH = 12
"""Visits needed before they outweigh the documented figure."""
_Z95 = 1.6448536269514722


@dataclass(frozen=True)
class Distribution:
    """Durations in milliseconds at the probabilities of GRID, ascending, learned from `visits` (0:
    documented).
    """

    at: Reals
    visits: int = 0

    def quantile(self, p: Reals) -> Reals:
        """As `np.interp(p, GRID, self.at)` to the last digit, for p in [0, 1]; where the grid is even nothing
        need be searched.
        """
        place = (p * _CELLS).astype(np.intp)
        return self._slopes[place] * (p - GRID[place]) + self.at[place]

    @cached_property
    def _slopes(self) -> Reals:
        return np.append(np.diff(self.at) / (1.0 / _CELLS), 0.0)

    def below(self, value: Reals) -> Reals:
        """Probability that it lasts at most so long."""
        return np.interp(value, self.at, GRID)

    def between(self, low: Reals, high: Reals, p: Reals) -> Reals:
        """Quantiles of the duration given that it is in (low, high]; beyond what was ever seen, a tenth
        longer than `low`.
        """
        from_, to = self.below(low), self.below(high)
        inside = self.quantile(from_ + p * (to - from_))
        beyond = np.minimum(low + (0.02 + 0.1 * p) * np.maximum(low, 60_000.0), np.maximum(high, low))
        return np.where(to - from_ > 1e-9, np.clip(inside, low, np.maximum(high, low)), beyond)

    @property
    def median(self) -> float:
        return float(self.at[len(GRID) // 2])


def documented(takes: Takes) -> Distribution:
    """Log-normal through p50 and p95; without a p95, a spread of a third."""
    p50 = max(float(takes.p50), 1.0)
    sigma = np.log(max(takes.p95, p50 * 1.01) / p50) / _Z95 if takes.p95 else 0.3
    p = np.clip(GRID, 0.5 / len(GRID), 1 - 0.5 / len(GRID))
    return Distribution(p50 * np.exp(sigma * _normal_quantile(p)))


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
    """Durations of every step as known at `at`.

    `cut(workflow, step)`: spans in which a failure held what was there.
    """
    known = {w.key: index for index, w in enumerate(vocabulary.workflows)}
    place = visits.workflow.astype(np.int64) * 4096 + visits.step
    order = np.argsort(place, kind="stable")
    place = place[order]
    found: dict[tuple[str, str], Distribution] = {}
    local: list[tuple[Codes, Reals, float]] = []
    for workflow in topology.workflows.values():
        index = known.get(workflow.key)
        for step in workflow.steps:
            rows = order[0:0]
            if index is not None and step.key in vocabulary.workflows[index].steps:
                code = index * 4096 + vocabulary.workflows[index].steps.index(step.key)
                rows = order[np.searchsorted(place, code) : np.searchsorted(place, code + 1)]
            lasted, ended = _watched(
                visits.entered_at[rows], visits.left_at[rows], at, cut(workflow.key, step.key)
            )
            learned = found[workflow.key, step.key] = _of_step(
                topology, step, visits.entered_at[rows], lasted, ended
            )
            if on_site(topology, step) and learned.visits:
                local.append((visits.location[rows][ended], lasted[ended], learned.median))
    return Durations(found, _paces(local, len(vocabulary.locations)))


def _paces(local: Sequence[tuple[Codes, Reals, float]], locations: int) -> SlowdownLevels:
    if not local:
        return np.zeros(locations, np.int8)
    where, lasted, usual = zip(
        *((place, lasted, np.full(len(lasted), median)) for place, lasted, median in local), strict=True
    )
    return slowdown_levels(np.concatenate(where), np.concatenate(lasted), np.concatenate(usual), locations)


def _watched(
    entered: Ints, left: Ints, at: Millis, spans: tuple[tuple[Millis, Millis], ...]
) -> tuple[Reals, Flags]:
    """For how long each stay was watched, undisturbed by the failures of the spans, and whether it ended by
    then.
    """
    lasted = np.where(left > 0, left - entered, at - entered).astype(np.float64)
    ended = left > 0
    for since, until in spans:
        touched = (entered < until) & (np.where(ended, left, at) > since)
        lasted = np.where(touched, np.maximum(since - entered, 0), lasted)
        ended = ended & ~touched
    return lasted, ended & (lasted > 0)


def _of_step(topology: Topology, step: Step, entered: Ints, lasted: Reals, ended: Flags) -> Distribution:
    prior = documented(step.takes)
    keep = lasted > 0
    lasted, ended, entered = lasted[keep], ended[keep], entered[keep]
    if int(ended.sum()) < ENOUGH:
        return prior
    calendar = _handed_over_by_batch(topology, step)
    if calendar is not None:
        lasted = _before_the_run(calendar, prior, entered, lasted, ended)
    return Distribution(_kaplan_meier(lasted, ended, prior), int(ended.sum()))


def _handed_over_by_batch(topology: Topology, step: Step) -> Calendar | None:
    vias = [topology.integrations[t.via.partition(":")[2]] for t in step.then if t.via]
    schedules = [v.schedule for v in vias if v.schedule is not None]
    return Calendar(schedules[0]) if schedules and len(schedules) == len(step.then) else None


def _before_the_run(
    calendar: Calendar, prior: Distribution, entered: Ints, lasted: Reals, ended: Flags
) -> Reals:
    """Completions behind the runs that ended the stays: the documented distribution, scaled to fit, given
    that it fell between two runs.
    """
    run = calendar.run_before(entered + lasted)
    earliest = np.maximum(calendar.run_before(run - 1.0) - entered, 1.0)
    latest = np.maximum(run - entered, earliest + 1.0)
    scale = float(np.median(lasted[ended])) / max(calendar.typical_wait + prior.median, 1.0)
    fitted = Distribution(prior.at * min(max(scale, 0.2), 5.0))
    middle = fitted.between(earliest, latest, np.linspace(0.02, 0.98, len(lasted)))
    return np.where(ended, middle, lasted)


def _kaplan_meier(lasted: Reals, ended: Flags, prior: Distribution) -> Reals:
    """Quantiles of a right-censored sample (Kaplan and Meier, JASA 53, 1958); where the curve ends early, the
    documented shape goes on from there.
    """
    order = np.lexsort((~ended, lasted))
    lasted, ended = lasted[order], ended[order].astype(bool)
    at_risk = np.arange(len(lasted), 0, -1)
    survival = np.cumprod(np.where(ended, 1.0 - 1.0 / at_risk, 1.0))
    times, failing = lasted[ended], 1.0 - survival[ended]
    middle = failing - np.diff(failing, prepend=0.0) / 2
    reach = failing[-1]
    quantiles = np.interp(GRID, np.concatenate(([0.0], middle)), np.concatenate(([times[0] * 0.9], times)))
    if reach < 0.98:
        beyond = reach < GRID
        stretch = times[-1] / max(float(prior.quantile(np.array(reach))), 1.0)
        quantiles[beyond] = prior.at[beyond] * max(stretch, 1.0)
    return np.maximum.accumulate(quantiles)


def _normal_quantile(p: Reals) -> Reals:
    """Standard normal quantiles by Newton steps on the logistic approximation; exact to 1e-9 in (0.001,
    0.999).
    """
    from math import erf, exp, pi, sqrt

    def one(target: float) -> float:
        x = np.log(target / (1 - target)) / 1.702
        for _ in range(20):
            x -= (0.5 * (1 + erf(x / sqrt(2))) - target) / (exp(-x * x / 2) / sqrt(2 * pi))
        return float(x)

    return np.array([one(float(v)) for v in p])
