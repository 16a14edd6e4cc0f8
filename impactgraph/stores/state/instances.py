"""The state of orders and fulfillments as a store keeps it: tables that grow, rows by number, and the columns
shown.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import COMPLETED, Codes, Columns, Ints, RecordColumns
from impactgraph.columns.declare import Flags, Objects
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.event_tables import EventRows
from impactgraph.stores.state.growing_table import GrowingTable, NumberIndex, text_array
from impactgraph.stores.state.state_tables import (
    FoldResult,
    FulfillmentFold,
    OrderFold,
    StoredErrors,
    StoredFulfillments,
    StoredOrders,
    VisitRows,
)
from impactgraph.stores.state.workflow_lookup import WorkflowLookup

StoredTable = TypeVar("StoredTable", StoredOrders, StoredFulfillments)


class Instances:
    """Orders and fulfillments, one row each, with what folding needs beyond the columns of questions."""

    def __init__(self, dictionaries: EventDictionaries, width: int) -> None:
        self.dictionaries = dictionaries
        self.orders = GrowingTable(StoredOrders)
        self.fulfillments = GrowingTable(StoredFulfillments, max(width, 1))
        self.irregular_visits: dict[int, VisitRows] = {}
        """By number of the fulfillment; regular ones have theirs in the columns."""
        self.errors = GrowingTable(StoredErrors)
        self.records = GrowingTable(RecordColumns)
        """Only ever added to."""
        self._order_index = NumberIndex()
        self._fulfillment_index = NumberIndex()
        self.columns = Columns(self.orders.rows, self.fulfillments.rows, dictionaries, self.errors.rows)

    def order_rows(self, numbers: Codes) -> Codes:
        """Row of each order number, -1 where it has none."""
        return self._order_index.rows(numbers)

    def fulfillment_rows(self, numbers: Codes) -> Codes:
        """Row of each fulfillment number, -1 where it has none."""
        return self._fulfillment_index.rows(numbers)

    def put(
        self, result: FoldResult, order_ids: Mapping[int, str], fulfillment_ids: Mapping[int, str]
    ) -> None:
        """Writes a fold over the rows it is of, or into new ones. The ids are by number, of the new ones at
        least.
        """
        self.fulfillments.widen(result.fulfillments.entered_step_at.shape[1])
        self._put_orders(result.orders, result.attributes, order_ids)
        self._put_fulfillments(result.fulfillments, fulfillment_ids)
        for number in result.fulfillments.number.tolist() if self.irregular_visits else ():
            self.irregular_visits.pop(number, None)
        self.irregular_visits.update(result.irregular_visits.by_fulfillment())

    def _put_orders(self, fold: OrderFold, attributes: Objects, ids: Mapping[int, str]) -> None:
        rows = _rows_of(self.orders, self._order_index, fold.number, ids)
        for each in OrderFold.columns():
            self.orders.set(each.name, rows, getattr(fold, each.name))
        for codes in self.orders.rows.attributes.values():
            codes[rows] = 0
        self._put_attributes(rows, attributes)

    def _put_attributes(self, rows: Codes, texts: Objects) -> None:
        """Orders often share their attributes: each distinct text is parsed once."""
        distinct: dict[str | None, int] = {None: 0}
        which = np.fromiter(
            (distinct.setdefault(text, len(distinct)) for text in texts.tolist()), np.int32, len(texts)
        )
        codes_by_name: dict[str, Codes] = {}
        for text, number in distinct.items():
            pairs: dict[str, str] = msgspec.json.decode(text) if text else {}
            for name, value in pairs.items():
                codes = codes_by_name.setdefault(name, np.zeros(len(distinct), np.int32))
                codes[number] = self.dictionaries.attribute(name).encode(value)
        for name, codes in codes_by_name.items():
            self.orders.attribute(name)[rows] = codes[which]

    def _put_fulfillments(self, fold: FulfillmentFold, ids: Mapping[int, str]) -> None:
        rows = _rows_of(self.fulfillments, self._fulfillment_index, fold.number, ids)
        for each in FulfillmentFold.columns():
            if each.name != "order":
                self.fulfillments.set(each.name, rows, getattr(fold, each.name))
        self.fulfillments.rows.order[rows] = self.order_rows(fold.order)
        self.columns.mark_changed(rows)

    def add_errors(self, failures: EventRows) -> None:
        """Adds fulfillment.failed events, whose fulfillments have rows."""
        new = slice(self.errors.size, None)
        self.errors.extend(len(failures))
        errors = self.errors.rows
        errors.seq[new] = failures.seq
        errors.fulfillment[new] = self.fulfillment_rows(failures.fulfillment)
        errors.step_code[new] = failures.step
        errors.at[new] = failures.time
        errors.code[new] = failures.code
        errors.element[new] = failures.element

    def add_records(self, events: EventRows) -> None:
        """Adds those of the events that are records, whose fulfillments have rows."""
        events = events.take((events.kind >= EventKind.POSTING) & (events.kind <= EventKind.SUPPLIER_ORDER))
        new = slice(self.records.size, None)
        self.records.extend(len(events))
        records = self.records.rows
        records.fulfillment[new] = self.fulfillment_rows(events.fulfillment)
        records.kind[new] = events.kind - EventKind.POSTING
        records.type[new] = events.type
        records.at[new] = events.time
        records.amount[new] = events.amount
        records.currency[new] = events.currency
        records.document[new] = events.document

    def drop_errors(self, seqs: Ints) -> None:
        """Drops the errors of these events, which turned out not to fit."""
        mask = ~np.isin(self.errors.rows.seq, seqs)
        if not mask.all():
            self.errors.keep(mask)

    def keep_errors(self, orders: Codes, seqs: Ints) -> None:
        """Of these orders (by number), drops all errors but those of these events."""
        errors = self.errors.rows
        is_of_orders = np.isin(self.fulfillments.rows.order[errors.fulfillment], self.order_rows(orders))
        self.drop_errors(errors.seq[is_of_orders & ~np.isin(errors.seq, seqs)])

    def without_orders(self, numbers: Codes) -> "Instances":
        """A copy that lacks these orders."""
        rows = self.order_rows(numbers)
        is_kept = np.ones(self.orders.size, np.bool_)
        is_kept[rows[rows >= 0]] = False
        return self.only(is_kept)

    def only(self, is_kept: Flags) -> "Instances":
        """A copy with those orders only that are marked by row; they keep their numbers."""
        f = self.fulfillments.rows
        keeps_fulfillment = is_kept[f.order]
        new_row = (np.cumsum(keeps_fulfillment) - 1).astype(np.int32)
        copy = Instances(self.dictionaries, self.fulfillments.width)
        copy.orders.adopt({name: self.orders[name][is_kept] for name in self.orders.names()})
        names = self.fulfillments.names()
        copy.fulfillments.adopt({name: self.fulfillments[name][keeps_fulfillment] for name in names})
        copy.fulfillments.rows.order[:] = (np.cumsum(is_kept) - 1).astype(np.int32)[
            f.order[keeps_fulfillment]
        ]
        for table, own in ((copy.errors, self.errors), (copy.records, self.records)):
            mask = keeps_fulfillment[own["fulfillment"]]
            table.adopt({name: own[name][mask] for name in own.names()})
            table["fulfillment"][:] = new_row[own["fulfillment"][mask]]
        copy.restore(VisitRows.empty())
        is_known = self.fulfillment_rows(np.array(list(self.irregular_visits), np.int32))
        copy.irregular_visits = {
            number: visits
            for (number, visits), row in zip(self.irregular_visits.items(), is_known.tolist(), strict=True)
            if keeps_fulfillment[row]
        }
        return copy

    def arrange(self) -> None:
        """Sorts rows by step and arrival there, so that questions read memory in sequence; the order is the
        same whatever it was before.
        """
        f = self.fulfillments.rows
        arrival = np.where(f.status == COMPLETED, f.ended_at, f.entered_at)
        order = np.lexsort((f.number, arrival, f.step, f.workflow, f.status))
        new_row = _inverse(order)
        self.fulfillments.reorder(order)
        for fulfillment in (self.errors.rows.fulfillment, self.records.rows.fulfillment):
            fulfillment[:] = new_row[fulfillment]
        self.errors.reorder(np.argsort(self.errors.rows.seq))
        self.records.reorder(np.argsort(self.records.rows.fulfillment, kind="stable"))
        first = np.full(self.orders.size, len(order), np.int64)
        np.minimum.at(first, self.fulfillments.rows.order, np.arange(len(order)))
        self._arrange_orders(np.lexsort((self.orders.rows.number, first)))
        self._fulfillment_index = NumberIndex(self.fulfillments.rows.number)

    def _arrange_orders(self, order: NDArray[np.intp]) -> None:
        self.orders.reorder(order)
        row_of_order = self.fulfillments.rows.order
        row_of_order[:] = _inverse(order)[row_of_order]
        self._order_index = NumberIndex(self.orders.rows.number)

    def refresh(self, lookup: WorkflowLookup) -> None:
        """Lets the columns show what was written: they are views of the rows in use."""
        errors = self.errors.rows
        fulfillments = self.fulfillments.rows
        errors.step[:] = lookup.step_index(fulfillments.workflow[errors.fulfillment], errors.step_code)
        self.columns.orders = self.orders.rows
        self.columns.fulfillments = fulfillments
        self.columns.errors = errors
        self.columns.records = self.records.rows

    def restore(self, irregular_visits: VisitRows) -> None:
        """Completes the state after whole columns were adopted."""
        self._order_index = NumberIndex(self.orders.rows.number)
        self._fulfillment_index = NumberIndex(self.fulfillments.rows.number)
        self.irregular_visits = dict(irregular_visits.by_fulfillment())

    def all_irregular_visits(self) -> VisitRows:
        """Those of all fulfillments as one table, by number of the fulfillment."""
        by_number = [self.irregular_visits[number] for number in sorted(self.irregular_visits)]
        return VisitRows.concatenate([VisitRows.empty(), *by_number])


def _rows_of(
    growing: GrowingTable[StoredTable], index: NumberIndex, numbers: Codes, ids: Mapping[int, str]
) -> Codes:
    """Rows of the numbers; new ones get rows at the end and their ids."""
    rows = index.rows(numbers)
    new = np.flatnonzero(rows < 0)
    if len(new):
        first = growing.size
        rows[new] = index.add(numbers[new], first)
        growing.extend(len(new))
        new_ids = [ids[number] for number in numbers[new].tolist()]
        growing.rows.ids[first:] = text_array(new_ids)
    return rows


def _inverse(order: NDArray[np.intp]) -> Codes:
    """New row by old row."""
    new_row = np.empty(len(order), np.int32)
    new_row[order] = np.arange(len(order), dtype=np.int32)
    return new_row
