"""The audit log in a Neo4j database: one chain, which processes append to one after another."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile

from neo4j import ManagedTransaction

from graph_models.access import Principal
from graph_models.time import Millis
from impactgraph.audit.chain import (
    REMOVED,
    BrokenChainError,
    ChainCheck,
    Head,
    Removal,
    check_chain,
    entries_after,
    head_of,
    line_of,
    read_line,
    start_of,
)
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.audit.sealing import Editor, edit_entry, edit_event
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
_REMOVALS = "match (e:AuditEntry) where e.line contains $operation return e.line as line"
_OLD = "match (e:AuditEntry) where e.at < $before return count(e) as count"
_FIRST = """
match (e:AuditEntry {writer: $writer}) with e order by e.number limit $most
return e.number as number, e.at as at, e.line as line
"""
_REMOVE = "match (e:AuditEntry {writer: $writer}) where e.number <= $number detach delete e"
_EDIT = """
unwind $entries as each match (e:AuditEntry {writer: $writer, number: each.number}) set e.line = each.line
"""
_MOST_REMOVED = 10_000
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
        entries = list[AuditEntry]()

        def work(tx: ManagedTransaction) -> None:
            entries[:] = _append(tx, events)

        try:
            self._database.write(work)
        except CommitUnknownError:
            if not self._has(entries[-1]):
                self._database.write(work)
        return entries

    def _has(self, entry: AuditEntry) -> bool:
        lines = self._database.read(_LINE, writer=CHAIN, number=entry.number)
        return bool(lines) and lines[0]["line"] == line_of(entry)

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        check = self.check()
        if check.problem:
            raise StoreUnavailableError(f"The audit log in Neo4j is broken: {check.problem}")
        for row in self._database.stream(_SINCE, since=since if since is not None else 0):
            try:
                yield read_line(row["line"].encode())
            except BrokenChainError as error:
                raise StoreUnavailableError(f"The audit log in Neo4j is broken: {error}.") from error

    def remove_before(self, before: Millis, by: Principal, at: Millis, *, dry_run: bool = False) -> int:
        """At most `_MOST_REMOVED` entries in one transaction, with the entry that says so."""
        chain = self.check()
        if chain.problem:
            raise StoreUnavailableError(
                f"The audit log in Neo4j is broken, and nothing is removed from it: {chain.problem}"
            )
        if dry_run:
            return self._database.read(_OLD, before=before)[0]["count"]
        writers = [row["writer"] for row in self._database.read(_WRITERS)]
        removed = 0
        for writer in writers:
            while count := self._database.write(partial(_remove, writer=writer, before=before, by=by, at=at)):
                removed += count
        return removed

    def forget(self, edit: Editor, by: Principal, at: Millis) -> int:
        chain = self.check()
        if chain.problem:
            raise StoreUnavailableError(
                f"The audit log in Neo4j is broken, and nothing is removed from it: {chain.problem}"
            )
        lines = (row["line"].encode() for row in self._database.stream(_LINES, writer=CHAIN))
        entries = [changed for line in lines if (changed := _edit_line(line, edit)) is not None]
        if not entries:
            return 0

        def work(tx: ManagedTransaction) -> None:
            _append(tx, [edit_event(entries, by, at)])
            values = [{"number": entry.number, "line": line_of(entry)} for entry in entries]
            rows(tx, _EDIT, writer=CHAIN, entries=values)

        self._database.write(work)
        return len(entries)

    def check(self) -> ChainCheck:
        """Of all chains together: the head is that of the last one, the first entry is of the common one."""
        starts = self._starts()
        count, head, first = 0, Head(), None
        for row in self._database.read(_WRITERS):
            lines = (each["line"].encode() for each in self._database.stream(_LINES, writer=row["writer"]))
            end = Head(row["number"], row["hash"])
            chain = check_chain(lines, end, starts.get(row["writer"], ()))
            count, head = count + chain.entries, chain.head
            first = chain.first if row["writer"] == CHAIN else first
            if chain.problem:
                return ChainCheck(count, head, f"chain {row['writer']}, {chain.problem}", first)
        for row in self._database.read(_ORPHANS):
            return ChainCheck(count, head, f"chain {row['writer']}: its node AuditWriter is gone.", first)
        return ChainCheck(count, head, first=first)

    def _starts(self) -> Mapping[str, set[Head]]:
        """Ends of what rules removed, by chain, as the entries about that say."""
        starts: dict[str, set[Head]] = {}
        for row in self._database.read(_REMOVALS, operation=f'"operation":"{REMOVED}"'):
            try:
                start = start_of(read_line(row["line"].encode()).event)
            except BrokenChainError:
                continue  # the check names it
            if start is not None:
                starts.setdefault(start[0] or CHAIN, set()).add(start[1])
        return starts

    def close(self) -> None:
        self._database.close()


def _edit_line(line: bytes, edit: Editor) -> AuditEntry | None:
    """Raises StoreUnavailableError."""
    try:
        return edit_entry(read_line(line), edit)
    except BrokenChainError as error:
        raise StoreUnavailableError(f"The audit log in Neo4j is broken: {error}.") from error


def _append(tx: ManagedTransaction, events: Sequence[AuditEvent]) -> list[AuditEntry]:
    """The node of the chain is locked before its end is read, until the commit: others wait for it."""
    rows(tx, _LOCK, writer=CHAIN)
    end = rows(tx, _END, writer=CHAIN)[0]
    start = Head() if end["number"] is None else Head(end["number"], end["hash"])
    entries = entries_after(events, start)
    head = head_of(entries[-1]) if entries else start
    values = [{"number": entry.number, "at": entry.event.at, "line": line_of(entry)} for entry in entries]
    rows(tx, _APPEND, writer=CHAIN, number=head.number, hash=head.digest, entries=values)
    return entries


def _remove(tx: ManagedTransaction, writer: str, before: Millis, by: Principal, at: Millis) -> int:
    """How many entries at the beginning of a chain were removed."""
    rows(tx, _LOCK, writer=CHAIN)
    first = rows(tx, _FIRST, writer=writer, most=_MOST_REMOVED)
    old = list(takewhile(lambda row: row["at"] < before, first))
    if not old:
        return 0
    last = read_line(old[-1]["line"].encode())
    removal = Removal(len(old), head_of(last), last.event.at, last.writer)
    rows(tx, _REMOVE, writer=writer, number=last.number)
    _append(tx, [removal.event(by, at)])
    return len(old)
