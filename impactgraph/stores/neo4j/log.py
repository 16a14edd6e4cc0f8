"""The log of record in Neo4j: blocks numbered in the order of their commits, and one node with the log's end.

A writer holds that node's lock from reading the end until its commit, so numbers are assigned in the order of
commits, and a process that has read up to a block has missed none before it.
"""

import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from neo4j import ManagedTransaction

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.packing import pack, unpack
from impactgraph.stores.local.record import Position
from impactgraph.stores.neo4j.database import CommitUnknownError, Database, Row, rows

FORMAT = "5"
"""Of the log and its blocks: changes whenever an older version could not read them."""
READABLE_FORMATS = ("1", "2", "3", "4", FORMAT)
"""Logs of format 1 have blocks of format 1 only, those of format 2 know no ingests, those of format 3 no
live sources, those of format 4 no removals for good; the first append makes them the present format.
"""

CONSTRAINTS = (
    "create constraint log_key if not exists for (n:Log) require n.key is unique",
    "create constraint block_number if not exists for (n:Block) require n.number is unique",
)

_END = """
match (l:Log {key: 'log'})
return l.identity as identity, l.format as format, l.block as block, l.last as last, l.token as token,
  l.restoring as restoring
"""
_SET_UP = """
merge (l:Log {key: 'log'}) on create set
  l.identity = $identity, l.format = $format, l.block = 0, l.last = 0, l.token = '', l.locks = 0
"""
_LOCK = "match (l:Log {key: 'log'}) set l.locks = l.locks + 1"
_REWRITE = "match (b:Block {number: $number}) set b.data = $data"
_BEGIN_RESTORE = "match (l:Log {key: 'log'}) set l.restoring = $token"
_END_RESTORE = "match (l:Log {key: 'log'}) remove l.restoring"
_UNFINISHED = "match (l:Log {key: 'log'}) where l.restoring is not null return l.identity as identity"
_CLEAR = (
    "match (b:Block) with b limit 100 delete b return count(*) as count",
    "match (l:Log {key: 'log'}) delete l",
)
_BLOCKS = """
match (b:Block) where b.number > $after and b.number <= $until
return b.number as number, b.last as last, b.token as token, b.data as data order by b.number
"""
_APPEND = """
match (l:Log {key: 'log'})
create (:Block {number: $number, first: $first, last: $last, token: $token, data: $data})
set l.block = $number, l.last = $last, l.token = $token, l.format = $format
"""


@dataclass(frozen=True, slots=True)
class LogEnd:
    """Where the log ends."""

    position: Position
    last: int
    """Sequence number of the last event."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A block of the log, and the end of the log with it."""

    block: Block
    end: LogEnd


class MissingLogError(Exception):
    """The database has no log."""


