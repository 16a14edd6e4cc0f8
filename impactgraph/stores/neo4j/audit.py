"""The audit log in a Neo4j database: each process writes a chain of its own, so none waits for another."""

import secrets
import threading
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
_APPEND = """
merge (w:AuditWriter {key: $writer})
with w where coalesce(w.number, 0) = $before
set w.number = $number, w.hash = $hash
with w unwind $entries as each
create (:AuditEntry {writer: $writer, number: each.number, at: each.at, line: each.line})
return count(*) as written
"""
_END = "match (w:AuditWriter {key: $writer}) return w.number as number, w.hash as hash"
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

    def __init__(self, database: Database, *, writer: str | None = None) -> None:
        """Raises StoreUnavailableError."""
        self._database = database
        for statement in CONSTRAINTS:
            database.command(statement)
        self._writer = writer or secrets.token_hex(8)
        self._head = Head()
        self._writing = threading.Lock()

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        with self._writing:
            entries = list[AuditEntry]()
            head = self._head
            for event in events:
                entries.append(chained(event, head, self._writer))
                head = head_of(entries[-1])
            self._commit(entries, head)
            self._head = head
        return entries

    def _commit(self, entries: Sequence[AuditEntry], head: Head) -> None:
        values = [{"number": entry.number, "at": entry.event.at, "line": line_of(entry)} for entry in entries]

        def work(tx: ManagedTransaction) -> int:
            found = rows(
                tx,
                _APPEND,
                writer=self._writer,
                before=self._head.number,
                number=head.number,
                hash=head.digest,
                entries=values,
            )
            return found[0]["written"]

        try:
            written_count = self._database.write(work)
        except CommitUnknownError:
            written_count = len(entries) if self._end() == head else self._database.write(work)
        if written_count != len(entries) and self._end() != head:
            raise StoreUnavailableError(
                f"The chain {self._writer} of the audit log in Neo4j was changed by somebody else: "
                "`impactgraph doctor` says where."
            )

    def _end(self) -> Head:
        end_rows = self._database.read(_END, writer=self._writer)
        return Head(end_rows[0]["number"], end_rows[0]["hash"]) if end_rows else Head()

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
