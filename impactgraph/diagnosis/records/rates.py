"""Hours in which a type of record came more often or less often than usual for that hour.

Usual is the median of the same hour of the week in the weeks before, or of the same hour of the day where fewer weeks are known. How far around it is still
usual says the median absolute deviation (Hampel, JASA 69, 1974): that of all hours together, in roots of their medians, since a few weeks tell too little of
one hour; that of the hour itself where it is larger and told by a week of days. Never less than counts scatter by themselves (the root of the median).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import RateFinding
from graph_models.time import HOUR, Millis
from impactgraph.columns import NO_AMOUNT, RECORD_KINDS, Columns, Ints
from impactgraph.impact.totals import money_of

_DAY, _WEEK = 24, 168
LEAST_DAYS, LEAST_WEEKS, MOST_WEEKS = 7, 4, 8
"""Days of history before anything is said, weeks before hours of the week are told apart, weeks that are looked at."""
LOOKED_AT = 24
"""Hours before now of which findings are made."""
_DEVIATIONS = 4.0
_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation, of what is normally distributed."""


def find_rates(columns: Columns, at: Millis) -> tuple[RateFinding, ...]:
    """Of the last day's full hours before `at`, the latest first. Costs one look at every record."""
    last = at // HOUR
    first = last - LOOKED_AT - MOST_WEEKS * _WEEK
    r, types = columns.records, len(columns.dictionaries.types)
    hour = r.at // HOUR - first
    known = (hour >= 0) & (hour < last - first)
    code = r.kind[known].astype(np.int64) * types + r.type[known]
    width = last - first
    counts = np.bincount(code * width + hour[known], minlength=len(RECORD_KINDS) * types * width).reshape(
        -1, width
    )
    found = [
        finding
        for row in np.flatnonzero(counts.any(axis=1)).tolist()
        for finding in _of_type(columns, row, counts[row], first)
    ]
    return tuple(sorted(found, key=lambda f: (-f.since, f.kind, f.type)))


def _of_type(columns: Columns, code: int, counts: Ints, first: int) -> Iterator[RateFinding]:
    begun = int(np.flatnonzero(counts)[0])
    kind, type_ = divmod(code, len(columns.dictionaries.types))
    scatter = {
        season: _scatter(counts, begun, width)
        for season, width in (("hour_of_day", _DAY), ("hour_of_week", _WEEK))
    }
    for hour in range(len(counts) - LOOKED_AT, len(counts)):
        season, before = _before(counts, begun, hour)
        if len(before):
            usual, low, high = usual_range(before, scatter[season])
            if not low <= counts[hour] <= high:
                since = (first + hour) * HOUR
                yield RateFinding(
                    RECORD_KINDS[kind], columns.dictionaries.types.values[type_], since, int(counts[hour]), usual, low, high, len(before), season,
                    money_of(columns, *_posted(columns, kind, type_, since)),
                )  # fmt: skip


def _before(counts: Ints, begun: int, hour: int) -> tuple[str, Ints]:
    """The same hours before, of full days since the first record: none where these are too few."""
    weeks = counts[hour - _WEEK : begun : -_WEEK] if hour >= _WEEK else counts[:0]
    if len(weeks) >= LEAST_WEEKS:
        return "hour_of_week", weeks
    days = counts[hour - _DAY : begun : -_DAY] if hour >= _DAY else counts[:0]
    return "hour_of_day", days if len(days) >= LEAST_DAYS else counts[:0]


def _scatter(counts: Ints, begun: int, season: int) -> float:
    """How far the hours before the last day are from the medians of their season, in roots of these; at least 1, as of counts that are independent."""
    whole = (len(counts) - LOOKED_AT - begun) // season
    if whole < 2:
        return 1.0
    table = counts[len(counts) - LOOKED_AT - whole * season : len(counts) - LOOKED_AT].reshape(whole, season)
    usual = np.median(table, axis=0)
    return max(1.0, _TO_SIGMA * float(np.median(np.abs(table - usual) / np.sqrt(np.maximum(usual, 1.0)))))


def usual_range(before: Ints, scatter: float) -> tuple[float, float, float]:
    """Median of the counts, and the range around it that is still usual."""
    usual = float(np.median(before))
    own = _TO_SIGMA * float(np.median(np.abs(before - usual))) if len(before) >= LEAST_DAYS else 0.0
    spread = max(own, scatter * usual**0.5, 1.0)
    return usual, max(usual - _DEVIATIONS * spread, 0.0), usual + _DEVIATIONS * spread


def _posted(columns: Columns, kind: int, type_: int, since: Millis) -> tuple[NDArray[np.int32], Ints]:
    """Currencies and amounts of that hour's."""
    r = columns.records
    mine = np.flatnonzero(
        (r.at >= since)
        & (r.at < since + HOUR)
        & (r.kind == kind)
        & (r.type == type_)
        & (r.amount != NO_AMOUNT)
    )
    order = columns.fulfillments.order[r.fulfillment[mine]]
    return np.where(r.currency[mine] > 0, r.currency[mine], columns.orders.currency[order]).astype(
        np.int32
    ), r.amount[mine]
