"""Factors that overdue fulfillments share, with the counts in flight that support them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import CommonFactor
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.diagnosis.common.comparison import CONTROLS, Population, comparison_of
from impactgraph.diagnosis.common.dimensions import DimensionValues, dimension_names, dimension_values
from impactgraph.diagnosis.common.search import ScoredValue, causes
from impactgraph.diagnosis.common.steps import StepFactor, step_factors
from impactgraph.diagnosis.overdue.baseline import DwellBaseline
from impactgraph.diagnosis.overdue.limits import limit_table
from impactgraph.diagnosis.overdue.visits import in_step

Flags = NDArray[np.bool_]
_WIDTH = 4096


@dataclass(frozen=True)
class SharedFactor:
    """A factor, and the fulfillments in flight that have it."""

    factor: CommonFactor
    values: tuple[tuple[str, str], ...]
    """(dimension, value): one, or two of a pair."""
    rows: Codes


@dataclass(frozen=True)
class OverdueState:
    """Which fulfillments are overdue at a moment: what common factors are looked for in.

    `overdue` and `among` (None: all) are by fulfillment.
    """

    columns: Columns
    topology: Topology
    baseline: DwellBaseline
    overdue: Flags
    at: Millis
    among: Flags | None = None


def common_factors(state: OverdueState, *, controls: int = CONTROLS) -> tuple[SharedFactor, ...]:
    """Independent factors, the best first; there may be none.

    Costs a few passes over the fulfillments, and work that grows with the overdue ones and with `controls`,
    not with the others.
    """
    columns = state.columns
    topology = state.topology
    f = columns.fulfillments
    everything = np.ones(len(f), bool)
    among = everything if state.among is None else state.among
    is_present = among & in_step(f, state.at)
    overdue = state.overdue & is_present
    if not overdue.any():
        return ()
    rows = np.flatnonzero(is_present).astype(np.int32)
    limit = limit_table(topology, columns, state.baseline)
    comparison = comparison_of(Population(columns, overdue, among, limit, controls=controls), state.at)
    dimensions = [
        dimension_values(
            columns,
            topology,
            name,
            comparison.rows,
            step=comparison.step_index,
            entered_at=comparison.entered_at,
        )
        for name in dimension_names(columns)
    ]
    in_flight = _InFlight(columns, topology, rows, overdue[rows])
    factors = [in_flight.factor_of_value(each, dimensions) for each in causes(comparison, dimensions)]
    factors += in_flight.factors_of_steps(state.baseline, limit, factors)
    return tuple(each for each in factors if each.factor.lift > 1)


@dataclass(frozen=True)
class _InFlight:
    """Fulfillments in flight, by row, and which of them are overdue."""

    columns: Columns
    topology: Topology
    rows: Codes
    is_overdue: Flags

    def factor_of_value(self, score: ScoredValue, dimensions: Sequence[DimensionValues]) -> SharedFactor:
        """With the counts of the steps in which it shows; two dimensions come in the order of their names."""
        f = self.columns.fulfillments
        has_value = np.ones(len(self.rows), bool)
        values: list[tuple[str, str]] = []
        for number, codes in zip(score.value.dimensions, score.value.codes, strict=True):
            name = dimensions[number].name
            values.append((name, ", ".join(dimensions[number].values[code] for code in codes)))
            own = dimension_values(
                self.columns,
                self.topology,
                name,
                self.rows,
                step=f.step[self.rows],
                entered_at=f.entered_at[self.rows],
            )
            has_value &= np.isin(own.codes, codes)
        place = self._place()
        among = np.isin(place, np.unique(place[has_value & self.is_overdue]))
        return self._factor(tuple(sorted(values)), has_value, among, score.p_value)

    def factors_of_steps(
        self, baseline: DwellBaseline, limit: Ints, factors: Sequence[SharedFactor]
    ) -> list[SharedFactor]:
        """Steps at which overdue fulfillments gather that no value within these steps explains."""
        f = self.columns.fulfillments
        is_unexplained = np.ones(len(f), bool)
        for each in factors:
            is_unexplained[each.rows] = False
        remaining = is_unexplained[self.rows]
        place = f.workflow[self.rows].astype(np.int64) * limit.shape[1] + f.step[self.rows]
        overdue, total = (
            np.bincount(place[mask], minlength=limit.size).reshape(limit.shape).astype(np.float64)
            for mask in (remaining & self.is_overdue, remaining)
        )
        return [
            self._factor_of_steps(each, remaining)
            for each in step_factors(
                self.columns, self.topology, baseline, limit, overdue=overdue, total=total
            )
        ]

    def _factor_of_steps(self, factor: StepFactor, among: Flags) -> SharedFactor:
        is_at_place = np.isin(self._place(), [n * _WIDTH + m for n, m in factor.places])
        p_value = min(1.0, exp(min(factor.log_p, 0.0)))
        return self._factor(((factor.dimension, factor.value),), is_at_place & among, among, p_value)

    def _place(self) -> Ints:
        f = self.columns.fulfillments
        return f.workflow[self.rows].astype(np.int64) * _WIDTH + f.step[self.rows]

    def _factor(
        self, values: tuple[tuple[str, str], ...], has_value: Flags, among: Flags, p_value: float
    ) -> SharedFactor:
        overdue_with = int((has_value & self.is_overdue).sum())
        total_with = int((has_value & among).sum())
        overdue_without = int((among & self.is_overdue).sum()) - overdue_with
        total_without = int(among.sum()) - total_with
        lift = overdue_with / max(total_with, 1) / (max(overdue_without, 0.5) / max(total_without, 1))
        factor = CommonFactor(
            dimension="+".join(name for name, _ in values),
            value="+".join(value for _, value in values),
            overdue_with=overdue_with,
            total_with=total_with,
            overdue_without=overdue_without,
            total_without=total_without,
            lift=lift,
            p_value=p_value,
        )
        return SharedFactor(factor, values, self.rows[has_value])
