"""The lists of systems, folded from their events: of each id the row of the latest list wins, in whatever
order the events came.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.money import MICROS
from graph_models.time import Millis
from impactgraph.columns import NO_AMOUNT, Codes, Ints
from impactgraph.columns.declare import Flags
from impactgraph.columns.system_lists import (
    FIRST_REFUSED,
    PART,
    ListContent,
    ListRows,
    RefusedRow,
    SystemList,
    SystemLists,
)
from impactgraph.ingest.event_base import moment_millis
from impactgraph.ingest.events import ListData, ListRow


@dataclass(frozen=True)
class ListEvent:
    """One event: a part of a list."""

    at: Millis
    source: str
    id: str
    data: ListData

    @property
    def key(self) -> tuple[Millis, str, int, str, str]:
        return self.at, self.data.key, self.data.part, self.source, self.id


def fold_lists(
    events: Iterable[ListEvent], before: "dict[str, SystemLists] | None" = None
) -> dict[str, SystemLists]:
    """By bare key of the system, what the events and those `before` add up to."""
    by_system: dict[str, list[ListEvent]] = {}
    for event in events:
        by_system.setdefault(event.data.system, []).append(event)
    result = dict(before or {})
    for system, own in by_system.items():
        result[system] = _with_events(result.get(system, SystemLists(system)), own)
    return result


def content_of(system: str, events: Sequence[ListEvent]) -> ListContent:
    """The list that these events are the parts of."""
    in_order = sorted(events, key=lambda event: event.key)
    refusals = [RefusedRow(row.place, row.reason) for event in in_order for row in event.data.refused or ()]
    lists = fold_lists(in_order).get(system, SystemLists(system))
    return ListContent(lists, sum(len(event.data.rows) for event in in_order), refusals)


def _with_events(lists: SystemLists, events: list[ListEvent]) -> SystemLists:
    heads = {(each.at, each.key): each for each in lists.lists}
    table = _Table(lists.rows)
    for event in sorted(events, key=lambda event: event.key):
        name = (event.at, event.data.key)
        heads[name] = _with_part(heads.get(name), event)
        table.add(event)
    return SystemLists(lists.system, tuple(heads[name] for name in sorted(heads)), table.rows())


def _with_part(head: SystemList | None, event: ListEvent) -> SystemList:
    data = event.data
    own = SystemList(
        key=data.key,
        at=event.at,
        says_complete=data.complete,
        placed_from=moment_millis(data.placed_from) if data.placed_from is not None else 0,
        part_count=data.parts,
        parts=frozenset({data.part}),
        refused_count=len(data.refused or ()),
    )
    if head is None:
        return own
    return replace(
        own,
        says_complete=own.says_complete and head.says_complete,
        placed_from=max(own.placed_from, head.placed_from),
        part_count=max(own.part_count, head.part_count),
        parts=head.parts | own.parts,
        refused_count=own.refused_count + head.refused_count,
    )


class _Table:
    """Growing rows. What was made of it before stays as it is."""

    def __init__(self, rows: ListRows) -> None:
        self._ids = list(rows.ids)
        self._index = dict(rows.index)
        self._keys = list(rows.keys)
        self._texts = list(rows.texts)
        self._codes = {text: code for code, text in enumerate(self._texts)}
        self._numbers = {name: getattr(rows, name) for name in _INTS}
        self._codes_by_name = {name: getattr(rows, name) for name in _CODES}
        self._size = len(rows)

    def rows(self) -> ListRows:
        size = len(self._ids)
        arrays = {name: array[:size].copy() for name, array in (self._numbers | self._codes_by_name).items()}
        return ListRows(
            ids=self._ids, index=self._index, keys=tuple(self._keys), texts=tuple(self._texts), **arrays
        )

    def add(self, event: ListEvent) -> None:
        """Adds the rows of a part; of an id that is in it twice, the first."""
        first: dict[str, int] = {}
        rows_to_keep: list[ListRow] = []
        for number, row in _numbered_rows(event.data):
            if row.id not in first:
                first[row.id] = number
                rows_to_keep.append(row)
        if not first:
            return
        where = self._rows_of(first)
        place = event.data.part * PART + np.fromiter(first.values(), np.int64, len(first))
        numbers = self._numbers
        numbers["first_at"][where] = np.minimum(numbers["first_at"][where], event.at)
        is_newer = self._is_newer(event, where, place)
        target = where[is_newer]
        numbers["at"][target] = event.at
        numbers["place"][target] = place[is_newer]
        numbers["amount"][target] = np.fromiter(map(_micros, rows_to_keep), np.int64, len(rows_to_keep))[
            is_newer
        ]
        self._codes_by_name["source"][target] = self._key(event.data.key)
        states = event.data.states or {}
        meanings = {word.casefold(): meaning for word, meaning in states.items()}
        for name, texts in (
            ("currency", [row.currency for row in rows_to_keep]),
            ("state", [row.state for row in rows_to_keep]),
            ("meaning", [meanings.get((row.state or "").casefold(), row.state) for row in rows_to_keep]),
        ):
            codes = np.fromiter((self._code(text or "") for text in texts), np.int32, len(rows_to_keep))
            self._codes_by_name[name][target] = codes[is_newer]

    def _rows_of(self, ids: Iterable[str]) -> Codes:
        """The row of each id, a new one where it has none."""
        rows: list[int] = []
        for each in ids:
            row = self._index.get(each)
            if row is None:
                row = self._index[each] = len(self._ids)
                self._ids.append(each)
            rows.append(row)
        self._reserve(len(self._ids))
        return np.array(rows, np.int32)

    def _reserve(self, size: int) -> None:
        have = len(self._numbers["at"])
        if size > have:
            more = max(size, 2 * have) - have
            for name, blank in _INTS.items():
                self._numbers[name] = np.concatenate([self._numbers[name], np.full(more, blank, np.int64)])
            for name in _CODES:
                self._codes_by_name[name] = np.concatenate(
                    [self._codes_by_name[name], np.zeros(more, np.int32)]
                )

    def _is_newer(self, event: ListEvent, where: Codes, place: Ints) -> Flags:
        """By (moment, key of the list), and the first place within a list."""
        at = self._numbers["at"][where]
        source = self._codes_by_name["source"][where]
        earlier_key = np.array([key < event.data.key for key in self._keys] or [False])
        same_key = np.array([key == event.data.key for key in self._keys] or [False])
        is_earlier_place = place < self._numbers["place"][where]
        is_before = earlier_key[source] | (same_key[source] & is_earlier_place)
        return (event.at > at) | ((event.at == at) & is_before)

    def _key(self, key: str) -> int:
        if key not in self._keys:
            self._keys.append(key)
        return self._keys.index(key)

    def _code(self, text: str) -> int:
        code = self._codes.get(text)
        if code is None:
            code = self._codes[text] = len(self._texts)
            self._texts.append(text)
        return code


def _numbered_rows(data: ListData) -> Iterator[tuple[int, ListRow]]:
    """The rows by their number; then those that could not be read but for their id."""
    yield from enumerate(data.rows)
    for number, refusals in enumerate(data.refused or (), FIRST_REFUSED):
        if refusals.id is not None:
            yield number, ListRow(id=refusals.id)


_INTS = {"first_at": 2**62, "at": -1, "place": 2**62, "amount": NO_AMOUNT}
"""Columns of numbers, with their value in a row that is not yet set."""
_CODES = ("source", "currency", "state", "meaning")


def _micros(row: ListRow) -> int:
    return NO_AMOUNT if row.amount is None else int((row.amount * MICROS).to_integral_value())
