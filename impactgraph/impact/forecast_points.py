"""Forecast over time: affected orders, missed promises and late records by buckets of equal length."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from graph_models.impact import ForecastPoint
from graph_models.time import Millis, say_duration
from impactgraph.errors import BadInputError
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.totals import listed_mask

MOST_POINTS = 2_000


def forecast_points(impact: MatchedImpact, bucket: Millis) -> tuple[ForecastPoint, ...]:
    """Points from the first effect to the last, each a bucket that starts at a whole multiple of its length.

    Rows without a moment (never) count in the last bucket. Raises: BadInputError for a length that is not
    positive or makes too many points.
    """
    if bucket <= 0:
        raise BadInputError("`bucket` must be longer than nothing, such as PT15M.")
    orders = impact.affected_orders
    if not len(orders):
        return ()
    promised_by = impact.columns.orders.promised_by[orders.order].astype(np.float64)
    may_miss = orders.missed > 0
    series = [
        orders.hit_at,
        promised_by[may_miss],
        _due_moments(impact, RecordKind.POSTING),
        _due_moments(impact, RecordKind.NOTIFICATION),
    ]
    moments = np.concatenate([s[np.isfinite(s)] for s in series])
    first = int(moments.min() // bucket) if len(moments) else impact.as_of // bucket
    last = int(moments.max() // bucket) if len(moments) else first
    if last - first >= MOST_POINTS:
        raise BadInputError(
            f"Buckets of {say_duration(bucket)} make {last - first + 1} points; "
            f"at most {MOST_POINTS} are given. Ask for longer ones."
        )
    counts = [_counts(s, bucket, first, last) for s in series]
    counts[1] = _whole(_counts(series[1], bucket, first, last, orders.missed[may_miss]))
    return tuple(
        ForecastPoint((first + n) * bucket, *(int(c[n]) for c in counts)) for n in range(last - first + 1)
    )


def _counts(
    moments: NDArray[np.float64], bucket: Millis, first: int, last: int, weights: Reals | None = None
) -> NDArray[Any]:
    """Moments (or the sum of their weights) in each bucket from `first` to `last`, numbered from 1970."""
    place = np.where(np.isfinite(moments), np.nan_to_num(moments) // bucket, last)
    buckets = np.clip(place, first, last).astype(np.intp) - first
    return np.bincount(buckets, weights, minlength=last - first + 1)


def _whole(sums: Reals) -> NDArray[np.intp]:
    """Sums as whole numbers whose own sum is that of all, rounded."""
    return np.diff(np.rint(np.round(np.cumsum(sums), 6)), prepend=0).astype(np.intp)


def _due_moments(impact: MatchedImpact, kind: RecordKind) -> NDArray[np.float64]:
    """When each late or missing record is due; of those without a due time: when it is expected."""
    moments = [
        np.where(np.isnan(g.outcome.due_at), g.outcome.expected_at, g.outcome.due_at)[
            g.cohort[listed_mask(g, impact.min_likelihood)]
        ]
        for g in impact.affected_records
        if g.emission.kind is kind
    ]
    return np.concatenate(moments) if moments else np.zeros(0)
