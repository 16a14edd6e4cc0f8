"""The chain of the audit log: a line of JSON an entry, each with the hash of the one before.

Whoever changes, removes or moves an entry has to make all later hashes anew, and then the last hash is
another: it is kept beside the entries, and administrators may keep it elsewhere.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from graph_models.access import Principal
from graph_models.time import Millis, parse_moment
from impactgraph.audit.entries import SYSTEM, AuditEntry, AuditEvent, iso
from impactgraph.audit.sealing import edits_of, is_as_written, new_salt, seal

START = "0" * 64
TORN = "audit torn line"
"""Operation of the entry that closes a line that a crash left unfinished."""
REMOVED = "audit removed"
"""Operation of the entry that says up to where a rule removed entries."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain."""

    number: int = 0
    digest: str = START


START_HEAD = Head()


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Whether a chain is whole."""

    entries: int
    head: Head
    problem: str = ""
    """The first broken place, in a sentence; empty where the chain is whole."""
    first: AuditEntry | None = None
    """From where on it is complete; its number is not 1 where a rule removed earlier entries."""


class BrokenChainError(Exception):
    """A line is not what was written in its place."""


class NoEntryError(BrokenChainError):
    """A line is no entry at all: perhaps a crash left it unfinished."""


def entry_after(event: AuditEvent, head: Head, writer: str = "") -> AuditEntry:
    """The entry of an event behind the end of a chain."""
    salt = new_salt()
    sealed_texts = seal(event.arguments, salt)
    entry = AuditEntry(
        event=event,
        number=head.number + 1,
        previous=head.digest,
        digest="",
        writer=writer,
        sealed=sealed_texts,
        salt=salt,
    )
    return replace(entry, digest=sha256(_canonical(entry).encode()).hexdigest())


def entries_after(events: Iterable[AuditEvent], head: Head) -> list[AuditEntry]:
    """The entries of events, each after the one before."""
    entries: list[AuditEntry] = []
    for event in events:
        entries.append(entry_after(event, head))
        head = head_of(entries[-1])
    return entries


def head_of(entry: AuditEntry) -> Head:
    return Head(entry.number, entry.digest)


def line_of(entry: AuditEntry) -> str:
    """Without the line break."""
    values = {**_values(entry), "hash": entry.digest}
    if entry.sealed:
        values |= {"salt": entry.salt, "arguments": entry.event.arguments}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def texts_of_line(line: str) -> str:
    """What a line says of somebody: without its number, moment and digests. The whole line, where it is no
    entry.
    """
    try:
        event = read_line(line.encode()).event
    except BrokenChainError:
        return line
    content = (event.subject, event.name, event.address, event.arguments)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def torn_event(lines: Sequence[bytes], at: Millis) -> AuditEvent:
    """What closes unfinished lines."""
    text = b"\n".join(lines)
    digest = sha256(text).hexdigest()
    return AuditEvent(at, SYSTEM.subject, SYSTEM.name, TORN, {"bytes": len(text), "sha256": digest})


@dataclass(frozen=True, slots=True)
class Removal:
    """Entries at the beginning of a chain that a rule removes."""

    count: int
    last: Head
    at: Millis
    """When the last of them was written."""
    writer: str = ""
    """Of the chain."""

    def event(self, by: Principal, now: Millis) -> AuditEvent:
        """What says so."""
        last = {"number": self.last.number, "hash": self.last.digest, "at": iso(self.at)}
        arguments = {"entries": self.count, "through": last, "chain": self.writer}
        return AuditEvent(now, by.subject, by.name, REMOVED, arguments)


def start_of(event: AuditEvent) -> tuple[str, Head] | None:
    """The chain that a rule cut, and its entry behind which it begins then; None: it is another event."""
    if event.operation != REMOVED:
        return None
    try:
        through = event.arguments["through"]
        return event.arguments["chain"], Head(through["number"], through["hash"])
    except (KeyError, TypeError):
        return None


def read_line(line: bytes) -> AuditEntry:
    """The entry of a line. Raises BrokenChainError where it is not one, to the byte.

    Its arguments may be others than were written (`is_as_written`): `follow` says whether a later entry has
    them.
    """
    try:
        values: dict[str, Any] = json.loads(line)
        entry = _entry(values)
        expected_line = line_of(entry).encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoEntryError("it is no entry") from error
    if expected_line != line or sha256(_canonical(entry).encode()).hexdigest() != entry.digest:
        raise BrokenChainError("it is not as it was written: its hash is another")
    return entry


def _line(at: int) -> str:
    return f"line {at}"


def follow(
    lines: Iterable[bytes],
    end: Head = START_HEAD,
    starts: Collection[Head] = (),
    place_of: Callable[[int], str] = _line,
) -> Iterator[AuditEntry]:
    """The entries of the lines of one chain, which must reach the end that is known of it.

    It begins with the first entry, or behind entries of which one of `starts`, or a later entry, says that a
    rule removed them. `place_of` says where a line is, by its number from 1.

    Raises BrokenChainError at the first broken place.
    """
    head, torn, is_met = START_HEAD, list[bytes](), end == START_HEAD or end in starts
    missing: Head | None = None
    changed = dict[int, tuple[str, str]]()
    """Seals of arguments that are not as they were written, and their places, by number of the entry."""
    for at, line in enumerate(lines, 1):
        try:
            entry = read_line(line)
            _check_end_of_torn(torn, entry)
            if head == START_HEAD and entry.number > 1:
                head = missing = Head(entry.number - 1, entry.previous)
            _check_place(entry, head)
        except NoEntryError:
            torn.append(line)
            continue
        except BrokenChainError as error:
            place = place_of(at - len(torn) if torn else at)
            raise BrokenChainError(f"{place} (entry {head.number + 1}): {error}") from None
        torn.clear()
        if not is_as_written(entry):
            changed[entry.number] = seal(entry.event.arguments, entry.salt), place_of(at)
        else:
            _drop_known_edits(changed, entry)
        yield entry
        head = head_of(entry)
        is_met = is_met or head == end
        missing = None if missing in starts or start_of(entry.event) == (entry.writer, missing) else missing
    if missing is not None:
        raise BrokenChainError(
            f"{place_of(1)} (entry {missing.number + 1}): entries 1 to {missing.number} are gone, and no "
            "entry says that a rule removed them"
        )
    for number, (_, place) in changed.items():
        raise BrokenChainError(
            f"{place} (entry {number}): its arguments are others than were written, and no entry says that "
            "something was removed from them"
        )
    if torn:
        raise BrokenChainError(f"the last line (entry {head.number + 1}): it is no entry")
    _check_end(head, end, starts, is_met=is_met)


def _drop_known_edits(changed: dict[int, tuple[str, str]], entry: AuditEntry) -> None:
    """Takes out the changed entries of which this later entry says that something was removed from them."""
    for edit in edits_of(entry.event):
        if edit.number in changed and changed[edit.number][0] == edit.seal:
            del changed[edit.number]


def _check_end(head: Head, end: Head, starts: Collection[Head], *, is_met: bool) -> None:
    """Raises BrokenChainError where the chain does not reach the end that is known of it."""
    if head.number < end.number and not (head == START_HEAD and end in starts):
        raise BrokenChainError(
            f"it ends with entry {head.number}, but entry {end.number} was written: entries are gone"
        )
    if not is_met:
        raise BrokenChainError(f"entry {end.number} is another than was written")


def check_chain(
    lines: Iterable[bytes],
    end: Head = START_HEAD,
    starts: Collection[Head] = (),
    place_of: Callable[[int], str] = _line,
) -> ChainCheck:
    """Whether a chain is whole, as `follow` says."""
    count, head, first = 0, START_HEAD, None
    try:
        for entry in follow(lines, end, starts, place_of):
            count, head, first = count + 1, head_of(entry), first or entry
    except BrokenChainError as error:
        return ChainCheck(count, head, f"{error}.", first)
    return ChainCheck(count, head, first=first)


def _check_place(entry: AuditEntry, head: Head) -> None:
    if entry.number != head.number + 1:
        raise BrokenChainError(f"entry {entry.number} stands here: entries are gone or moved")
    if entry.previous != head.digest:
        raise BrokenChainError("it follows another entry than the one before it")


def _check_end_of_torn(torn: Sequence[bytes], entry: AuditEntry) -> None:
    """Lines that are no entries must be unfinished ones, which the entry behind them closes."""
    event = entry.event
    if torn and (event.operation != TORN or event.arguments != torn_event(torn, event.at).arguments):
        raise BrokenChainError("it is no entry")


def _canonical(entry: AuditEntry) -> str:
    return json.dumps(_values(entry), ensure_ascii=False, separators=(",", ":"))


def _values(entry: AuditEntry) -> dict[str, Any]:
    event = entry.event
    values: dict[str, Any] = {
        "n": entry.number,
        "at": iso(event.at),
        "subject": event.subject,
        "name": event.name,
        "address": event.address,
        "operation": event.operation,
        **({"sealed": entry.sealed} if entry.sealed else {"arguments": event.arguments}),
        "outcome": event.outcome,
    }
    if event.of is not None:
        values["of"] = event.of
    if entry.writer:
        values["writer"] = entry.writer
    return {**values, "previous": entry.previous}


def _entry(values: dict[str, Any]) -> AuditEntry:
    event = AuditEvent(
        at=parse_moment(values["at"]),
        subject=values["subject"],
        name=values["name"],
        operation=values["operation"],
        arguments=values["arguments"],
        address=values["address"],
        outcome=values["outcome"],
        of=values.get("of"),
    )
    return AuditEntry(
        event=event,
        number=values["n"],
        previous=values["previous"],
        digest=values["hash"],
        writer=values.get("writer", ""),
        sealed=values.get("sealed", ""),
        salt=values.get("salt", ""),
    )
