"""Fulfillments that the lists of a system have: by the key of their order, their own, or a document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import NO_AMOUNT, Codes, Columns, Ints, document_code
from impactgraph.columns.declare import Flags
from impactgraph.columns.system_lists import ListRows

DocumentLookup = Callable[[Sequence[str]], Mapping[str, frozenset[str]]]
"""Bare keys of the fulfillments that have a posting with each document."""


@dataclass
class Listed:
    """Rows of lists, matched with what is here.

    A pair is a row of the lists and the row of an order, fulfillment or record.
    """

    at: Ints
    """By position among the fulfillments in question: moment of the latest list that has it, 0: none."""
    orders: tuple[Codes, Codes]
    fulfillments: tuple[Codes, Codes]
    documents: tuple[Codes, Codes] = field(default_factory=lambda: _NO_PAIRS)
    """With every record of the document, whether or not it is of a fulfillment in question."""

    def is_known(self, count: int) -> Flags:
        """By row of the lists: whether it is of something in question."""
        is_known_row = np.zeros(count, bool)
        for listed_rows, _ in (self.orders, self.fulfillments, self.documents):
            is_known_row[listed_rows] = True
        return is_known_row


_NO_PAIRS: tuple[Codes, Codes] = (np.zeros(0, np.int32), np.zeros(0, np.int32))


def match(columns: Columns, listed: ListRows, rows: Codes, documents: DocumentLookup) -> Listed:
    """Matches lists with fulfillments (`rows`, ascending); those of an order must all be among them.

    An id that is the key of an order means the order.
    """
    f = columns.fulfillments
    order_rows, inverse = np.unique(f.order[rows], return_inverse=True)
    of_orders = listed.find(columns.orders.ids[order_rows].tolist())
    of_fulfillments = listed.find(f.ids[rows].tolist())
    at = np.zeros(len(rows), np.int64)
    _raise_to(at, of_orders[inverse], listed)
    is_part = (of_fulfillments >= 0) & ~_are_orders(columns, listed, of_fulfillments)
    of_fulfillments = np.where(is_part, of_fulfillments, -1)
    _raise_to(at, of_fulfillments, listed)
    pairs = _document_pairs(columns, listed, rows, of_orders, documents)
    if len(pairs[0]):
        fulfillment = columns.records.fulfillment[pairs[1]]
        positions = np.minimum(np.searchsorted(rows, fulfillment), len(rows) - 1)
        is_mine = rows[positions] == fulfillment
        np.maximum.at(at, positions[is_mine], listed.at[pairs[0][is_mine]])
    return Listed(
        at,
        (of_orders[of_orders >= 0], order_rows[of_orders >= 0].astype(np.int32)),
        (of_fulfillments[of_fulfillments >= 0], rows[of_fulfillments >= 0]),
        pairs,
    )


def _raise_to(at: Ints, which: Codes, listed: ListRows) -> None:
    has = which >= 0
    at[has] = np.maximum(at[has], listed.at[which[has]])


def _are_orders(columns: Columns, listed: ListRows, which: Codes) -> Flags:
    """Whether the id of each row of the lists is the key of an order; False for -1."""
    result = np.zeros(len(which), bool)
    has = np.flatnonzero(which >= 0)
    if len(has):
        result[has] = columns.order_rows([listed.ids[int(row)] for row in which[has]]) >= 0
    return result


def _document_pairs(
    columns: Columns, listed: ListRows, rows: Codes, of_orders: Codes, documents: DocumentLookup
) -> tuple[Codes, Codes]:
    """(row of the lists, record) of every posting that has a listed document, where one of the fulfillments
    in question has it.

    Codes of documents are compared first, then their texts.
    """
    records = columns.records
    codes, by_code = listed.documents
    is_free = np.ones(len(listed), bool)
    is_free[of_orders[of_orders >= 0]] = False
    is_free = is_free[by_code]
    codes, by_code = codes[is_free], by_code[is_free]
    if not len(codes) or not len(records):
        return _NO_PAIRS
    own = _has_code(records.document, codes)
    if len(rows) < len(columns.fulfillments):
        is_mine = np.zeros(len(columns.fulfillments), bool)
        is_mine[rows] = True
        own &= is_mine[records.fulfillment]
    wanted_values = np.unique(records.document[own])
    if not len(wanted_values):
        return _NO_PAIRS
    candidates = by_code[_has_code(codes, wanted_values)]
    candidates = candidates[~_are_orders(columns, listed, candidates)]
    ids = [listed.ids[int(row)] for row in candidates]
    keys = documents(ids)
    which = np.flatnonzero(_has_code(records.document, wanted_values))
    return _verified(columns, which, dict(zip(ids, candidates.tolist(), strict=True)), keys)


def _verified(
    columns: Columns, which: NDArray[np.intp], rows: Mapping[str, int], keys: Mapping[str, frozenset[str]]
) -> tuple[Codes, Codes]:
    """Pairs of the records `which` whose fulfillment has a document that is listed; `rows` by document."""
    by_code: dict[int, list[str]] = {}
    for number in keys:
        by_code.setdefault(document_code(number), []).append(number)
    records = columns.records
    names = columns.fulfillments.ids[records.fulfillment[which]].tolist()
    pairs = [
        (rows[number], record)
        for record, code, name in zip(which.tolist(), records.document[which].tolist(), names, strict=True)
        for number in by_code.get(code, ())
        if name in keys[number]
    ]
    if not pairs:
        return _NO_PAIRS
    listed_rows, record = np.array(pairs, np.int32).T
    return listed_rows, record


def _has_code(values: NDArray[np.uint32], codes: NDArray[np.uint32]) -> Flags:
    """Whether each value is one of the codes, which are ascending."""
    place = np.minimum(np.searchsorted(codes, values), len(codes) - 1)
    return codes[place] == values


def document_sums(columns: Columns, listed: ListRows, pairs: tuple[Codes, Codes]) -> tuple[Ints, Codes]:
    """By row of the lists: (sum of the postings with its document by the moment of the list, its currency);
    NO_AMOUNT where none states an amount, or they are of several currencies.
    """
    rows, record = pairs
    r = columns.records
    counts = (r.at[record] <= listed.at[rows]) & (r.amount[record] != NO_AMOUNT)
    rows, record = rows[counts], record[counts]
    own = columns.orders.currency[columns.fulfillments.order[r.fulfillment[record]]]
    currency = np.where(r.currency[record] == 0, own, r.currency[record]).astype(np.int32)
    sums = np.full(len(listed), NO_AMOUNT, np.int64)
    sums[rows] = 0
    np.add.at(sums, rows, r.amount[record])
    of_row = np.zeros(len(listed), np.int32)
    of_row[rows] = currency
    sums[rows[of_row[rows] != currency]] = NO_AMOUNT
    return sums, of_row
