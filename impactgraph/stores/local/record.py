"""The record in a DuckDB file: blocks are applied in one transaction, events are read back as arrays."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Codes, Ints
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.commit_mark import MARK
from impactgraph.stores.local.record_file import COMPACTED, FILE, RESTORE, RecordFile, StoreDamagedError
from impactgraph.stores.local.removal import edit_statements, removals_in
from impactgraph.stores.local.tables import (
    EVENT_COLUMNS,
    FORMAT,
    MIGRATIONS,
    NUMBERED,
    ODD_AMOUNT,
    PLACED_COLUMNS,
    PLACEMENT_COLUMNS,
    TABLES,
    deletions,
)
from impactgraph.stores.state.encoding import bounded_micros
from impactgraph.stores.state.event_kinds import FAILURES, EventKind
from impactgraph.stores.state.event_tables import EventBatch, EventRows, PlacedRows, PlacementRows
from impactgraph.stores.state.failures import FailureChange, read_failure_change
from impactgraph.stores.state.snapshot import copy_snapshot, drop_snapshot

_MUST_COMPACT = "compact"
POSITION = ("log", "block", "token")
_IS_OF_FAILURE = f"kind between {int(FAILURES[0])} and {int(FAILURES[-1])}"


@dataclass(frozen=True, slots=True)
class Position:
    """Position of a replica in the log that it replicates."""

    identity: str
    """Of the log."""
    block: int
    """Number of the last block replicated, 0 before the first."""
    token: str
    """Token of that block: distinguishes logs of one identity, such as one restored from a backup."""

    def may_follow(self, other: "Position") -> bool:
        """Whether a log that was at `other` may have grown to this position."""
        if self.identity != other.identity or self.block < other.block:
            return False
        return self.block > other.block or self.token == other.token


class Record(RecordFile):
    """The tables of the record. One thread at a time writes; any thread may read."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` None: in memory, until it is closed.

        Raises:
            StoreInUseError: another process has it open.
            StoreDamagedError: it has not what was written to it.
            StoreUnavailableError: it cannot be read, or is of a later format.
        """
        super().__init__(folder)
        try:
            self._read_meta()
        except BaseException:
            self.abandon()
            raise

    def _read_meta(self) -> None:
        """Makes the tables where there are none, and reads what the record is of."""
        if not self.rows("select 1 from information_schema.tables where table_name = 'meta'"):
            self._create()
        meta = self._migrated_meta()
        if meta["format"] != FORMAT:
            raise StoreUnavailableError(
                f"The store in {self.folder} was written in format {meta['format']}, "
                f"this version reads {FORMAT}: ingest its events into a new folder."
            )
        self.identity: str = meta["identity"]
        self.commit_count = self._checked_commit_count(meta)
        """Transactions of blocks that the record has had."""
        self.position = Position(meta["log"], int(meta["block"]), meta["token"]) if "log" in meta else None
        """None where it is not a replica."""
        self.dictionary_sizes: dict[str, int] = dict(
            self.rows("select domain, count(*) from words group by domain")
        )
        """Number of words recorded, by domain."""

    @property
    def size(self) -> int:
        """Bytes of all files in its folder; 0 in memory."""
        if self.folder is None:
            return 0
        total = 0
        for path in self.folder.rglob("*"):
            with suppress(FileNotFoundError):  # a snapshot that was replaced meanwhile
                total += path.stat().st_size if path.is_file() else 0
        return total

    def reopen(self) -> None:
        super().reopen()
        self._read_meta()

    def _checked_commit_count(self, meta: Mapping[str, str]) -> int:
        """Raises StoreDamagedError where commits are missing that were acknowledged."""
        count = int(meta.get("commits", 0))
        marked_count = self._mark.read(meta["identity"]) if self._mark else None
        if marked_count is None and self._mark:
            self._mark.write(meta["identity"], count)
        elif marked_count is not None and marked_count > count:
            raise StoreDamagedError(
                f"The record in {self.folder} has {count} commits, and {marked_count} were acknowledged: its "
                f"write-ahead log {FILE}.wal is damaged or missing. {RESTORE} To go on without the missing "
                f"ones, remove the file {MARK} from the folder."
            )
        return count

    def _migrated_meta(self) -> dict[str, str]:
        """The names and values of `meta`, after bringing a record of an earlier format to the present one."""
        meta = dict(self.rows("select name, value from meta"))
        while (statements := MIGRATIONS.get(meta["format"])) is not None:
            following = str(int(meta["format"]) + 1)
            with self.transaction():
                for statement in filter(str.strip, statements.split(";")):
                    self.execute(statement)
                self.execute("update meta set value = ? where name = 'format'", [following])
            meta["format"] = following
        return meta

    def _create(self) -> None:
        with self.transaction():
            for statement in filter(str.strip, TABLES.split(";")):
                self.execute(statement)
            self.execute(
                "insert into meta values ('format', ?), ('identity', ?)", [FORMAT, secrets.token_hex(16)]
            )

    def apply(self, block: Block, position: Position | None = None) -> None:
        """Writes a block, with the position that it brings a replica to.

        Durable when it returns; where it raises, nothing of it is.
        """
        with self.transaction():
            for table, columns in block.rows.items():
                self.append(table, columns)
            if len(block.removed_seqs):
                self._remove_events(block.removed_seqs)
            for number, reason in block.reasons.items():
                self.execute("update aside set reason = ? where number = ?", [reason, number])
            if len(block.quarantine_releases):
                self.execute(
                    "delete from aside where number in (select unnest(?::bigint[]))",
                    [block.quarantine_releases.tolist()],
                )
            for removal in removals_in(block.rows["forgotten"]) if "forgotten" in block.rows else ():
                for statement in edit_statements(removal):
                    self.execute(*statement)
            if block.is_removal:
                self.execute("insert or replace into meta values (?, ?)", [_MUST_COMPACT, "1"])
            if block.is_removal or "undos" in block.rows:
                self._remove_unused_numbers()
            if position:
                self._set_position(position)
            self._set_commit_count(self.commit_count + 1)
        self.commit_count += 1
        if self._mark:
            self._mark.write(self.identity, self.commit_count)
        for domain, words in block.words.items():
            self.dictionary_sizes[domain] = self.dictionary_sizes.get(domain, 0) + len(words)
        self.position = position or self.position

    def _set_commit_count(self, count: int) -> None:
        statement = (
            "update meta set value = ? where name = 'commits'"
            if self.commit_count
            else "insert or replace into meta values ('commits', ?)"
        )
        self.execute(statement, [str(count)])

    def _remove_events(self, seqs: Ints) -> None:
        for table in ("events", "placed", "placements"):
            self.execute(f"delete from {table} where seq in (select unnest(?::bigint[]))", [seqs.tolist()])

    def _remove_unused_numbers(self) -> None:
        """Removes orders and fulfillments without events: another order may have such a fulfillment then."""
        self.execute(
            "delete from fulfillments where number not in"
            " (select fulfillment_number from events union all select fulfillment_number from placements)"
        )
        self.execute("delete from orders where number not in (select order_number from events)")

    def _set_position(self, position: Position) -> None:
        rows = zip(POSITION, (position.identity, str(position.block), position.token), strict=True)
        self.execute(
            "insert or replace into meta values (?, ?), (?, ?), (?, ?)",
            [value for row in rows for value in row],
        )

    def append(self, table: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Adds rows, in place of those with their keys; the columns go by their names in the table."""
        for deletion in deletions(table, columns):
            self._connection.execute(*deletion)
        count = len(next(iter(columns.values())))
        if count == 1:
            row = [
                column[0].item() if isinstance(column[0], np.generic) else column[0]
                for column in columns.values()
            ]
            names = ", ".join(columns)
            self._connection.execute(
                f"insert into {table} ({names}) values ({', '.join('?' * len(row))})", row
            )
        elif count:
            self._connection.register("batch", dict(columns))
            self._connection.execute(f"insert into {table} by name select * from batch")
            self._connection.unregister("batch")

    def words(self) -> dict[str, list[str]]:
        """Words of each domain, in the order of their codes."""
        return dict(self.rows("select domain, list(word order by code) from words group by domain"))

    def watermark(self) -> int:
        """The greatest sequence number: of events, and of what was taken back or removed for good."""
        greatest = ", ".join(f"(select coalesce(max(seq), 0) from {table})" for table in NUMBERED)
        return int(self.rows(f"select greatest({greatest})")[0][0])

    def latest(self, until: Millis) -> Millis:
        """Greatest time of an event of an order that is not after `until`, 0 where there is none."""
        query = "select coalesce(max(time), 0) from events where order_number >= 0 and time <= ?"
        return int(self.rows(query, [until])[0][0])

    def seqs_between(self, after: Millis, until: Millis, watermark: int) -> Ints:
        """Sequence numbers, up to `watermark`, of events of orders later than `after` and up to `until`."""
        query = "select seq from events where order_number >= 0 and time > ? and time <= ? and seq <= ?"
        return self.arrays(query, [after, until, watermark])[0]

    def has_events_between(self, watermark: int, until: Millis) -> bool:
        """Whether an event with a number after `watermark` has a time at or before `until`."""
        removals = " ".join(f"union all select 1 from {table} where seq > ?" for table in NUMBERED[1:])
        query = f"select 1 from events where seq > ? and time <= ? {removals} limit 1"
        return bool(self.rows(query, [watermark, until, *[watermark] * (len(NUMBERED) - 1)]))

    def failure_changes(self, keys: Sequence[str] | None = None) -> tuple[FailureChange, ...]:
        """Every event of these failures (None: of all), in the order of ingest."""
        condition_of_keys = "" if keys is None else "and e.document in (select unnest(?::varchar[]))"
        query = f"""
            select e.time, w.word, e.id, e.kind, e.extra, e.seq
            from events e join words w on w.domain = 'source' and w.code = e.source
            where {_IS_OF_FAILURE} {condition_of_keys} order by e.seq
        """
        rows = self.rows(query, [] if keys is None else [list(keys)])
        return tuple(read_failure_change(*row) for row in rows)

    def failures_of_events(self, seqs: Ints) -> list[str]:
        """Keys of the failures that these events are about."""
        query = f"select distinct document from events where {_IS_OF_FAILURE}"
        return [
            key for (key,) in self.rows(f"{query} and seq in (select unnest(?::bigint[]))", [seqs.tolist()])
        ]

    def count_of_records(self, as_of: Millis | None) -> int:
        """Number of postings, messages, tasks and supplier orders (by then)."""
        until = "" if as_of is None else f" and time <= {as_of}"
        kinds = f"kind between {int(EventKind.POSTING)} and {int(EventKind.SUPPLIER_ORDER)}"
        return int(self.rows(f"select count(*) from events where {kinds}{until}")[0][0])

    def last_order(self) -> int:
        return int(self.rows("select coalesce(max(number), -1) from orders")[0][0])

    def event_batch(
        self, condition: str, values: Sequence[Any] = (), **tables: Mapping[str, NDArray[Any]]
    ) -> EventBatch:
        """Events that meet a condition, which must be valid for all three tables."""

        def read(columns: str, table: str) -> list[NDArray[Any]]:
            return self.arrays(f"select {columns} from {table} where {condition}", values, **tables)

        return EventBatch(
            self._with_odd_amounts(EventRows.from_arrays(read(EVENT_COLUMNS, "events"))),
            PlacedRows.from_arrays(read(PLACED_COLUMNS, "placed")),
            PlacementRows.from_arrays(read(PLACEMENT_COLUMNS, "placements")),
        )

    def _with_odd_amounts(self, events: EventRows) -> EventRows:
        """Sets the amounts that SQL does not convert to millionths: too fine or too large for its cast."""
        odd = np.flatnonzero(events.amount == ODD_AMOUNT)
        if len(odd):
            texts = dict(
                self.rows(
                    "select seq, amount from events where seq in (select unnest(?::bigint[]))",
                    [events.seq[odd].tolist()],
                )
            )
            events.amount[odd] = [bounded_micros(Decimal(texts[seq])) for seq in events.seq[odd].tolist()]
        return events

    def of_orders(self, numbers: Codes, until: Millis) -> EventBatch:
        """Every event of these orders whose time is at or before `until`."""
        if not len(numbers):
            return EventBatch.empty()
        bounds = f"time <= {until} and order_number between {int(numbers.min())} and {int(numbers.max())}"
        return self.event_batch(
            f"{bounds} and order_number in (select number from wanted)", wanted={"number": numbers}
        )

    def orders_of_events(self, seqs: Ints) -> Codes:
        """Numbers of the orders of these events; those of failures have none."""
        if not len(seqs):
            return np.zeros(0, np.int32)
        return self.arrays(
            "select distinct order_number from events"
            " where order_number >= 0 and seq in (select seq from wanted)",
            wanted={"seq": seqs},
        )[0].astype(np.int32)

    def orders_with_events_after(self, at: Millis) -> Codes:
        """Numbers of the orders that have an event later than `at`."""
        return self.arrays(
            "select distinct order_number from events where time > ? and order_number >= 0", [at]
        )[0].astype(np.int32)

    def ids_between(self, first: int, last: int) -> tuple[dict[int, str], dict[int, str]]:
        """Ids by number of the orders with numbers from first to last, and of their fulfillments."""
        number, id_ = self.arrays("select number, id from orders where number between ? and ?", [first, last])
        part, part_id = self.arrays(
            "select number, id from fulfillments where order_number between ? and ?", [first, last]
        )
        return dict(zip(number.tolist(), id_.tolist(), strict=True)), dict(
            zip(part.tolist(), part_id.tolist(), strict=True)
        )

    def ids(self, orders: Codes) -> tuple[dict[int, str], dict[int, str]]:
        """Ids by number of the orders, and of their fulfillments."""
        keys = {"number": orders}
        number, id_ = self.arrays(
            "select number, id from orders where number in (select number from wanted)", wanted=keys
        )
        part, part_id = self.arrays(
            "select number, id from fulfillments where order_number in (select number from wanted)",
            wanted=keys,
        )
        return dict(zip(number.tolist(), id_.tolist(), strict=True)), dict(
            zip(part.tolist(), part_id.tolist(), strict=True)
        )

    def names(self, seqs: Ints) -> dict[int, tuple[str, str]]:
        """(source, id) of events by sequence number."""
        bounds = f"e.seq between {int(seqs.min())} and {int(seqs.max())}"
        seq, source, id_ = self.arrays(
            "select e.seq, w.word, e.id "
            "from events e join words w on w.domain = 'source' and w.code = e.source "
            f"where {bounds} and e.seq in (select seq from wanted)",
            wanted={"seq": seqs},
        )
        return {int(s): (w, i) for s, w, i in zip(seq, source, id_, strict=True)}

    def compact(self) -> None:
        """Writes the file anew where something was removed for good, so that nothing of it is left in free
        space, and drops the snapshot. Nobody may be reading.
        """
        if not self.rows("select 1 from meta where name = ?", [_MUST_COMPACT]):
            return
        if self.folder is not None:
            drop_snapshot(self.folder)
            copy = self.folder / COMPACTED
            self.execute("checkpoint")
            self._copy_tables(copy)
            self.replace_by(copy)
        with self.transaction():
            self.execute("delete from meta where name = ?", [_MUST_COMPACT])

    def _copy_tables(self, file: Path) -> None:
        name = str(file).replace("'", "''")
        (database,) = self.rows("select current_database()")[0]
        self.execute(f"attach '{name}' as copied")
        try:
            self.execute(f'copy from database "{database}" to copied')
            self.execute("checkpoint copied")
        finally:
            self.execute("detach copied")

    def copy_to(self, folder: Path) -> None:
        """Copies all tables, and the snapshot, into an empty folder. Nobody may be writing."""
        with self._translated_errors():
            self._copy_tables(folder / FILE)
        if self.folder is not None:
            copy_snapshot(self.folder, folder)
