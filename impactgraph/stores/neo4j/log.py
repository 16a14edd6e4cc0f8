"""The log of record in Neo4j: blocks numbered in the order of their commits, and one node with the log's end.

A writer holds that node's lock from reading the end until its commit, so numbers are assigned in the order of
commits, and a process that has read up to a block has missed none before it.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from neo4j import ManagedTransaction

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.packing import pack, unpack
from impactgraph.stores.local.record import Position
from impactgraph.stores.neo4j.database import CommitUnknownError, Database, Row, rows

FORMAT = "4"
"""Of the log and its blocks: changes whenever an older version could not read them."""
READABLE_FORMATS = ("1", "2", "3", FORMAT)
"""Logs of format 1 have blocks of format 1 only, those of format 2 know no ingests, those of format 3 no
live sources; the first append makes
them the present format.
"""

CONSTRAINTS = (
    "create constraint log_key if not exists for (n:Log) require n.key is unique",
    "create constraint block_number if not exists for (n:Block) require n.number is unique",
)

_END = """
match (l:Log {key: 'log'})
return l.identity as identity, l.format as format, l.block as block, l.last as last, l.token as token
"""
_SET_UP = """
merge (l:Log {key: 'log'}) on create set
  l.identity = $identity, l.format = $format, l.block = 0, l.last = 0, l.token = '', l.locks = 0
"""
_LOCK = "match (l:Log {key: 'log'}) set l.locks = l.locks + 1"
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
        return _end(self._database.read_once(_END))

    def between(self, position: Position, end: LogEnd) -> Iterator[LogEntry]:
        """Entries after a position up to `end`, in order, as they arrive.

        The end must have been read before: a scan may miss what is committed meanwhile.
        """
        yield from _entries(
            position, self._database.stream(_BLOCKS, after=position.block, until=end.position.block)
        )

    @staticmethod
    def lock(tx: ManagedTransaction) -> LogEnd:
        """Waits until no other process appends; the end, which stays until this transaction ends.

        Raises:
            MissingLogError: the database has no log.
        """
        tx.run(_LOCK).consume()
        end = _end(rows(tx, _END))  # read under the lock: what the last writer committed
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
        last = block.last_seq or end.last
        number = end.position.block + 1
        token = secrets.token_hex(8)
        values: Row = {"number": number, "first": end.last + 1, "last": last, "token": token}
        tx.run(_APPEND, values | {"data": pack(block), "format": FORMAT}).consume()
        return LogEnd(Position(end.position.identity, number, token), last)

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


def _end(result: list[Row]) -> LogEnd | None:
    if not result:
        return None
    row = result[0]
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
