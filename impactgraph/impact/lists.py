"""Lists of an answer that are read in many pages: sorted once, and independent of the store's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import OrderSort, RecordEffect, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord
from graph_models.orders import OrderFilter, Page
from impactgraph.columns import Columns
from impactgraph.impact import order_pages, record_pages
from impactgraph.impact.affected_rows import AffectedRows, Positions
from impactgraph.impact.keyset import KeysetPage
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.page_source import Detached, listed_bytes, listed_columns
from impactgraph.impact.sorted_keys import SortedKeys

T = TypeVar("T")
R = TypeVar("R")
_SHOWN = (
    "likelihood",
    "band",
    "impairment",
    "workflow",
    "step",
    "hit_at",
    "delay",
    "completion",
    "missed",
    "late_anyway",
)
"""Columns that a page of orders shows."""


class KeptList(Protocol[R]):
    """A list whose pages cost a page each."""

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        ...

    def __len__(self) -> int: ...

    def page(self, first: int, after: str | None) -> Page[R]:
        """Raises: BadInputError."""
        ...


@dataclass(frozen=True)
class OrderList:
    """Affected orders in a sort order."""

    source: Detached
    columns: dict[str, NDArray[Any]]
    keys: SortedKeys
    sort: OrderSort

    @staticmethod
    def of(
        impact: MatchedImpact, affected: AffectedRows, where: OrderFilter | None, sort: OrderSort
    ) -> "OrderList":
        """The affected orders that `where` keeps."""
        rows = order_pages.narrowed(impact, affected, where)
        own = np.arange(len(rows), dtype=np.int32)
        columns = {name: rows.column(name) for name in _SHOWN} | {"order": own, "fulfillment": own}
        source = detached(impact, listed_columns(impact.columns, rows.order, rows.fulfillment))
        ids = source.columns.orders.ids

        def names(at: Positions) -> list[str]:
            return [str(name) for name in ids[at]]

        return OrderList(source, columns, SortedKeys(order_pages.keys(impact, rows, sort), names), sort)

    @property
    def nbytes(self) -> int:
        own = sum(column.nbytes for column in self.columns.values())
        return own + self.keys.nbytes + listed_bytes(self.source.columns)

    def __len__(self) -> int:
        return len(self.keys)

    def page(self, first: int, after: str | None) -> Page[AffectedOrder]:
        page = self.keys.page(first, after, self.sort.value)
        rows = AffectedRows(len(page.rows), lambda name, at: self._read(name, page.rows, at))
        return _page(order_pages.affected_orders(self.source, rows), page, len(self))

    def _read(self, name: str, rows: Positions, at: Positions | None) -> NDArray[Any]:
        return self.columns[name][rows if at is None else rows[at]]


@dataclass(frozen=True)
class RecordList:
    """Affected records of one kind, by due moment."""

    source: Detached
    records: record_pages.JoinedRecords
    keys: SortedKeys
    sort: str

    @staticmethod
    def of(
        impact: MatchedImpact,
        kind: RecordKind,
        types: Sequence[str] | None,
        effects: Sequence[RecordEffect] | None,
    ) -> "RecordList":
        joint_records = record_pages.joined_records(impact, kind, types, effects)
        rows = joint_records.rows
        orders = impact.columns.fulfillments.order[rows]
        source = detached(impact, listed_columns(impact.columns, orders, rows))
        records = joint_records.renumbered()
        names = record_pages.names_of(source, records)
        return RecordList(source, records, SortedKeys(records.due, names), record_pages.sort_of(kind))

    @property
    def nbytes(self) -> int:
        return self.records.nbytes + self.keys.nbytes + listed_bytes(self.source.columns)

    def __len__(self) -> int:
        return len(self.keys)

    def page(self, first: int, after: str | None) -> Page[AffectedRecord]:
        page = self.keys.page(first, after, self.sort)
        places = (self.records.place(int(row)) for row in page.rows)
        items = tuple(record_pages.affected_record(self.source, *place) for place in places)
        return _page(items, page, len(self))


def detached(impact: MatchedImpact, columns: Columns) -> Detached:
    """What pages need of an answer, with columns of their own."""
    return Detached(
        as_of=impact.as_of,
        clock=impact.clock,
        topology=impact.topology,
        workflows=impact.workflows,
        impairments=impact.impairments,
        failures_by_key=impact.failures_by_key,
        columns=columns,
        effects=impact.effects,
    )


def _page(items: tuple[T, ...], page: KeysetPage, total: int) -> Page[T]:
    return Page(
        items=items,
        cursors=tuple(page.cursors),
        total_count=total,
        has_next=page.has_next,
        has_previous=page.has_previous,
    )
