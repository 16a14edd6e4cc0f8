"""How long a step takes, from visits of which some were cut by the ends of the log.

Two estimators, as one is biased where the other is not:

- Of the visits that ended, those whose fulfillment could have been placed within the log whatever it took:
  they ended long enough after the log's beginning. Whole days only, as orders come by the hour. A visit then
  counts by when it ended, so it does not matter that long ones are still open, nor that a log has all open
  orders and few that ended.
- In a log that is short beside its orders: Kaplan and Meier's product limit, with open visits as censored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.time import DAY, Millis
from impactgraph.discovery.samples import Reals, Sample, quantile
from impactgraph.discovery.tallies import EndedVisit, OpenVisit

_ENOUGH = 30
"""Ended visits by which the first estimator is trusted."""
_FEWEST = 10
"""Ended visits by which it is trusted where the two differ much."""
_AGREED = 0.08
"""Difference of their medians, as a fraction, up to which they agree."""
_SETTLED = 0.99
"""Quantile of the time from placement to the end of the visit that the log's beginning is given."""
_STALE = 0.2
"""Share of the open visits that may have lasted for longer than nearly all that ended."""
SKEW = 0.25
"""Difference of the two estimators from which on the log is called selective."""


@dataclass(frozen=True, slots=True)
class Dwell:
    """Milliseconds. `visits`: the ended ones that it is from."""

    p50: Millis
    p95: Millis
    mean: Millis
    visits: int
    open_visits: int
    is_product_limit: bool
    is_open_ended: bool = False
    """Whether more than one visit in twenty had not ended after the longest time seen: p95, and maybe the
    others, are lower bounds.
    """
    lingering: int = 0
    """Open visits that have lasted for longer than nearly all that ended."""
    skew: float = 0.0
    """By how much the median of the other estimator is longer, as a fraction; 0 where there is none."""


def estimate_dwell(
    ended_visits: Sample[EndedVisit], open_visits: Sample[OpenVisit], begin: Millis, end: Millis
) -> Dwell | None:
    """The dwell time of a step in a log from `begin` to `end`; None where no visit ended.

    Where both estimators agree, it is the second, as it uses more visits.
    """
    if not ended_visits.values:
        return None
    dwells = np.array([visit.dwell for visit in ended_visits.values], np.float64)
    censored_dwell = _open_durations(open_visits.values, end)
    p50, p95, mean, is_open_ended = _product_limit(
        dwells, ended_visits.weight, censored_dwell, open_visits.weight
    )
    open_spans = _open_durations([visit for visit in open_visits.values if visit.until is None], end)
    lingering = round(float((open_spans > quantile(dwells, _SETTLED)).sum()) * open_visits.weight)
    settled_dwell = _steady_dwells(ended_visits, open_spans, begin, end)
    if settled_dwell is None:
        estimate = _dwell(
            (p50, p95, mean), ended_visits.count, open_visits.count, is_open_ended=is_open_ended
        )
        return replace(estimate, lingering=lingering)
    middle = quantile(settled_dwell, 0.5)
    skew = p50 / middle - 1 if middle else 0.0
    least = SKEW if len(settled_dwell) < _ENOUGH else _AGREED
    if abs(skew) <= least and not is_open_ended:
        return replace(_dwell((p50, p95, mean), ended_visits.count, open_visits.count), lingering=lingering)
    numbers = (middle, quantile(settled_dwell, 0.95), float(settled_dwell.mean()))
    visits = round(len(settled_dwell) * ended_visits.weight)
    estimate = _dwell(numbers, visits, open_visits.count, is_product_limit=False, skew=skew)
    return replace(estimate, lingering=lingering)


def _dwell(
    numbers: tuple[float, float, float],
    visits: int,
    open_visits: int,
    *,
    is_product_limit: bool = True,
    is_open_ended: bool = False,
    skew: float = 0.0,
) -> Dwell:
    p50, p95, mean = map(round, numbers)
    return Dwell(p50, max(p50, p95), mean, visits, open_visits, is_product_limit, is_open_ended, skew=skew)


def _open_durations(visits: Sequence[OpenVisit], end: Millis) -> Reals:
    """How long each lasted at least."""
    spans = [max(0, (end if visit.until is None else visit.until) - visit.entered_at) for visit in visits]
    return np.array(spans, np.float64)


def _steady_dwells(
    ended_visits: Sample[EndedVisit], open_spans: Reals, begin: Millis, end: Millis
) -> Reals | None:
    """Dwell times of the visits that ended when the log's beginning no longer showed; None where the log is
    too short for it.
    """
    leads = np.array([visit.lead for visit in ended_visits.values], np.float64)
    settle = quantile(leads, _SETTLED)
    length = end - begin
    is_stale = float((open_spans > settle).sum()) > _STALE * max(1, len(open_spans))
    if length < 1.5 * settle or (is_stale and length < 10 * settle):
        return None
    left_at = np.array([visit.left_at for visit in ended_visits.values], np.float64)
    dwells = np.array([visit.dwell for visit in ended_visits.values], np.float64)
    since = begin + settle
    whole_days = end - max(end - since, DAY) // DAY * DAY
    for limit, least in ((whole_days, _ENOUGH), (since, _FEWEST)):
        selection = dwells[left_at >= max(limit, since)]
        if len(selection) >= least:
            return selection
    return None


def _product_limit(
    ends: Reals, weight: float, open_spans: Reals, censored_weight: float
) -> tuple[float, float, float, bool]:
    """(p50, p95, mean, whether the curve ends above 0.05) by Kaplan and Meier (1958). Where it does not come
    down to a quantile, the longest ended visit stands for it, and the mean is that up to it.
    """
    spans = np.concatenate((ends, open_spans))
    has_ended = np.concatenate((np.ones(len(ends)), np.zeros(len(open_spans))))
    weights = np.concatenate((np.full(len(ends), weight), np.full(len(open_spans), censored_weight)))
    order = np.lexsort((-has_ended, spans))
    spans, has_ended, weights = spans[order], has_ended[order], weights[order]
    at_risk = weights[::-1].cumsum()[::-1]
    survival = np.cumprod(1.0 - has_ended * weights / np.maximum(at_risk, weights))
    rows = np.flatnonzero(has_ended)
    spans, survival = spans[rows], survival[rows]
    longest = float(spans[-1])

    def at(level: float) -> float:
        below = np.flatnonzero(survival <= level + 1e-12)
        return float(spans[below[0]]) if len(below) else longest

    steps = np.diff(np.concatenate(([0.0], spans)))
    mean = float((steps * np.concatenate(([1.0], survival[:-1]))).sum())
    return at(0.5), at(0.05), mean, bool(survival[-1] > 0.05)
