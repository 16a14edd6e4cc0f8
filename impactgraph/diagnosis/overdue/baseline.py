"""Baseline of dwell times: how long fulfillments usually stay in a step, hand-over and wait for a run
included, the times at which the location was closed not.

It is learned from visits that began well before the moment in question, so that an unreported problem does
not raise the baseline, and without visits that recorded failures held up. Visits that still last are
right-censored observations (Kaplan and Meier, JASA 53, 1958).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.diagnosis.overdue.opening import open_lengths
from impactgraph.diagnosis.overdue.visits import Visits, sample_by_workflow, visits_of
from impactgraph.forecast.durations import ENOUGH, GRID, Distribution, documented_distribution
from impactgraph.forecast.scenarios import Reals
from impactgraph.topology.calendar import Calendar

RECENT: Millis = 6 * HOUR
"""Visits that began within this time are left out, provided that enough began before."""
MOST = 20_000
"""Fulfillments sampled from a workflow."""
_TAIL = 0.98

Flags = NDArray[np.bool_]
Place = tuple[str, str]
"""Workflow key and step key."""
HeldSpans = Callable[[str, str], Sequence[tuple[Millis, Millis]]]
"""By workflow key and step key, the spans in which a recorded failure held what was in the step."""


@dataclass(frozen=True)
class DwellBaseline:
    """Dwell times in milliseconds by (workflow key, step key), for the steps of the topology."""

    by_step: Mapping[Place, Distribution]

    def knows(self, step: Step) -> bool:
        """Whether the dwell time of the step was learned, or is stated in the topology."""
        distribution = self.by_step.get((step.workflow, step.key))
        return distribution is not None and (distribution.visits > 0 or step.takes.is_stated)

    def p95(self, place: Place) -> float:
        """95th percentile in milliseconds. Raises KeyError for a step that the topology does not have."""
        return float(self.by_step[place].quantile(np.array(0.95)))


def learn_dwell_baseline(
    topology: Topology, columns: Columns, at: Millis, held_spans: HeldSpans = lambda workflow, step: ()
) -> DwellBaseline:
    """The baseline from what was recorded by `at`; steps with too few visits get their
    documented_distribution duration.
    """
    by_place: dict[Place, Visits] = {}
    for number, rows in sample_by_workflow(columns, MOST):
        workflow = columns.dictionaries.workflows[number]
        visits = visits_of(columns, rows)
        visits = visits.take(visits.entered_at <= at)
        for index, step in enumerate(workflow.steps):
            by_place[workflow.key, step] = visits.take(visits.step == index)
    return DwellBaseline(
        {
            (workflow.key, step.key): _of_step(
                _documented_dwell(topology, step),
                by_place.get((workflow.key, step.key)),
                at,
                held_spans(workflow.key, step.key),
                partial(open_lengths, topology, columns, step),
            )
            for workflow in topology.workflows.values()
            for step in workflow.steps
        }
    )


def _of_step(
    prior: Distribution,
    visits: Visits | None,
    at: Millis,
    spans: Sequence[tuple[Millis, Millis]],
    counted: Callable[[Codes, Ints, Reals], Reals],
) -> Distribution:
    """`prior` until enough visits ended; `spans` in which a recorded failure held what was in the step;
    `counted`: the lengths of visits, given by row, entry and length, as far as they count.
    """
    if visits is None or not len(visits):
        return prior
    lengths, is_over = _observed_lengths(visits, at, spans)
    lengths = counted(visits.row, visits.entered_at, lengths)
    usable = (visits.entered_at < at - RECENT) & (lengths > 0)
    if int((is_over & usable).sum()) < ENOUGH:
        usable = lengths > 0
    lengths = lengths[usable]
    is_over = is_over[usable]
    if int(is_over.sum()) < ENOUGH:
        return prior
    return Distribution(_kaplan_meier(lengths, is_over, prior), int(is_over.sum()))


def _documented_dwell(topology: Topology, step: Step) -> Distribution:
    """The duration in the topology, plus the wait for a run where a batch hands the order over."""
    vias = [topology.integrations[t.via.partition(":")[2]] for t in step.then if t.via]
    waits = [Calendar(via.schedule).typical_wait for via in vias if via.schedule is not None]
    duration = documented_distribution(step.takes)
    return Distribution(duration.at + 2 * max(waits) * GRID) if waits else duration


def _observed_lengths(
    visits: Visits, at: Millis, spans: Sequence[tuple[Millis, Millis]]
) -> tuple[Reals, Flags]:
    """By visit: milliseconds observed before a recorded failure disturbed it, and whether it was over by
    then.
    """
    left_at = np.where(visits.left_at > at, 0, visits.left_at)
    open_until = np.where(visits.cancelled_at > 0, np.minimum(visits.cancelled_at, at), at)
    end = np.where(left_at > 0, left_at, open_until)
    lengths = np.maximum(end - visits.entered_at, 1).astype(np.float64)
    is_over = left_at > 0
    for since, until in spans:
        is_disturbed = (visits.entered_at < until) & (end > since)
        lengths = np.where(is_disturbed, np.maximum(since - visits.entered_at, 0), lengths)
        is_over = is_over & ~is_disturbed
    return lengths, is_over


def _kaplan_meier(lengths: Reals, is_over: Flags, prior: Distribution) -> Reals:
    """Quantiles of a right-censored sample; where the curve ends early, the prior's shape continues it.

    Costs a sort.
    """
    order = np.lexsort((~is_over, lengths))
    lengths = lengths[order]
    is_over = is_over[order]
    survival = np.cumprod(np.where(is_over, 1.0 - 1.0 / np.arange(len(lengths), 0, -1), 1.0))
    times = lengths[is_over]
    ended_share = 1.0 - survival[is_over]
    middle = ended_share - np.diff(ended_share, prepend=0.0) / 2
    quantiles = np.interp(GRID, np.concatenate(([0.0], middle)), np.concatenate(([times[0] * 0.9], times)))
    reach = float(ended_share[-1])
    if reach < _TAIL:
        beyond = reach < GRID
        stretch = float(times[-1]) / max(float(prior.quantile(np.array(reach))), 1.0)
        quantiles[beyond] = prior.at[beyond] * max(stretch, 1.0)
    return np.maximum.accumulate(quantiles)
