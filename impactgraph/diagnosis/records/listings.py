"""Findings on the lists of systems: what they lack although it should be there, and what they have otherwise.

Missing is what was due by the moment of the latest complete list, and neither a list since has, nor an event
since shows. Amounts and states are compared with those of the moment of the row.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import ListingKind
from graph_models.enums import RecordEffect
from impactgraph.columns import IN_FLIGHT, NO_AMOUNT, Codes, Ints
from impactgraph.columns.declare import Flags
from impactgraph.columns.system_lists import SystemLists
from impactgraph.diagnosis.records.audit import WorkflowAudit
from impactgraph.diagnosis.records.expected import Expected, ListingScope, expected_in
from impactgraph.diagnosis.records.findings import LISTING_KINDS, FindingRows, SystemFindings
from impactgraph.diagnosis.records.listed import DocumentLookup, Listed, document_sums, match
from impactgraph.diagnosis.records.slots import FAR, Slot
from impactgraph.diagnosis.records.states import STEP, Meanings, meanings, order_status, status_at

_CODES = {kind: code for code, kind in enumerate(LISTING_KINDS)}


def find_listings(
    scope: ListingScope,
    audits: Sequence[WorkflowAudit],
    lists: SystemLists,
    first_slot: int,
    documents: DocumentLookup,
) -> SystemFindings:
    """The findings on one system; new slots are numbered from `first_slot` on."""
    columns = scope.columns
    order = columns.fulfillments.order[scope.rows]
    list_at = lists.complete_at(columns.orders.placed_at[order])
    expectation, slots = expected_in(scope, audits, lists.system, list_at, first_slot)
    listed_rows = match(columns, lists.rows, scope.rows, documents)
    search = _Search(scope, lists, slots, expectation, listed_rows, list_at)
    search.find_missing()
    search.find_amounts()
    search.find_states()
    not_due, value = search.not_due()
    parts = search.parts
    return SystemFindings(
        lists.system,
        slots,
        FindingRows.concatenate(parts) if parts else FindingRows.empty(),
        not_due,
        value,
        listed_rows.is_known(len(lists.rows)),
        search.unread_states,
    )


class _Amounts(NamedTuple):
    """Of what differs: a value, or one by position. The currency is of both amounts."""

    listed: Ints | int
    expected: Ints | int
    currency: Codes


class _Search:
    """Arrays are by position among the fulfillments in question."""

    def __init__(
        self,
        scope: ListingScope,
        lists: SystemLists,
        slots: Sequence[Slot],
        expected: Expected,
        listed: Listed,
        list_at: Ints,
    ) -> None:
        self._scope = scope
        self._columns = scope.columns
        self._lists = lists.rows
        self._slots = slots
        self._expected = expected
        self._listed = listed
        self._list_at = list_at
        self._orders, self._order = np.unique(
            scope.columns.fulfillments.order[scope.rows], return_inverse=True
        )
        is_there = ((listed.at >= list_at) & (listed.at > 0)) | expected.shown_since
        self._is_there = is_there
        self._is_order_there = np.zeros(len(self._orders), bool)
        self._is_order_there[self._order[is_there]] = True
        self._is_order_missing = np.zeros(len(self._orders), bool)
        self.parts: list[FindingRows] = []
        self.unread_states = np.zeros(len(lists.rows), np.int32)

    # ---- missing

    def find_missing(self) -> None:
        expectation = self._expected
        is_missing = (expectation.limit < self._list_at) & ~self._is_there
        which = self._one_an_order(np.flatnonzero(is_missing))
        self._is_order_missing[self._order[which]] = True
        if not len(which):
            return
        rows = self._scope.rows[which]
        value = self._value(which)
        self.parts.append(
            FindingRows.blank(
                RecordEffect.MISSING,
                rows,
                slot=expectation.slot[which].astype(np.int16),
                emitter=expectation.emitter[which].astype(np.int8),
                currency=self._currency(rows),
                due=expectation.due[which],
                late_by=self._scope.at - expectation.due[which],
                completed_at=expectation.since[which],
                recorded_at=expectation.shown_at[which],
                amount=value,
                expected_amount=value,
                listing=np.full(len(which), _CODES[ListingKind.MISSING], np.int8),
                listed_at=self._list_at[which],
            )
        )

    def not_due(self) -> tuple[Codes, Ints]:
        """(rows, values) of what is on its way and not due."""
        is_on_way = (self._list_at > 0) & (self._expected.limit < FAR) & ~self._is_there
        is_on_way &= (self._expected.limit >= self._list_at) & (self._expected.since < self._list_at)
        is_on_way &= ~self._is_order_missing[self._order]
        which = self._one_an_order(np.flatnonzero(is_on_way))
        return self._scope.rows[which], self._value(which)

    def _one_an_order(self, which: NDArray[np.intp]) -> NDArray[np.intp]:
        """Without the later ones of an order that is not there at all, which is missing as a whole."""
        if not len(which):
            return which
        names = self._columns.fulfillments.ids[self._scope.rows[which]].tolist()
        rank = np.argsort(np.argsort(np.array(names, object), kind="stable"), kind="stable")
        in_order = which[np.lexsort((rank, self._expected.limit[which], self._order[which]))]
        is_first = np.ones(len(in_order), bool)
        is_first[1:] = self._order[in_order[1:]] != self._order[in_order[:-1]]
        return np.sort(in_order[is_first | self._is_order_there[self._order[in_order]]])

    def _value(self, which: NDArray[np.intp]) -> Ints:
        """Of the order where it is not there at all, else of the fulfillment."""
        rows = self._scope.rows[which]
        f = self._columns.fulfillments
        is_part = self._is_order_there[self._order[which]]
        return np.where(is_part, f.value[rows], self._columns.orders.value[f.order[rows]])

    def _currency(self, rows: Codes) -> Codes:
        return self._columns.orders.currency[self._columns.fulfillments.order[rows]]

    # ---- other amounts

    def find_amounts(self) -> None:
        """Amounts of orders and fulfillments are compared unless the order was changed since the list."""
        orders, f = self._columns.orders, self._columns.fulfillments
        listed_rows, order = self._listed.orders
        which = np.flatnonzero(orders.stated_at[order] <= self._lists.at[listed_rows])
        self._compare(listed_rows[which], self._first_row(order[which]), orders.value[order[which]], None)
        listed_rows, row = self._listed.fulfillments
        which = np.flatnonzero(orders.stated_at[f.order[row]] <= self._lists.at[listed_rows])
        self._compare(listed_rows[which], row[which], f.value[row[which]], None)
        listed_rows, record = self._first_of_documents()
        sums, currency = document_sums(self._columns, self._lists, self._listed.documents)
        row = self._columns.records.fulfillment[record]
        which = np.flatnonzero(sums[listed_rows] != NO_AMOUNT)
        self._compare(listed_rows[which], row[which], sums[listed_rows[which]], currency[listed_rows[which]])

    def _first_of_documents(self) -> tuple[Codes, Codes]:
        """(row of the lists, record): of each document the record whose fulfillment comes first by its id, of
        those in question where all of its records are.
        """
        listed_rows, record = self._listed.documents
        row = self._columns.records.fulfillment[record]
        names = self._columns.fulfillments.ids[row].tolist()
        best: dict[int, tuple[str, int]] = {}
        for number, each, name in zip(listed_rows.tolist(), record.tolist(), names, strict=True):
            best[number] = min(best.get(number, (name, each)), (name, each))
        mine = set(self._scope.rows.tolist()) if best else set[int]()
        kept_rows = [
            (number, each)
            for number, (_, each) in best.items()
            if int(self._columns.records.fulfillment[each]) in mine
        ]
        pairs = np.array(kept_rows, np.int32).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def _first_row(self, orders: Codes) -> Codes:
        """Of each order, the fulfillment whose id comes first: the one that a finding on the order names."""
        positions = np.searchsorted(self._orders, orders)
        first = np.zeros(len(self._orders), np.int32)
        is_wanted = np.zeros(len(self._orders), bool)
        is_wanted[positions] = True
        rows = self._scope.rows[is_wanted[self._order]]
        of_order = self._order[is_wanted[self._order]]
        names = np.array(self._columns.fulfillments.ids[rows].tolist(), object)
        by_name = np.argsort(names, kind="stable")[::-1]
        first[of_order[by_name]] = rows[by_name]
        return first[positions]

    def _compare(self, listed: Codes, rows: Codes, amount: Ints, currency: Codes | None) -> None:
        """`currency`: of the amounts, None: that of the orders."""
        table = self._lists
        own = self._currency(rows) if currency is None else currency
        values = self._columns.dictionaries.currencies.values
        numbers = {text: code for code, text in enumerate(table.texts)}
        listed_numbers = np.array([numbers.get(value, -1) for value in values] or [-1], np.int32)[own]
        states_amount = table.amount[listed] != NO_AMOUNT
        is_other_currency = (table.currency[listed] != 0) & (table.currency[listed] != listed_numbers)
        which = np.flatnonzero(is_other_currency)
        self._add_differing(ListingKind.CURRENCY, which, listed, rows, _Amounts(NO_AMOUNT, amount, own))
        is_other = states_amount & ~is_other_currency & (table.amount[listed] != amount)
        amounts = _Amounts(table.amount[listed], amount, own)
        self._add_differing(ListingKind.AMOUNT, np.flatnonzero(is_other), listed, rows, amounts)

    def _add_differing(
        self,
        kind: ListingKind,
        which: NDArray[np.intp],
        listed: Codes,
        rows: Codes,
        amounts: _Amounts,
    ) -> None:
        if not len(which):
            return
        row = rows[which]
        workflow = self._columns.fulfillments.workflow[row]
        number_of = {slot.workflow: slot.number for slot in self._slots}
        slot = np.array([number_of.get(each, number_of[-1]) for each in workflow.tolist()], np.int16)

        def of(values: Ints | int) -> Ints:
            return np.full(len(which), values, np.int64) if isinstance(values, int) else values[which]

        at = self._lists.at[listed[which]]
        self.parts.append(
            FindingRows.blank(
                RecordEffect.WRONG,
                row,
                slot=slot,
                emitter=np.full(len(which), -1, np.int8),
                currency=amounts.currency[which],
                due=at,
                recorded_at=at,
                amount=of(amounts.listed),
                expected_amount=of(amounts.expected),
                listing=np.full(len(which), _CODES[kind], np.int8),
                listed=listed[which],
                listed_at=at,
            )
        )

    # ---- other states

    def find_states(self) -> None:
        """A state differs where it is neither that of the moment of the list nor the present one."""
        if not self._lists.state.any():
            return
        words = meanings(self._lists.texts, self._scope.topology, self._columns.dictionaries)
        listed_rows, order = self._listed.orders
        self._compare_states(words, listed_rows, np.searchsorted(self._orders, order), self._order, order)
        listed_rows, row = self._listed.fulfillments
        own = np.arange(len(self._scope.rows))
        self._compare_states(words, listed_rows, self._scope.positions(row).astype(np.intp), own, None)

    def _compare_states(
        self,
        words: Meanings,
        listed: Codes,
        units: NDArray[np.intp],
        unit_of: NDArray[np.intp],
        orders: Codes | None,
    ) -> None:
        """`units`: by row of the lists, number of the order (`orders`) or fulfillment that it is of;
        `unit_of`: that number by position.
        """
        code = self._lists.meaning[listed]
        is_read = words.status[code] != -1
        is_unread = (self._lists.state[listed] != 0) & ~is_read
        self.unread_states[listed[is_unread]] = self._lists.state[listed[is_unread]]
        has_state = np.flatnonzero((self._lists.state[listed] != 0) & is_read)
        listed, units, code = listed[has_state], units[has_state], code[has_state]
        if not len(listed):
            return
        count = int(unit_of.max()) + 1 if len(unit_of) else 0
        at_unit = np.zeros(count, np.int64)
        at_unit[units] = self._lists.at[listed]
        code_unit = np.zeros(count, np.int32)
        code_unit[units] = code
        rows = self._scope.rows
        then = order_status(status_at(self._columns, rows, at_unit[unit_of]), unit_of, count)
        now = order_status(self._columns.fulfillments.status[rows], unit_of, count)
        is_in_step = self._in_step(words, code_unit[unit_of], at_unit[unit_of])
        fits = np.zeros(count, bool)
        fits[unit_of[is_in_step]] = True
        status = words.status[code]
        is_other = np.where(status == STEP, ~fits[units], (status != then[units]) & (status != now[units]))
        which = np.flatnonzero(is_other)
        if len(which):
            first = rows[units[which]] if orders is None else self._first_row(self._orders[units[which]])
            self._add_differing(
                ListingKind.STATE,
                np.arange(len(which)),
                listed[which],
                first,
                _Amounts(NO_AMOUNT, NO_AMOUNT, self._currency(first)),
            )

    def _in_step(self, words: Meanings, code: Codes, at: Ints) -> Flags:
        """By position: whether it is in the step that the word means, or has moved since the list."""
        f = self._columns.fulfillments
        rows = self._scope.rows
        workflow, step = f.workflow[rows], f.step[rows]
        has_step = (workflow >= 0) & (step >= 0)
        is_step = words.is_step[code, np.maximum(workflow, 0), np.maximum(step, 0)] & has_step
        has_ended = f.status[rows] != IN_FLIGHT
        moved_at = np.where(has_ended, f.ended_at[rows], f.entered_at[rows])
        return (is_step & ~has_ended) | (moved_at > at)
