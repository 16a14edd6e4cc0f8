"""Expected numbers of orders in the hours to come, from those placed in the hours before.

An hour resembles the same hour of earlier days, recent ones more, and most of all the same hour of the same
weekday; all are scaled by how the last hours compare with what the earlier days led one to expect. Where the
last day has several times as many orders as the earlier ones, or far fewer, these say nothing (their ended
orders may never have been recorded), and the next hours are expected to be like the last ones. Small
numbers are shrunk towards those of which more is known (gamma-Poisson; Clayton and Kaldor, Biometrics 43,
1987). How far such forecasts of past hours were off says how far those of the next ones may be.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.scenarios import Reals

DAY_HOURS = 24
WEEK_HOURS = 7 * DAY_HOURS
MOST_HOURS = 8 * WEEK_HOURS
"""Of history."""
_HALF_LIFE = 7.0
"""Days after which a day counts half as much."""
_SMOOTHED_BELOW = 6 * DAY_HOURS
"""With less history, an hour takes a quarter each of the hours beside it."""
_ALL_DAYS = 1.0
"""All weekdays together count like so many hours of the same weekday."""
_RECENT_HOURS = 6
_LEVEL_PRIOR = 50.0
"""Orders as expected that count beside those of the last hours."""
_LEVEL_HALF_LIFE = 24.0
"""Hours after which the level of the last hours counts half as much."""
_COMPARABLE = 3.0
"""Days of which one has more than so many times the orders of the other are not comparable."""
_FEW = 20.0
"""Orders beside which a difference of days says nothing."""
_BLOCK = 3
"""Hours that are compared together."""
_ERROR_PRIOR = 0.1
_PRIOR_BLOCKS = 4
_UNKNOWN_ERROR = 0.5
"""Of a rate without an earlier day."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ArrivalRates:
    """Orders an hour for each of the next hours."""

    of_hour: Reals
    """(168,) of the hours after the moment at which they were learned; from then on they repeat."""
    error: float
    """Standard deviation of the rates, as a part of them: an error that all hours share."""
    days: float
    """How many days the history has; 0 where the rates follow from the last hours alone."""

    def between(self, hours: Reals) -> Reals:
        """(I,): orders between (I + 1,) moments, in hours after that at which the rates were learned."""
        cumulative: Reals = np.concatenate([[0.0], np.cumsum(self.of_hour)])
        weeks, rest = np.divmod(hours, WEEK_HOURS)
        whole = np.minimum(rest.astype(np.int64), WEEK_HOURS - 1)
        before = cumulative[whole] + self.of_hour[whole] * (rest - whole)
        return np.diff(before + weeks * cumulative[-1])


def arrival_rates(counts: Reals, usual: Flags) -> ArrivalRates:
    """By counts (B,) of the hours before, the last hour first; `usual` (B,): which of them count.

    Where a failure has lasted for nearly all of them, all count.
    """
    usual = usual if usual.sum() >= _RECENT_HOURS else np.ones(len(counts), bool)
    counts = np.where(usual, counts, 0.0)
    past_hours = np.arange(min(max(len(counts) - DAY_HOURS, 0), WEEK_HOURS), dtype=np.int64)
    same_hours = _SameHours.of(counts, usual)
    past, days = same_hours.expected(past_hours)
    is_compared = usual[: len(past_hours)] & ~np.isnan(past)
    expected_counts = np.where(is_compared, past, 0.0)
    actual = np.where(is_compared, counts[: len(past_hours)], 0.0)
    last_hours = np.flatnonzero(usual)[:_RECENT_HOURS]
    last_rate = float(counts[last_hours].sum()) / max(len(last_hours), 1)
    if not is_compared.any() or not _are_comparable(actual, expected_counts):
        return ArrivalRates(np.full(WEEK_HOURS, last_rate), _UNKNOWN_ERROR, 0.0)
    future, _ = same_hours.expected(-1 - np.arange(WEEK_HOURS, dtype=np.int64))
    recent = slice(0, _RECENT_HOURS)
    level = (actual[recent].sum() + _LEVEL_PRIOR) / (expected_counts[recent].sum() + _LEVEL_PRIOR)
    fading = 0.5 ** (np.arange(WEEK_HOURS) / _LEVEL_HALF_LIFE)
    return ArrivalRates(
        of_hour=np.where(np.isnan(future), last_rate, future * level**fading),
        error=_error(actual, expected_counts, days),
        days=len(counts) / DAY_HOURS,
    )


@dataclass(frozen=True)
class _SameHours:
    """Counts of past hours, by which others at the same hour of the day are estimated."""

    counts: Reals
    seen: Reals
    """(B,) how much of each hour counts."""

    @staticmethod
    def of(counts: Reals, usual: Flags) -> "_SameHours":
        """Where there are few days, each hour with a part of those beside it."""
        day_counts = usual.astype(np.float64)
        if DAY_HOURS <= len(counts) < _SMOOTHED_BELOW:
            return _SameHours(_with_neighbours(counts), _with_neighbours(day_counts))
        return _SameHours(counts, day_counts)

    def expected(self, hours: NDArray[np.int64]) -> tuple[Reals, Reals]:
        """(H,) of hours before (negative: to come), by earlier days only, NaN where there are none; and from
        how many days.
        """
        days = np.arange(1, (MOST_HOURS + WEEK_HOURS) // DAY_HOURS + 1)
        at = hours[:, None] + DAY_HOURS * days
        inside = (at >= 0) & (at < len(self.counts))
        if not inside.any():
            return np.full(len(hours), np.nan), np.zeros(len(hours))
        at = np.where(inside, at, 0)
        counts, day_counts = self.counts[at] * inside, self.seen[at] * inside
        weight = 0.5 ** (days / _HALF_LIFE)
        with np.errstate(invalid="ignore", divide="ignore"):
            daily = (counts @ weight) / (day_counts @ weight)
        is_same_weekday = (days % 7 == 0).astype(np.float64)
        rate = (counts @ is_same_weekday + _ALL_DAYS * daily) / (day_counts @ is_same_weekday + _ALL_DAYS)
        return rate, inside.sum(axis=1).astype(np.float64)


def _with_neighbours(values: Reals) -> Reals:
    wide = np.pad(values, 1)
    return 0.25 * wide[:-2] + 0.5 * wide[1:-1] + 0.25 * wide[2:]


def _are_comparable(actual: Reals, expected: Reals) -> bool:
    """Whether the last day has about as many orders as the earlier days led one to expect."""
    of_day = slice(0, DAY_HOURS)
    ratio = float((actual[of_day].sum() + _FEW) / (expected[of_day].sum() + _FEW))
    return 1.0 / _COMPARABLE <= ratio <= _COMPARABLE


def _error(actual: Reals, expected: Reals, days: Reals) -> float:
    """By how much the numbers of past blocks of hours were off, beyond what chance explains."""
    blocks = len(expected) // _BLOCK
    if not blocks:
        return _ERROR_PRIOR

    def of_blocks(values: Reals) -> Reals:
        return values[: blocks * _BLOCK].reshape(blocks, _BLOCK).sum(axis=1)

    actual, expected = of_blocks(actual), of_blocks(expected)
    by_chance = expected * (1.0 + 1.0 / np.maximum(of_blocks(days) / _BLOCK, 1.0))
    beyond = max(float(((actual - expected) ** 2 - by_chance).sum()), 0.0)
    size = float((expected**2).sum())
    prior = _PRIOR_BLOCKS * size / blocks
    return ((beyond + _ERROR_PRIOR**2 * prior) / max(size + prior, 1e-12)) ** 0.5