class Log:
    """Reads and appends blocks; `lock`, `missing` and `append` belong to one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._restore = ""
        """Token of the restore that this process makes."""

    def set_up(self) -> LogEnd:
        """The end of the log, which is created where there is none; several processes may call it at once."""
        for statement in CONSTRAINTS:
            self._database.command(statement)
        self._database.change(_SET_UP, identity=secrets.token_hex(16), format=FORMAT)
        end = self.end()
        if end is None:
            raise StoreUnavailableError(
                f"The log in Neo4j at {self._database.address} was removed while it was set up."
            )
        return end

    def end(self) -> LogEnd | None:
        """None where the database has no log."""
        return _end(self._database.read_once(_END), self._restore)

    @contextmanager
    def restoring(self) -> Generator[None]:
        """Other processes cannot use the log until the context has ended without an error."""
        self._restore = secrets.token_hex(8)
        self._database.change(_BEGIN_RESTORE, token=self._restore)
        yield
        self._database.change(_END_RESTORE)
        self._restore = ""

    def clear_unfinished_restore(self) -> None:
        """Removes a log whose restore was interrupted."""
        if self._database.read(_UNFINISHED):
            while self._database.change(_CLEAR[0])[0]["count"]:
                pass
            self._database.change(_CLEAR[1])

    def between(self, position: Position, end: LogEnd) -> Iterator[LogEntry]:
        """Entries after a position up to `end`, in order, as they arrive.

        The end must have been read before: a scan may miss what is committed meanwhile.
        """
        yield from _entries(
            position, self._database.stream(_BLOCKS, after=position.block, until=end.position.block)
        )

    def lock(self, tx: ManagedTransaction) -> LogEnd:
        """Waits until no other process appends; the end, which stays until this transaction ends.

        Raises:
            MissingLogError: the database has no log.
        """
        tx.run(_LOCK).consume()
        end = _end(rows(tx, _END), self._restore)  # read under the lock: what the last writer committed
        if end is None:
            raise MissingLogError
        return end

    @staticmethod
    def missing(tx: ManagedTransaction, position: Position, end: LogEnd) -> Iterator[LogEntry]:
        """Entries after a position up to `end`, in order."""
        if end.position.block > position.block:
            yield from _entries(
                position, iter(rows(tx, _BLOCKS, after=position.block, until=end.position.block))
            )

    @staticmethod
    def append(tx: ManagedTransaction, end: LogEnd, block: Block) -> LogEnd:
        """Appends a block after `end`, which must be locked; the new end."""
        last = max(block.last_seq, end.last)
        number = end.position.block + 1
        token = secrets.token_hex(8)
        values: Row = {"number": number, "first": end.last + 1, "last": last, "token": token}
        tx.run(_APPEND, values | {"data": pack(block), "format": FORMAT}).consume()
        return LogEnd(Position(end.position.identity, number, token), last)

    def packed(self, end: LogEnd) -> Iterator[tuple[int, bytes]]:
        """Numbers and packed blocks up to `end`, in order."""
        for row in self._database.stream(_BLOCKS, after=0, until=end.position.block):
            yield row["number"], row["data"]

    def rewrite(self, number: int, block: Block) -> None:
        """Puts a block in place of the one with this number: without what was removed for good."""
        self._database.change(_REWRITE, number=number, data=pack(block))

    def holds(self, position: Position) -> bool:
        """Whether the log has the block at this position."""
        query = "match (b:Block {number: $number}) return b.token as token"
        blocks = self._database.read(query, number=position.block)
        return bool(blocks) and blocks[0]["token"] == position.token

    def confirmed_end(self, attempt: LogEnd, error: CommitUnknownError) -> LogEnd:
        """The end of the log after a commit whose answer was lost.

        Raises:
            StoreUnavailableError: the change was not committed, or that cannot be found out.
        """
        if not self.holds(attempt.position):
            raise StoreUnavailableError(f"{error} It did not come through.") from error
        return attempt


def _end(result: list[Row], restore: str) -> LogEnd | None:
    if not result:
        return None
    row = result[0]
    if row.get("restoring") not in (None, restore):
        raise StoreUnavailableError(
            "A backup is being restored into this database, or that was interrupted: wait until it is there, "
            "or run `impactgraph restore` again."
        )
    if row["format"] not in READABLE_FORMATS:
        raise StoreUnavailableError(
            f"The log in Neo4j is written in format {row['format']}, "
            f"this version of impactgraph reads formats up to {FORMAT}: use the newer one."
        )
    return LogEnd(Position(row["identity"], row["block"], row["token"]), row["last"])


def _entries(position: Position, blocks: Iterator[Row]) -> Iterator[LogEntry]:
    number = position.block
    for row in blocks:
        number += 1
        if row["number"] != number:
            raise StoreUnavailableError(
                f"Block {number} is missing in the log of record in Neo4j: "
                "restore the database from its backup."
            )
        end = LogEnd(Position(position.identity, number, row["token"]), row["last"])
        yield LogEntry(unpack(row["data"]), end)
