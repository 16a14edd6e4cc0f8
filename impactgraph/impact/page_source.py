"""Source of the rows of a page: an answer, or a cached list of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_models.failure import Failure
from graph_models.impairment import Impairment
from graph_models.time import Millis
from graph_models.topology import Topology
from graph_models.zones import TextClock
from impactgraph.columns import Codes, Columns, ErrorColumns, FulfillmentColumns, OrderColumns
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.matched_impact import MatchedImpact


@dataclass(frozen=True)
class Detached:
    """As much of an answer as pages need, of the listed rows only.

    Its columns have a row for each row of the list, so it stays valid when the state of the store changes.
    """

    as_of: Millis
    clock: TextClock
    topology: Topology
    workflows: Sequence[str]
    impairments: Sequence[Impairment]
    failures_by_key: Mapping[str, Failure]
    columns: Columns
    effects: NDArray[np.int8]
    """By impairment; the last is for rows without one."""

    def effects_of(self, rows: AffectedRows) -> NDArray[np.int8]:
        return self.effects[rows.impairment]


PageSource: TypeAlias = MatchedImpact | Detached
"""What pages are made from."""


def listed_columns(columns: Columns, orders: Codes, fulfillments: Codes) -> Columns:
    """Columns with the order and the fulfillment of each row of a list, the same row number in both.

    Only what pages show is in them: ids, values, currencies and locations.
    """
    size = len(orders)
    o, f = OrderColumns.blank(size), FulfillmentColumns.blank(size, 1)
    for name in ("ids", "currency", "value"):
        setattr(o, name, getattr(columns.orders, name)[orders])
    for name in ("ids", "value", "location"):
        setattr(f, name, getattr(columns.fulfillments, name)[fulfillments])
    f.order = np.arange(size, dtype=np.int32)
    return Columns(o, f, columns.dictionaries, ErrorColumns.empty(), watermark=columns.watermark)


def listed_bytes(columns: Columns) -> int:
    """Bytes of what `listed_columns` copied; blank columns take no memory."""
    o, f = columns.orders, columns.fulfillments
    copies = (o.ids, o.currency, o.value, f.ids, f.value, f.location, f.order)
    return sum(each.nbytes for each in copies)
