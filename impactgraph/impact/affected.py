"""From hit fulfillments and records to affected orders: an order once, in its worst band."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.lattice import Reals
from impactgraph.forecast.outcome import BANDS
from impactgraph.impact.columns import Codes, Columns, Ints
from impactgraph.impact.matches import FlowGroup, Matches, RecordGroup

RECORDS_ONLY = len(BANDS) - 1


@dataclass
class AffectedRows:
    """Arrays of one length. In `orders` a row is an order, in `fulfillments` a fulfillment of one."""

    order: Codes
    fulfillment: Codes
    likelihood: Reals
    band: NDArray[np.int8]
    """Index of BANDS."""
    hit_by: NDArray[np.int16]
    """Index of the hazards' impairments."""
    workflow: NDArray[np.int16]
    """Index of `workflows` of the answer."""
    step: NDArray[np.int16]
    """First hit: position in the workflow."""
    hit_at: Reals
    delay: Reals
    """Infinite: never finishes."""
    finish: Reals
    """NaN where only records are hit."""
    misses: NDArray[np.bool_]
    wrong: Reals
    """The likelihood of a wrong decision on stale data."""

    def __len__(self) -> int:
        return len(self.order)

    def take(self, chosen: NDArray[Any]) -> "AffectedRows":
        return AffectedRows(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def affected_rows(columns: Columns, matches: Matches, workflows: list[str]) -> AffectedRows:
    """A row a fulfillment and reason; `affected_orders` brings them to a row an order."""
    parts = [_of_flow(columns, group, workflows) for group in matches.flows]
    parts += [_of_record(columns, group, workflows) for group in matches.records if group.past]
    if not parts:
        return _empty()
    return AffectedRows(*(np.concatenate([getattr(p, name) for p in parts]) for name in AffectedRows.__dataclass_fields__))


def affected_orders(columns: Columns, rows: AffectedRows, min_likelihood: float) -> AffectedRows:
    """One row an order: its worst band, the likelihood that any of its ways strikes. Costs O(rows), and a sort of those orders that have several."""
    if not len(rows):
        return rows
    number = np.arange(len(rows), dtype=np.int32)
    last = np.empty(len(columns.orders), np.int32)
    last[rows.order] = number
    again = last[rows.order] != number
    if not again.any():
        return rows.take(np.flatnonzero(rows.likelihood > min_likelihood))
    several = np.zeros(len(columns.orders), bool)
    several[rows.order[again]] = True
    mixed = several[rows.order]
    merged, which = _merge(rows, np.flatnonzero(mixed))
    alone = np.flatnonzero(~mixed & (rows.likelihood > min_likelihood))
    likely = merged.likelihood > min_likelihood
    found = rows.take(np.concatenate([alone, which[likely]]))
    for name in ("likelihood", "misses", "wrong"):
        getattr(found, name)[len(alone) :] = getattr(merged, name)[likely]
    return found


def _merge(rows: AffectedRows, among: NDArray[np.intp]) -> tuple[AffectedRows, NDArray[np.intp]]:
    """Those at some places grouped by order: a row each, and the place of the row that stands for it.

    That is its worst: by band, then likelihood, then delay, then the earliest hit, then what ends last.
    """
    rows = rows.take(among)
    hit_at = np.nan_to_num(rows.hit_at, nan=1e18, posinf=1e18)
    finish = np.nan_to_num(rows.finish, nan=-1e18, posinf=1e18)
    rank = np.lexsort((rows.fulfillment, rows.step, -finish, hit_at, -np.nan_to_num(rows.delay, posinf=1e18), -rows.likelihood, rows.band, rows.order))
    rows = rows.take(rank)
    first = np.flatnonzero(np.diff(rows.order, prepend=-1))
    best = rows.take(first)
    best.likelihood = 1.0 - np.multiply.reduceat(1.0 - rows.likelihood, first)
    best.misses = np.logical_or.reduceat(rows.misses, first)
    best.wrong = np.maximum.reduceat(rows.wrong, first)
    return best, among[rank[first]]


def _of_flow(columns: Columns, group: FlowGroup, workflows: list[str]) -> AffectedRows:
    out, of, f = group.outcome, group.of, columns.fulfillments
    order = f.order[group.rows]
    only = out.band[of] == RECORDS_ONLY
    held = (group.past.by >= 0) & ~only
    finish = np.where(only, np.nan, out.finish[of])
    return AffectedRows(
        order=order,
        fulfillment=group.rows,
        likelihood=out.likelihood[of] * group.certainty,
        band=out.band[of],
        hit_by=np.where(held, group.past.by, out.hit_by[of]),
        workflow=np.full(len(of), workflows.index(group.workflow.key), np.int16),
        step=np.where(held, group.past.step, out.hit_step[of]),
        hit_at=np.where(held, group.past.at, out.hit_at[of]),
        delay=out.delay[of],
        finish=finish,
        misses=_misses(columns, order, finish, out.finish_without[of]),
        wrong=out.wrong[of] * group.certainty,
    )


def _of_record(columns: Columns, group: RecordGroup, workflows: list[str]) -> AffectedRows:
    out, of, f = group.outcome, group.of, columns.fulfillments
    count = len(of)
    return AffectedRows(
        order=f.order[group.rows],
        fulfillment=group.rows,
        likelihood=out.likelihood[of] * group.certainty,
        band=np.full(count, RECORDS_ONLY, np.int8),
        hit_by=out.by[of],
        workflow=np.full(count, workflows.index(group.workflow.key), np.int16),
        step=np.full(count, group.step, np.int16),
        hit_at=out.emitted[of],
        delay=np.zeros(count),
        finish=np.full(count, np.nan),
        misses=np.zeros(count, bool),
        wrong=np.zeros(count),
    )


def _misses(columns: Columns, order: Codes, finish: Reals, without: Reals) -> NDArray[np.bool_]:
    promised: Ints = columns.orders.promised_by[order]
    with np.errstate(invalid="ignore"):
        return (promised > 0) & (finish > promised) & (without <= promised)


def _empty() -> AffectedRows:
    ints, reals = np.zeros(0, np.int32), np.zeros(0)
    small = np.zeros(0, np.int16)
    return AffectedRows(ints, ints, reals, np.zeros(0, np.int8), small, small, small, reals, reals, reals, np.zeros(0, bool), reals)
