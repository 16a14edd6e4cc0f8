"""The record in Neo4j: blocks in the order of their commits, after each other by number, and one node that says where the log ends.

Who appends holds that node's lock from the moment it reads the end until its commit, so numbers are given out in the order of commits and whoever has read
up to a block has missed none before it.
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

FORMAT = "2"
"""Of the log and of what blocks hold: changes whenever an older version could not read it."""
READABLE_FORMATS = ("1", FORMAT)
"""Logs of format 1 have blocks of format 1 only; the first append makes them format 2."""

CONSTRAINTS = (
    "create constraint log_key if not exists for (n:Log) require n.key is unique",
    "create constraint block_number if not exists for (n:Block) require n.number is unique",
)

_END = "match (l:Log {key: 'log'}) return l.identity as identity, l.format as format, l.block as block, l.last as last, l.token as token"
_SET_UP = """
merge (l:Log {key: 'log'}) on create set l.identity = $identity, l.format = $format, l.block = 0, l.last = 0, l.token = '', l.locks = 0
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
class End:
    """Where the log ends."""

    position: Position
    last: int
    """Sequence number of the last event."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A block of the log, and where the log is with it."""

    block: Block
    end: End


class Emptied(Exception):
    """The database has no log."""


class Log:
    def __init__(self, database: Database) -> None:
        self._database = database

    def set_up(self) -> End:
        """The log, made where there is none; may be called at any time, by several at once."""
        for statement in CONSTRAINTS:
            self._database.command(statement)
        self._database.change(_SET_UP, identity=secrets.token_hex(16), format=FORMAT)
        end = self.end()
        if end is None:
            raise StoreUnavailableError(
                f"The log in Neo4j at {self._database.address} was removed while it was set up."
            )
        return end

    def end(self) -> End | None:
        """None where the database has no log."""
        return _end(self._database.look(_END))

    def between(self, position: Position, end: End) -> Iterator[Entry]:
        """What follows a position, in order, as it arrives: up to an end that was read before, since a scan may pass by what is committed meanwhile."""
        yield from _entries(
            position, self._database.stream(_BLOCKS, after=position.block, until=end.position.block)
        )

    @staticmethod
    def lock(tx: ManagedTransaction) -> End:
        """Waits until nobody else appends; the end, which nobody moves before this transaction ends. Raises Emptied."""
        tx.run(_LOCK).consume()
        end = _end(rows(tx, _END))  # asked when the lock is held, so that it is what the last one committed
        if end is None:
            raise Emptied
        return end

    @staticmethod
    def missing(tx: ManagedTransaction, position: Position, end: End) -> Iterator[Entry]:
        """What stands between, in order."""
        if end.position.block > position.block:
            yield from _entries(
                position, iter(rows(tx, _BLOCKS, after=position.block, until=end.position.block))
            )

    @staticmethod
    def append(tx: ManagedTransaction, end: End, block: Block) -> End:
        """Adds a block behind the end, which must be locked."""
        events = block.rows.get("events")
        last = int(events["seq"].max()) if events else end.last
        number, token = end.position.block + 1, secrets.token_hex(8)
        values: Row = {"number": number, "first": end.last + 1, "last": last, "token": token}
        tx.run(_APPEND, values | {"data": pack(block), "format": FORMAT}).consume()
        return End(Position(end.position.identity, number, token), last)

    def holds(self, position: Position) -> bool:
        """Whether a block came through whose commit was not answered."""
        found = self._database.read(
            "match (b:Block {number: $number}) return b.token as token", number=position.block
        )
        return bool(found) and found[0]["token"] == position.token

    def settled(self, attempt: End | None, error: CommitUnknownError) -> End:
        """After a commit without an answer: where the log is with it. Raises StoreUnavailableError where it did not come through, or that cannot be told."""
        if attempt is None or not self.holds(attempt.position):
            raise StoreUnavailableError(f"{error} It did not come through.") from error
        return attempt


def _end(found: list[Row]) -> End | None:
    if not found:
        return None
    row = found[0]
    if row["format"] not in READABLE_FORMATS:
        raise StoreUnavailableError(
            f"The log in Neo4j is written in format {row['format']}, this version of impactgraph reads formats up to {FORMAT}: use the newer one."
        )
    return End(Position(row["identity"], row["block"], row["token"]), row["last"])


def _entries(position: Position, found: Iterator[Row]) -> Iterator[Entry]:
    number = position.block
    for row in found:
        number += 1
        if row["number"] != number:
            raise StoreUnavailableError(
                f"Block {number} is missing in the log of record in Neo4j: restore the database from its backup."
            )
        yield Entry(unpack(row["data"]), End(Position(position.identity, number, row["token"]), row["last"]))
