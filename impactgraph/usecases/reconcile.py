"""Compares the list of a system with what should be there by then."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Cause, Listing, ListingKind
from graph_models.money import Money, from_micros, total
from graph_models.orders import Page
from graph_models.reconciliation import (
    ListedRows,
    ReconcileFinding,
    ReconcileTotal,
    Reconciliation,
    RefusedListRow,
    UnreadState,
)
from graph_models.time import Millis
from graph_models.zones import TextClock
from impactgraph.columns import NO_AMOUNT
from impactgraph.columns.declare import Flags
from impactgraph.columns.system_lists import ListContent, ListRows, SystemList
from impactgraph.diagnosis.records import (
    Causes,
    RecordFindings,
    RecordSearch,
    find_records,
    say_listing,
    system_name,
)
from impactgraph.diagnosis.records.findings import LISTING_KINDS, SystemFindings
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.impact.totals import money_of
from impactgraph.ports.store import Store
from impactgraph.usecases.check_listing import check_system
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.snapshot import Snapshot, snapshot

_FAILURE = "failure"


@dataclass(frozen=True)
class ReconcileQuestion:
    system: str
    """Full id or bare key."""
    as_of: Millis | None = None
    kinds: tuple[ListingKind, ...] | None = None
    """Only these findings."""
    key: str | None = None
    """Of the list; None: the latest one."""


class ReconcileAnswer:
    """The latest list of the system, compared; valid while the context that yields it is open."""

    def __init__(
        self, s: Snapshot, system_list: SystemList, content: ListContent, question: ReconcileQuestion
    ) -> None:
        self._s = s
        self._list = system_list
        self._content = content
        self._system = content.lists.system
        search = RecordSearch(lists={self._system: content.lists}, documents=s.store.documents)
        every = find_records(s.topology, s.columns, s.durations, s.at, search, transports=s.declared_records)
        which = np.flatnonzero(every.rows.listing >= 0)
        self._findings: RecordFindings = every.select(which)
        failures = {failure.key: failure for failure in s.begun_failures}
        self._causes = Causes(self._findings, s.impairments, failures, every.tallies)
        self._listing: SystemFindings = every.listings[0]
        self._kinds = question.kinds

    @property
    def _rows(self) -> ListRows:
        return self._content.lists.rows

    @cached_property
    def _unknown(self) -> NDArray[np.intp]:
        """Rows of the list that are of nothing here, in the order of the list."""
        unknown = np.flatnonzero(~self._listing.is_known & ~self._rows.is_refused)
        return unknown[np.argsort(self._rows.place[unknown], kind="stable")]

    @cached_property
    def _differing(self) -> Flags:
        """By row of the list."""
        differs = np.zeros(len(self._rows), bool)
        listed_rows = self._findings.rows.listed
        differs[listed_rows[listed_rows >= 0]] = True
        return differs

    @cached_property
    def result(self) -> Reconciliation:
        listed_rows = self._list
        is_read = ~self._rows.is_refused
        refused_count = len(self._content.refused)
        known_count = int(np.count_nonzero(self._listing.is_known & is_read))
        differing = int(np.count_nonzero(self._differing))
        return Reconciliation(
            system=self._system,
            system_name=system_name(self._s.topology, self._system),
            key=listed_rows.key,
            at=listed_rows.at,
            as_of=self._s.at,
            complete=listed_rows.complete,
            placed_from=listed_rows.placed_from or None,
            missing_parts=listed_rows.missing_part_count,
            rows=ListedRows(
                total=self._content.row_count + refused_count,
                matched=known_count - differing,
                differing=differing,
                unknown=len(self._unknown),
                repeated=self._content.row_count - int(np.count_nonzero(is_read)),
                refused=refused_count,
            ),
            not_due=len(self._listing.not_due),
            not_due_amount=self._order_money(self._listing.not_due, self._listing.not_due_value),
            totals=tuple(self._totals()),
            unread_states=self._unread_states(),
            refused=tuple(RefusedListRow(row.place, row.reason) for row in self._content.refused),
        )

    def _order_money(self, rows: NDArray[np.integer], micros: NDArray[np.int64]) -> tuple[Money, ...]:
        """Amounts of fulfillments in the currencies of their orders, by currency."""
        columns = self._s.columns
        return money_of(columns, columns.orders.currency[columns.fulfillments.order[rows]], micros)

    def _totals(self) -> Generator[ReconcileTotal]:
        kinds = self._findings.rows.listing
        for code, kind in enumerate(LISTING_KINDS):
            if kind is ListingKind.UNKNOWN:
                if len(self._unknown):
                    listed = self._listed_money(self._unknown.tolist())
                    yield ReconcileTotal(kind, len(self._unknown), listed, listed, 0)
                continue
            which = np.flatnonzero(kinds == code)
            if len(which):
                rows = self._findings.rows
                listed_rows = rows.listed[which]
                yield ReconcileTotal(
                    kind,
                    len(which),
                    self._order_money(rows.row[which], self._worth(which)),
                    self._listed_money(listed_rows[listed_rows >= 0].tolist()),
                    sum(_is_failure(self._causes.of(index)) for index in which.tolist()),
                )

    def _worth(self, which: NDArray[np.intp]) -> NDArray[np.int64]:
        """What is concerned is worth here: of a state that differs, the order or the fulfillment."""
        rows, columns = self._findings.rows, self._s.columns
        row = rows.row[which]
        order = columns.fulfillments.order[row]
        ids = self._rows.ids
        is_part = np.array(
            [
                listed_rows >= 0 and ids[listed_rows] == key
                for listed_rows, key in zip(
                    rows.listed[which].tolist(), columns.fulfillments.ids[row].tolist(), strict=True
                )
            ],
            bool,
        )
        own = np.where(is_part, columns.fulfillments.value[row], columns.orders.value[order])
        expectation = rows.expected_amount[which]
        return np.where(expectation == NO_AMOUNT, own, expectation)

    def _listed_money(self, listed: Sequence[int]) -> tuple[Money, ...]:
        """Amounts of rows of the list, by currency: those of known orders have that of their order where the
        list states none; others without one are left out.
        """
        table = self._rows
        own = self._own_currencies
        money = (
            from_micros(int(table.amount[row]), currency)
            for row in listed
            if table.amount[row] != NO_AMOUNT
            and (currency := table.texts[int(table.currency[row])] or own.get(row, ""))
        )
        return total(money)

    @cached_property
    def _own_currencies(self) -> dict[int, str]:
        """Currency of the order, by row of the list that a finding is about."""
        rows, columns = self._findings.rows, self._s.columns
        codes = columns.orders.currency[columns.fulfillments.order[rows.row]]
        names = columns.dictionaries.currencies.values
        return {
            listed_rows: names[code]
            for listed_rows, code in zip(rows.listed.tolist(), codes.tolist(), strict=True)
            if listed_rows >= 0
        }

    def _unread_states(self) -> tuple[UnreadState, ...]:
        codes = self._listing.unread_states
        counts: Counter[int] = Counter(codes[codes > 0].tolist())
        words = [UnreadState(self._rows.texts[code], count) for code, count in counts.items()]
        return tuple(sorted(words, key=lambda each: (-each.count, each.word)))

    # ---- findings

    @cached_property
    def _index(self) -> list[tuple[ListingKind, int]]:
        """(kind, position among the findings or row of the list): by kind, missing ones the longest due
        first, others in the order of the list.
        """
        rows = self._findings.rows
        place = (
            np.where(rows.listed >= 0, self._rows.place[np.maximum(rows.listed, 0)], rows.due)
            if len(self._rows)
            else rows.due
        )
        index: list[tuple[ListingKind, int]] = []
        for code, kind in enumerate(LISTING_KINDS):
            if self._kinds is not None and kind not in self._kinds:
                continue
            if kind is ListingKind.UNKNOWN:
                index += [(kind, row) for row in self._unknown.tolist()]
            else:
                which = np.flatnonzero(rows.listing == code)
                index += [(kind, at) for at in which[np.argsort(place[which], kind="stable")].tolist()]
        return index

    @property
    def size(self) -> int:
        return len(self._index)

    def findings(self, first: int = 0, last: int | None = None) -> list[ReconcileFinding]:
        """Those at these positions."""
        part = self._index[first:last]
        explain = self._explain_unknown([row for kind, row in part if kind is ListingKind.UNKNOWN])
        return [
            self._unknown_finding(at, explain) if kind is ListingKind.UNKNOWN else self._finding(at)
            for kind, at in part
        ]

    def page(self, first: int, after: str | None) -> Page[ReconcileFinding]:
        """Raises BadInputError for a cursor that is not of this list."""
        start = _position(after, self._list.key) if after is not None else 0
        items = self.findings(start, start + first)
        cursors = tuple(f"{self._list.key}.{number}" for number in range(start + 1, start + len(items) + 1))
        return Page(tuple(items), cursors, self.size, start + len(items) < self.size, start > 0)

    def _finding(self, at: int) -> ReconcileFinding:
        (finding,) = self._findings.findings([at], self._causes.of)
        assert finding.listing is not None
        columns = self._s.columns
        row = int(self._findings.rows.row[at])
        currency = int(columns.orders.currency[columns.fulfillments.order[row]])
        worth = int(self._worth(np.array([at]))[0])
        is_missing = finding.listing.kind is ListingKind.MISSING
        return ReconcileFinding(
            listing=finding.listing,
            order=finding.order,
            fulfillment=finding.fulfillment,
            due=finding.due if is_missing else None,
            late_by=finding.late_by if is_missing else None,
            amount=from_micros(worth, columns.dictionaries.currencies.values[currency]),
            likely_cause=finding.likely_cause,
        )

    def _unknown_finding(self, row: int, explain: Callable[[int], Cause | None]) -> ReconcileFinding:
        table = self._rows
        currency = table.texts[int(table.currency[row])]
        micros = int(table.amount[row])
        listing = Listing(
            kind=ListingKind.UNKNOWN,
            system=self._system,
            listed_id=table.ids[row],
            at=self._list.at,
            amount=from_micros(micros, currency) if micros != NO_AMOUNT and currency else None,
            state=table.texts[int(table.state[row])] or None,
        )
        sentence = say_listing(listing, None, self._s.topology, TextClock(self._s.at))
        return ReconcileFinding(
            listing=replace(listing, sentence=sentence),
            order=None,
            fulfillment=None,
            due=None,
            late_by=None,
            amount=None,
            likely_cause=explain(row),
        )

    def _explain_unknown(self, rows: Sequence[int]) -> Callable[[int], Cause | None]:
        """Why nothing here has an id: its events are in quarantine, or it is written otherwise here."""
        ids = {row: self._rows.ids[row] for row in rows}
        reasons = dict(self._s.store.quarantine_reasons(list(ids.values())))
        plain = {_plain(id_) for id_ in ids.values()}
        other_spelling = (
            {_plain(key): key for key in self._s.columns.orders.ids.tolist() if _plain(key) in plain}
            if plain
            else {}
        )

        def explain(row: int) -> Cause | None:
            id_ = ids[row]
            if id_ in reasons:
                return Cause("quarantine", 1.0, f"Its events are in quarantine: {reasons[id_]}")
            if _plain(id_) in other_spelling:
                return Cause("spelling", 1.0, f"It is written {other_spelling[_plain(id_)]} here.")
            return None

        return explain


def _is_failure(cause: Cause | None) -> bool:
    return cause is not None and cause.kind == _FAILURE


def _plain(text: str) -> str:
    """An id without what systems write in different ways: case, separators, leading zeros."""
    return "".join(letter for letter in text.casefold() if letter.isalnum()).lstrip("0")


def _position(cursor: str, key: str) -> int:
    own, _, number = cursor.rpartition(".")
    if own != key or not number.isdecimal():
        raise BadInputError(f"after: {cursor!r} is no cursor of this list; ask for its first page again.")
    return int(number)


@contextmanager
def reconcile(store: Store, question: ReconcileQuestion, now: Millis) -> Generator[ReconcileAnswer]:
    """Good while the context is open. Raises NotFoundError for a system that does not exist, or that has no
    list by then.
    """
    with snapshot(store, question.as_of, now) as s:
        key = check_system(s.topology.systems, question.system)
        lists = s.system_lists.get(key)
        system_list = _list_of(lists.lists, question.key) if lists is not None else None
        if system_list is None:
            raise NotFoundError(
                f"system:{key}",
                message=f"There is no {f'list {question.key!r}' if question.key else 'list'} of system:{key} "
                f"as of {TextClock(s.at).dated(s.at)}. "
                f"Load one: `impactgraph reconcile --system {key} LIST.csv`.",
            )
        yield ReconcileAnswer(
            s, system_list, store.list_content(key, system_list.key, system_list.at), question
        )


def _list_of(lists: Sequence[SystemList], key: str | None) -> SystemList | None:
    """The latest list, or the latest with this key."""
    return next((each for each in reversed(lists) if key is None or each.key == key), None)


def list_reconciliation(
    store: Store, question: ReconcileQuestion, now: Millis, first: int | None = None, after: str | None = None
) -> tuple[Reconciliation, Page[ReconcileFinding]]:
    """The comparison with a page of its findings.

    Raises as `reconcile` does, BadInputError for a bad page.
    """
    size = check_first(first)
    with reconcile(store, question, now) as answer:
        return answer.result, answer.page(size, after)
