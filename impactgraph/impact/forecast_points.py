"""Forecast over time: affected orders, missed promises and late records by buckets of equal length."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from graph_models.estimates import Estimates
from graph_models.impact import ForecastPoint
from graph_models.time import Millis, say_duration
from impactgraph.errors import BadInputError
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.estimates import Partition, estimate_parts
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.matches import RecordGroup
from impactgraph.impact.totals import listed_mask

MOST_POINTS = 2_000


@dataclass(frozen=True)
class ForecastPoints:
    """Points from the first effect to the last, each a bucket that starts at a whole multiple of its length.

    Rows without a moment (never) count in the last bucket.
    """

    impact: MatchedImpact
    bucket: Millis
    first: int
    """Number of the first bucket, counted from 1970."""
    last: int

    @cached_property
    def points(self) -> tuple[ForecastPoint, ...]:
        orders = self.impact.affected_orders
        if not len(orders):
            return ()
        may_miss = orders.missed > 0
        promises = self._sums(_promised_by(self.impact)[may_miss], orders.missed[may_miss])
        counts = [
            self._sums(orders.hit_at),
            _whole(promises),
            self._sums(_due_moments(self.impact, RecordKind.POSTING)),
            self._sums(_due_moments(self.impact, RecordKind.NOTIFICATION)),
        ]
        return tuple(
            ForecastPoint((self.first + n) * self.bucket, *numbers)
            for n, numbers in enumerate(zip(*(each.astype(int).tolist() for each in counts), strict=True))
        )

    @cached_property
    def estimates(self) -> tuple[Estimates, ...]:
        """Of each point: orders and their value by when they are hit, promises and records by when they are
        due.
        """
        orders = self.impact.affected_orders
        if not len(orders):
            return ()
        return tuple(
            estimate_parts(
                self.impact,
                Partition(
                    parts=self._size,
                    order_at=np.arange(len(orders)),
                    order_part=self._place(orders.hit_at),
                    promise_part=self._place(_promised_by(self.impact)),
                    record_part=lambda group, at: self._place(_due_at(group)[group.cohort[at]]),
                ),
            )
        )

    @property
    def _size(self) -> int:
        return self.last - self.first + 1

    def _place(self, moments: NDArray[np.float64]) -> NDArray[np.intp]:
        """Bucket of each moment, counted from the first."""
        place = np.where(np.isfinite(moments), np.nan_to_num(moments) // self.bucket, self.last)
        return np.clip(place, self.first, self.last).astype(np.intp) - self.first

    def _sums(self, moments: NDArray[np.float64], weights: Reals | None = None) -> NDArray[Any]:
        """Moments, or the sum of their weights, in each bucket."""
        return np.bincount(self._place(moments), weights, minlength=self._size)


def forecast_points(impact: MatchedImpact, bucket: Millis) -> ForecastPoints:
    """Raises: BadInputError for a length that is not positive or makes too many points."""
    if bucket <= 0:
        raise BadInputError("`bucket` must be longer than zero, such as PT15M.")
    orders = impact.affected_orders
    series = [
        orders.hit_at,
        _promised_by(impact)[orders.missed > 0],
        *(_due_moments(impact, kind) for kind in (RecordKind.POSTING, RecordKind.NOTIFICATION)),
    ]
    moments = np.concatenate([each[np.isfinite(each)] for each in series])
    first = int(moments.min() // bucket) if len(moments) else impact.as_of // bucket
    last = int(moments.max() // bucket) if len(moments) else first
    if last - first >= MOST_POINTS:
        raise BadInputError(
            f"Buckets of {say_duration(bucket)} make {last - first + 1} points; "
            f"at most {MOST_POINTS} are given. Ask for longer ones."
        )
    return ForecastPoints(impact, bucket, first, last)


def _promised_by(impact: MatchedImpact) -> NDArray[np.float64]:
    """(orders,)"""
    return impact.columns.orders.promised_by[impact.affected_orders.order].astype(np.float64)


def _whole(sums: Reals) -> NDArray[np.intp]:
    """Sums as whole numbers whose own sum is that of all, rounded."""
    return np.diff(np.rint(np.round(np.cumsum(sums), 6)), prepend=0).astype(np.intp)


def _due_moments(impact: MatchedImpact, kind: RecordKind) -> NDArray[np.float64]:
    """When each affected record of a kind is due."""
    moments = [
        _due_at(group)[group.cohort[listed_mask(group, impact.min_likelihood)]]
        for group in impact.affected_records
        if group.emission.kind is kind
    ]
    return np.concatenate(moments) if moments else np.zeros(0)


def _due_at(group: RecordGroup) -> Reals:
    """(cohorts,) when a late or missing record is due; without a due time: when it is expected."""
    return np.where(np.isnan(group.outcome.due_at), group.outcome.expected_at, group.outcome.due_at)
