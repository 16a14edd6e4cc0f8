"""The audit log in a Neo4j database: one chain, which processes append to one after another."""

from collections.abc import Iterator, Sequence

from neo4j import ManagedTransaction

from graph_models.time import Millis
from impactgraph.audit.chain import (
    BrokenChainError,
    ChainCheck,
    Head,
    chained,
    check_chain,
    head_of,
    line_of,
    read_line,
)
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.database import CommitUnknownError, Database, rows

CONSTRAINTS = (
    "create constraint audit_writer if not exists for (n:AuditWriter) require n.key is unique",
    "create constraint audit_entry if not exists for (n:AuditEntry) require (n.writer, n.number) is unique",
)
CHAIN = "log"
"""Key of the chain that all processes append to. Other chains were written by earlier versions, in which
each process had its own."""
_LOCK = "merge (w:AuditWriter {key: $writer}) set w.is_locked = true"
_END = "match (w:AuditWriter {key: $writer}) return w.number as number, w.hash as hash"
_APPEND = """
match (w:AuditWriter {key: $writer})
set w.number = $number, w.hash = $hash
with w unwind $entries as each
create (:AuditEntry {writer: $writer, number: each.number, at: each.at, line: each.line})
"""
_LINE = "match (e:AuditEntry {writer: $writer, number: $number}) return e.line as line"
_WRITERS = "match (w:AuditWriter) return w.key as writer, w.number as number, w.hash as hash order by writer"
_LINES = "match (e:AuditEntry {writer: $writer}) return e.line as line order by e.number"
_ORPHANS = """
match (e:AuditEntry) where not exists { match (w:AuditWriter {key: e.writer}) }
return e.writer as writer limit 1
"""
_SINCE = """
match (e:AuditEntry) where e.at >= $since
return e.line as line order by e.at, e.writer, e.number
"""


class Neo4jAudit:
    """The port `AuditTrail`."""

    def __init__(self, database: Database) -> None:
        """Raises StoreUnavailableError."""
        self._database = database
        for statement in CONSTRAINTS:
            database.command(statement)

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        written = list[AuditEntry]()

        def work(tx: ManagedTransaction) -> None:
            written[:] = _append(tx, events)

        try:
            self._database.write(work)
        except CommitUnknownError:
            if not self._has(written[-1]):
                self._database.write(work)
        return written

    def _has(self, entry: AuditEntry) -> bool:
        found = self._database.read(_LINE, writer=CHAIN, number=entry.number)
        return bool(found) and found[0]["line"] == line_of(entry)

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        check = self.check()
        if check.problem:
            raise StoreUnavailableError(f"The audit log in Neo4j is broken: {check.problem}")
        for row in self._database.stream(_SINCE, since=since if since is not None else 0):
            try:
                yield read_line(row["line"].encode())
            except BrokenChainError as error:
                raise StoreUnavailableError(f"The audit log in Neo4j is broken: {error}.") from error

    def check(self) -> ChainCheck:
        """Of all chains together: the head is that of the last one."""
        count, head = 0, Head()
        for row in self._database.read(_WRITERS):
            lines = (each["line"].encode() for each in self._database.stream(_LINES, writer=row["writer"]))
            result = check_chain(lines, Head(row["number"], row["hash"]))
            count, head = count + result.entries, result.head
            if result.problem:
                return ChainCheck(count, head, f"chain {row['writer']}, {result.problem}")
        for row in self._database.read(_ORPHANS):
            return ChainCheck(count, head, f"chain {row['writer']}: its node AuditWriter is gone.")
        return ChainCheck(count, head)

    def close(self) -> None:
        self._database.close()


def _append(tx: ManagedTransaction, events: Sequence[AuditEvent]) -> list[AuditEntry]:
    """The node of the chain is locked before its end is read, until the commit: others wait for it."""
    rows(tx, _LOCK, writer=CHAIN)
    end = rows(tx, _END, writer=CHAIN)[0]
    head = Head() if end["number"] is None else Head(end["number"], end["hash"])
    entries = list[AuditEntry]()
    for event in events:
        entries.append(chained(event, head))
        head = head_of(entries[-1])
    values = [{"number": entry.number, "at": entry.event.at, "line": line_of(entry)} for entry in entries]
    rows(tx, _APPEND, writer=CHAIN, number=head.number, hash=head.digest, entries=values)
    return entries
