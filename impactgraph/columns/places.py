"""Index of fulfillments by workflow and step, which follows rows that are written in place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns.declare import Codes, Flags, Ints
from impactgraph.columns.tables import COMPLETED, IN_FLIGHT, FulfillmentColumns

ENDED = 4095
"""Stands for a step: all completed fulfillments of the workflow."""
NOT_BEGUN = 4094
"""Stands for a step: all fulfillments in flight that have entered no step of the workflow."""
NO_WORKFLOW = -1
"""Stands for a workflow: that of fulfillments whose placement has not been reported."""
_WIDTH = 4096
_SHARE_OF_CHANGES = 0.05
_FEW_CHANGES = 1_000
_NO_ROWS: Codes = np.zeros(0, np.int32)


def place_of(workflow: int, step: int) -> int:
    """The place of a step of a workflow as one number; `step` may be ENDED or NOT_BEGUN."""
    return workflow * _WIDTH + step


@dataclass(frozen=True)
class PlaceIndex:
    """Rows by place when the index was built, and the rows written since, by their present place."""

    by_place: dict[int, Codes]
    is_changed: NDArray[np.bool_]
    """(rows,): written since the index was built."""
    changes_by_place: dict[int, Codes]
    any_changes: bool
    """Whether a row was written since. Rows that were cancelled have no place and so are not in
    `changes_by_place`.
    """

    @staticmethod
    def of(fulfillments: FulfillmentColumns) -> "PlaceIndex":
        """An index of all rows, which costs a sort of them."""
        count = len(fulfillments)
        by_place = rows_by_place(fulfillments, np.arange(count, dtype=np.int32))
        return PlaceIndex(by_place, np.zeros(count, bool), {}, any_changes=False)

    def with_changes(self, fulfillments: FulfillmentColumns, changed_rows: Codes) -> "PlaceIndex":
        """The index after these rows were written or added: built anew where they are many."""
        count = len(fulfillments)
        is_changed: Flags = self.is_changed
        if len(is_changed) < count:
            is_changed = np.concatenate([is_changed, np.ones(count - len(is_changed), bool)])
        is_changed[changed_rows] = True
        rows = np.flatnonzero(is_changed).astype(np.int32)
        if len(rows) > _SHARE_OF_CHANGES * count + _FEW_CHANGES:
            return PlaceIndex.of(fulfillments)
        return PlaceIndex(self.by_place, is_changed, rows_by_place(fulfillments, rows), any_changes=True)

    def rows(self, fulfillments: FulfillmentColumns, place: int) -> Codes:
        """Rows at the place, in order of arrival."""
        old_rows = self.by_place.get(place, _NO_ROWS)
        if not self.any_changes:
            return old_rows
        changes = self.changes_by_place.get(place, _NO_ROWS)
        rows = np.concatenate([old_rows[~self.is_changed[old_rows]], changes])
        if not len(changes):
            return rows
        return rows[np.argsort(_arrival_times(fulfillments, rows), kind="stable")]


def rows_by_place(fulfillments: FulfillmentColumns, rows: Codes) -> dict[int, Codes]:
    """Those of the rows that have a place, by place, in order of arrival.

    Cancelled ones have none, nor have those that were completed without a step.
    """
    f = fulfillments
    has_step = (f.workflow[rows] >= 0) & (f.step[rows] >= 0)
    rows = rows[(f.status[rows] == IN_FLIGHT) | ((f.status[rows] == COMPLETED) & has_step)]
    step = np.where(f.step[rows] >= 0, f.step[rows], NOT_BEGUN)
    step = np.where(f.status[rows] == COMPLETED, ENDED, step)
    place = f.workflow[rows].astype(np.int64) * _WIDTH + step
    order = np.lexsort((_arrival_times(f, rows), place))
    rows = rows[order]
    place = place[order]
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    ends = np.append(starts, len(place))[1:]
    return {int(place[a]): rows[a:b] for a, b in zip(starts, ends, strict=True)}


def _arrival_times(f: FulfillmentColumns, rows: Codes) -> Ints:
    return np.where(f.status[rows] == COMPLETED, f.ended_at[rows], f.entered_at[rows])
