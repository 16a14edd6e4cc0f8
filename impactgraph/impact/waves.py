"""When orders are hit, promises missed and records late, by buckets of time."""

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from graph_models.impact import ForecastPoint
from graph_models.time import Millis, say_duration
from impactgraph.errors import BadInputError
from impactgraph.impact.hits import Hits
from impactgraph.impact.totals import listed

MOST_POINTS = 2_000


def forecast(answer: Hits, bucket: Millis) -> tuple[ForecastPoint, ...]:
    """Points from the first hit to the last, each a bucket that starts at a whole multiple of its length. What has no moment (never) is in the last."""
    if bucket <= 0:
        raise BadInputError("`bucket` must be longer than nothing, such as PT15M.")
    orders = answer.orders_hit
    if not len(orders):
        return ()
    promised = answer.inputs.columns.orders.promised_by[orders.order].astype(np.float64)
    series = [
        orders.hit_at,
        promised[orders.misses],
        _records(answer, RecordKind.POSTING),
        _records(answer, RecordKind.NOTIFICATION),
    ]
    moments = np.concatenate([s[np.isfinite(s)] for s in series])
    first = int(moments.min() // bucket) if len(moments) else answer.as_of // bucket
    last = int(moments.max() // bucket) if len(moments) else first
    if last - first >= MOST_POINTS:
        raise BadInputError(
            f"Buckets of {say_duration(bucket)} make {last - first + 1} points; at most {MOST_POINTS} are given. Ask for longer ones."
        )
    counts = [_count(s, bucket, first, last) for s in series]
    return tuple(
        ForecastPoint((first + n) * bucket, *(int(c[n]) for c in counts)) for n in range(last - first + 1)
    )


def _count(moments: NDArray[np.float64], bucket: Millis, first: int, last: int) -> NDArray[np.intp]:
    place = np.where(np.isfinite(moments), np.nan_to_num(moments) // bucket, last)
    return np.bincount(np.clip(place, first, last).astype(np.intp) - first, minlength=last - first + 1)


def _records(answer: Hits, kind: RecordKind) -> NDArray[np.float64]:
    """When each late or missing record was due."""
    found = [
        np.where(np.isnan(g.outcome.due_at), g.outcome.expected_at, g.outcome.due_at)[
            g.of[listed(g, answer.inputs.question.min_likelihood)]
        ]
        for g in answer.records_hit
        if g.emission.kind is kind
    ]
    return np.concatenate(found) if found else np.zeros(0)
