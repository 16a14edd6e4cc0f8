"""Ingests of files: their reports, and what each brought, so that it can be taken back.

An event or a quarantine entry is brought by every ingest that had it. One that came otherwise, over HTTP, is
brought by nobody and stays; that it came otherwise again later is recorded under the number 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Ints
from impactgraph.columns.declare import Flags
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.ingest import Ingest, IngestedFile
from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.record import Record

OTHERWISE = 0
"""Stands for the ways to come that have no number."""


class Ingests:
    """Index of what ingests brought: ranges of sequence numbers, and numbers of quarantine entries."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._last = int(record.rows("select coalesce(max(number), 0) from ingests")[0][0])
        self._undone = {int(number) for (number,) in record.rows("select ingest from undos")}
        self._ranges: list[tuple[int, int, int]] = [
            (int(ingest), int(first), int(last))
            for ingest, first, last in record.rows("select ingest, first, last from brought order by rowid")
        ]
        self._entries: dict[int, set[int]] = {}
        """Ingests by the number of a quarantine entry."""
        for ingest, number in record.rows("select ingest, number from brought_aside"):
            self._entries.setdefault(int(number), set()).add(int(ingest))

    @property
    def next_number(self) -> int:
        return self._last + 1

    @property
    def undo_count(self) -> int:
        """Number of ingests that were taken back."""
        return len(self._undone)

    @property
    def greatest_entry(self) -> int:
        """Greatest number of a quarantine entry that was ever brought: none may be used again."""
        return max(self._entries, default=0)

    def of_event(self, seq: int) -> set[int]:
        """The ingests that brought an event; empty where it came otherwise at first."""
        return {i for i, first, last in self._ranges if first <= seq <= last and i not in self._undone}

    def of_entry(self, number: int) -> set[int]:
        """The ingests that brought a quarantine entry."""
        return self._entries.get(number, set()) - self._undone

    def are_brought(self, seqs: Ints, ingest: int | None = None, *, without: int | None = None) -> Flags:
        """Which of the events an ingest brought (None: any but `without`)."""
        is_brought = np.zeros(len(seqs), np.bool_)
        for number, first, last in self._ranges:
            if number in self._undone or number == without or (ingest is not None and number != ingest):
                continue
            is_brought |= (seqs >= first) & (seqs <= last)
        return is_brought

    def seqs_of(self, ingest: int) -> Ints:
        """Sequence numbers of the recorded events that an ingest brought."""
        query = (
            "select distinct e.seq from events e join brought b on e.seq between b.first and b.last "
            "where b.ingest = ? order by 1"
        )
        return self._record.arrays(query, [ingest])[0].astype(np.int64)

    def entries_of(self, ingest: int) -> list[int]:
        """Numbers of the quarantine entries, present or past, that only this ingest brought."""
        return [number for number in self._entries if self.of_entry(number) == {ingest}]

    def check(self, number: int) -> None:
        """Raises NotFoundError for an unknown number, BadInputError for one that was taken back."""
        if not 0 < number <= self._last:
            near = [f"ingest {self._last}"] if self._last else []
            raise NotFoundError(f"ingest {number}", near=near)
        if number in self._undone:
            raise BadInputError(f"Ingest {number} was taken back already.")

    def list(self, limit: int, before: int | None = None) -> Sequence[Ingest]:
        """The latest ingests, the newest first; those with a number below `before`."""
        rows = self._record.rows(
            "select i.number, i.started_at, i.files, r.ended_at, r.report, u.undone_at from ingests i "
            "left join ingest_reports r on r.number = i.number left join undos u on u.ingest = i.number "
            "where i.number < ? order by i.number desc limit ?",
            [2**31 - 1 if before is None else before, limit],
        )
        return [_ingest(*row) for row in rows]

    def new_row(self, files: Sequence[IngestedFile], at: Millis) -> Table:
        """Row of the table `ingests` for the next number."""
        return _row(number=self.next_number, started_at=at, files=msgspec.json.encode(files).decode())

    def apply(self, block: Block) -> None:
        """Follows the commit of a block."""
        if rows := block.rows.get("ingests"):
            self._last = max(self._last, *rows["number"].tolist())
        if rows := block.rows.get("brought"):
            self._ranges += zip(*(rows[name].tolist() for name in ("ingest", "first", "last")), strict=True)
        if rows := block.rows.get("brought_aside"):
            for ingest, number in zip(rows["ingest"].tolist(), rows["number"].tolist(), strict=True):
                self._entries.setdefault(number, set()).add(ingest)
        if rows := block.rows.get("undos"):
            self._undone.update(rows["ingest"].tolist())


def report_row(number: int, report: Mapping[str, Any], at: Millis) -> Table:
    """Row of the table `ingest_reports`."""
    text = msgspec.json.encode(report).decode()
    return _row(number=number, ended_at=at, report=text)


def undo_row(number: int, at: Millis, seq: int) -> Table:
    """Row of the table `undos`."""
    return _row(ingest=number, undone_at=at, seq=seq)


def brought_rows(seqs_by_ingest: Mapping[int, Iterable[int]]) -> Table:
    """Rows of the table `brought`: runs of successive sequence numbers."""
    ranges: list[tuple[int, int, int]] = []
    for ingest, seqs in sorted(seqs_by_ingest.items()):
        numbers = np.unique(np.fromiter(seqs, np.int64))
        if len(numbers):
            breaks = np.flatnonzero(np.diff(numbers) > 1)
            first = numbers[np.concatenate([[0], breaks + 1])]
            last = numbers[np.concatenate([breaks, [len(numbers) - 1]])]
            ranges += zip([ingest] * len(first), first.tolist(), last.tolist(), strict=True)
    return {
        "ingest": np.array([each[0] for each in ranges], np.int32),
        "first": np.array([each[1] for each in ranges], np.int64),
        "last": np.array([each[2] for each in ranges], np.int64),
    }


def brought_entry_rows(numbers_by_ingest: Mapping[int, Iterable[int]]) -> Table:
    """Rows of the table `brought_aside`."""
    pairs = [(ingest, number) for ingest, numbers in sorted(numbers_by_ingest.items()) for number in numbers]
    return {
        "ingest": np.array([ingest for ingest, _ in pairs], np.int32),
        "number": np.array([number for _, number in pairs], np.int64),
    }


def _row(**values: Any) -> Table:
    """One row: texts, numbers of ingests of 32 bits, other numbers of 64."""
    row: dict[str, NDArray[Any]] = {}
    for name, value in values.items():
        kind: Any = np.object_ if isinstance(value, str) else np.int64
        row[name] = np.array([value], np.int32 if name in ("number", "ingest") else kind)
    return row


def _ingest(
    number: int,
    started_at: Millis,
    files: str,
    ended_at: Millis | None,
    report: str | None,
    undone_at: Millis | None,
) -> Ingest:
    return Ingest(
        number=number,
        started_at=started_at,
        files=tuple(msgspec.json.decode(files, type=list[IngestedFile])),
        ended_at=ended_at,
        report=msgspec.json.decode(report) if report else {},
        undone_at=undone_at,
    )
