"""Hours in which a type of record arrived more or less often than usual for that hour.

The usual count is the median of the same hour of the week in the weeks before, or of the same hour of the
day where fewer weeks are known. The usual range around it follows from the median absolute deviation
(Hampel, JASA 69, 1974): that of all hours together, in square roots of their medians, since a few weeks say
too little about one hour; that of the hour itself where it is larger and known from a week of days. It is
never less than the scatter of independent counts (the square root of the median).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import RateFinding
from graph_models.money import Money
from graph_models.time import HOUR, Millis
from impactgraph.columns import NO_AMOUNT, RECORD_KINDS, Columns, Ints
from impactgraph.impact.totals import money_of

_DAY = 24
_WEEK = 168
LEAST_DAYS = 7
"""Days of history before anything is reported."""
LEAST_WEEKS = 4
"""Weeks of history before hours of the week are distinguished."""
MOST_WEEKS = 8
"""Weeks of history that are used."""
EXAMINED_HOURS = 24
"""Hours before now of which findings are made."""
_DEVIATIONS = 4.0
_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution."""


def find_rates(columns: Columns, at: Millis) -> tuple[RateFinding, ...]:
    """Of the full hours of the day before `at`, the latest first. Costs one look at every record."""
    last = at // HOUR
    first = last - EXAMINED_HOURS - MOST_WEEKS * _WEEK
    r = columns.records
    types = len(columns.dictionaries.types)
    hour = r.at // HOUR - first
    inside = (hour >= 0) & (hour < last - first)
    code = r.kind[inside].astype(np.int64) * types + r.type[inside]
    width = last - first
    cells = np.bincount(code * width + hour[inside], minlength=len(RECORD_KINDS) * types * width)
    counts = cells.reshape(-1, width)
    findings = [
        finding
        for row in np.flatnonzero(counts.any(axis=1)).tolist()
        for finding in _of_type(columns, row, counts[row], first)
    ]
    return tuple(sorted(findings, key=lambda f: (-f.since, f.kind, f.type)))


def _of_type(columns: Columns, code: int, counts: Ints, first: int) -> Iterator[RateFinding]:
    """`code`: of kind and type; `counts`: by hour; `first`: the first hour, since 1970."""
    beginning = int(np.flatnonzero(counts)[0])
    kind, type_ = divmod(code, len(columns.dictionaries.types))
    scatter = {
        "hour_of_day": _scatter(counts, beginning, _DAY),
        "hour_of_week": _scatter(counts, beginning, _WEEK),
    }
    for hour in range(len(counts) - EXAMINED_HOURS, len(counts)):
        season, history = _same_hours_before(counts, beginning, hour)
        if not len(history):
            continue
        usual = usual_range(history, scatter[season])
        if not usual.low <= counts[hour] <= usual.high:
            since = (first + hour) * HOUR
            yield RateFinding(
                kind=RECORD_KINDS[kind],
                type=columns.dictionaries.types.values[type_],
                since=since,
                count=int(counts[hour]),
                usual=usual.median,
                low=usual.low,
                high=usual.high,
                hours=len(history),
                season=season,
                amount=_posted_amounts(columns, kind, type_, since),
            )


def _same_hours_before(counts: Ints, beginning: int, hour: int) -> tuple[str, Ints]:
    """The season, and counts of the same hours before in full days since the first record; empty where too
    few.
    """
    weeks = counts[hour - _WEEK : beginning : -_WEEK] if hour >= _WEEK else counts[:0]
    if len(weeks) >= LEAST_WEEKS:
        return "hour_of_week", weeks
    days = counts[hour - _DAY : beginning : -_DAY] if hour >= _DAY else counts[:0]
    return "hour_of_day", days if len(days) >= LEAST_DAYS else counts[:0]


def _scatter(counts: Ints, beginning: int, season: int) -> float:
    """Deviation of the hours before the last day from the medians of their season, in square roots of these.

    At least 1, as of independent counts.
    """
    end = len(counts) - EXAMINED_HOURS
    whole = (end - beginning) // season
    if whole < 2:
        return 1.0
    table = counts[end - whole * season : end].reshape(whole, season)
    median = np.median(table, axis=0)
    deviation = np.median(np.abs(table - median) / np.sqrt(np.maximum(median, 1.0)))
    return max(1.0, _TO_SIGMA * float(deviation))


@dataclass(frozen=True)
class UsualRange:
    median: float
    low: float
    high: float


def usual_range(history: Ints, scatter: float) -> UsualRange:
    """Median of the counts, and the range around it that is usual."""
    median = float(np.median(history))
    own = _TO_SIGMA * float(np.median(np.abs(history - median))) if len(history) >= LEAST_DAYS else 0.0
    deviation = max(own, scatter * median**0.5, 1.0)
    low = max(median - _DEVIATIONS * deviation, 0.0)
    return UsualRange(median, low, median + _DEVIATIONS * deviation)


def _posted_amounts(columns: Columns, kind: int, type_: int, since: Millis) -> tuple[Money, ...]:
    """Sum of the amounts of that hour, by currency."""
    r = columns.records
    which = np.flatnonzero(
        (r.at >= since)
        & (r.at < since + HOUR)
        & (r.kind == kind)
        & (r.type == type_)
        & (r.amount != NO_AMOUNT)
    )
    order = columns.fulfillments.order[r.fulfillment[which]]
    currency: NDArray[np.int32] = np.where(
        r.currency[which] > 0, r.currency[which], columns.orders.currency[order]
    ).astype(np.int32)
    return money_of(columns, currency, r.amount[which])
