"""Blocks of events from files: NDJSON, JSON arrays, gzip, standard input, and foreign logs by a mapping."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_steps import CsvLog
from impactgraph.ingest.mapped import EventMaker, LogEntry, Skipped
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.ocel_steps import OcelSteps
from impactgraph.ingest.text_files import SQLITE, foreign_kind, open_unpacked, unpacked, utf8_lines

BLOCK = 20_000
STANDARD_INPUT = "-"
_MOST_LINES = 10_000
"""Of one event that goes over several lines."""
_CSV_NAMES = (".csv", ".tsv", ".txt")
_OCEL = re.compile(rb'"(?:objectTypes|eventTypes|ocel:[a-z-]+)"')
_VALUE = msgspec.json.Decoder(msgspec.Raw)
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


class _Typed(msgspec.Struct):
    type: str = ""


_TYPE = msgspec.json.Decoder(_Typed)


@dataclass(slots=True)
class Block:
    lines: list[bytes] = field(default_factory=list[bytes])
    """Events."""
    places: list[str] = field(default_factory=list[str])
    """`file:line` of each."""
    read: int = 0
    """Bytes of the file on disk up to the end of this block."""
    activities: list[str] = field(default_factory=list[str])
    """Of each entry that has events; the type of the event in a file of CloudEvents."""
    sizes: list[int] = field(default_factory=list[int])
    """Number of events of each entry: they follow each other in `lines`."""
    passed: list[Skipped] = field(default_factory=list[Skipped])
    """Entries without events."""
    missing: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(object, place): objects that entries with events name, and that the log does not have."""
    inferred: dict[int, str] = field(default_factory=dict[int, str])
    """Order by index of the event: events that place orders which no entry places."""

    def add(self, activity: str, events: list[bytes], place: str) -> None:
        """Adds an entry."""
        self.lines += events
        self.places += [place] * len(events)
        self.activities.append(activity)
        self.sizes.append(len(events))

    @property
    def entry_count(self) -> int:
        return len(self.sizes) + len(self.passed)


class ForeignLog(Protocol):
    """A log of another system, read by a mapping."""

    def entries(self) -> Iterator[LogEntry | Skipped]: ...

    def findings(self) -> list[str]:
        """What of the mapping the log lacks, or names and lacks itself, a sentence each."""
        ...

    def remarks(self) -> list[str]:
        """What may be as it should."""
        ...


def size_of(path: str) -> int | None:
    """Bytes of the file; None for standard input.

    Raises BadInputError where the file does not exist.
    """
    if path == STANDARD_INPUT:
        return None
    try:
        return Path(path).stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def open_log(path: str, mapping: Mapping) -> ForeignLog:
    """A CSV file, or an OCEL 2.0 log in JSON or SQLite, as its content shows.

    Raises BadInputError where it cannot be read.
    """
    size_of(path)
    return CsvLog(Path(path), mapping) if _is_csv(path, mapping) else OcelSteps(Path(path), mapping)


def _is_csv(path: str, mapping: Mapping) -> bool:
    try:
        with open_unpacked(Path(path)) as (head, _):
            start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, EOFError) as error:
        raise _unreadable(path, error) from error
    if head.startswith(SQLITE):
        return False
    if foreign := foreign_kind(head):
        raise BadInputError(Problem(f"It is no CSV file and no OCEL 2.0 log but {foreign}.", path))
    name = path.lower().removesuffix(".gz")
    return name.endswith(_CSV_NAMES) or (mapping.csv is not None and not start.startswith((b"{", b"[")))


def read_log(log: ForeignLog, mapping: Mapping, *, size: int = 0, block: int = BLOCK) -> Iterator[Block]:
    """Blocks of the events of a foreign log, with the entries that became none. `size`: bytes of the file."""
    maker = EventMaker(mapping)
    batch = Block()
    for entry in log.entries():
        if isinstance(entry, Skipped):
            batch.passed.append(entry)
        else:
            _add(batch, entry, maker)
        if len(batch.lines) >= block or len(batch.passed) >= 10 * block:
            yield batch
            batch = Block()
    batch.read = size
    yield batch


def _add(batch: Block, entry: LogEntry, maker: EventMaker) -> None:
    start = len(batch.lines)
    batch.add(entry.activity, maker.events(entry), entry.place)
    if entry.missing:
        batch.missing.append((entry.missing, entry.place))
    if any(subject.places for subject in entry.subjects):
        for index in range(start, len(batch.lines)):
            line = batch.lines[index]
            if b'"adds":true' in line:
                batch.inferred[index] = msgspec.json.decode(line)["data"]["order"]


def read_with_mapping(path: str, mapping: Mapping, *, block: int = BLOCK) -> Iterator[Block]:
    """As `read_log`, of a file. Raises BadInputError where it cannot be read."""
    yield from read_log(open_log(path, mapping), mapping, size=size_of(path) or 0, block=block)


def read_blocks(path: str, *, block: int = BLOCK, standard_input: BinaryIO | None = None) -> Iterator[Block]:
    """Blocks of CloudEvents: the lines that are not blank, or the members of a JSON array, of a file or of
    standard input (`-`); unzipped, in UTF-8 whatever their encoding.

    Raises BadInputError where it cannot be read, or is a log of another kind.
    """
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        if path == STANDARD_INPUT:
            yield from _blocks(name, standard_input or sys.stdin.buffer, None, block)
            return
        with Path(path).open("rb") as raw:
            yield from _blocks(name, raw, raw, block)
    except (OSError, EOFError) as error:
        raise _unreadable(path, error) from error


def _blocks(name: str, stream: BinaryIO, file: BinaryIO | None, block: int) -> Iterator[Block]:
    """`file` knows how many bytes were read, where it does."""
    head, whole = unpacked(stream)
    _check_kind(name, head)
    read = 0
    batch = Block()
    for place, text in _events(name, utf8_lines(head, whole)):
        read += len(text) + 1
        batch.add(_type_of(text), [text], place)
        if len(batch.lines) >= block:
            batch.read = file.tell() if file else read
            yield batch
            batch = Block()
    if batch.lines:
        batch.read = file.tell() if file else read
        yield batch


def _check_kind(name: str, head: bytes) -> None:
    if head.startswith(SQLITE) or (_OCEL.search(head) and b'"specversion"' not in head):
        raise BadInputError(
            Problem("It is an OCEL log, no file of CloudEvents: say with --mapping what is what in it.", name)
        )
    if foreign := foreign_kind(head):
        raise BadInputError(Problem(f"It is no file of CloudEvents but {foreign}.", name))


def _events(name: str, lines: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    """(place, event) of each line, of each member of a JSON array, or of one event over several lines."""
    numbered = ((number, text) for number, line in enumerate(lines, 1) if (text := line.strip()))
    first = next(numbered, None)
    if first is None:
        return
    is_array = first[1].startswith(b"[")
    if is_array or (first[1].startswith(b"{") and not _is_json(first[1])):
        rest = list(numbered if is_array else islice(numbered, _MOST_LINES))
        document = b"\n".join([first[1], *(text for _, text in rest)])
        members = _members(document)
        if members is not None:
            yield from ((f"{name}: event {number}", bytes(each)) for number, each in enumerate(members, 1))
            return
        numbered = chain(rest, numbered)
    for number, text in chain([first], numbered):
        yield f"{name}:{number}", text


def _members(document: bytes) -> list[msgspec.Raw] | None:
    """Members of an array that has objects, or a single object; None where it is neither."""
    try:
        if document.startswith(b"["):
            members = _ARRAY.decode(document)
            return members if any(bytes(each).startswith(b"{") for each in members) else None
        return [_VALUE.decode(document)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_json(text: bytes) -> bool:
    try:
        _VALUE.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _type_of(event: bytes) -> str:
    try:
        return _TYPE.decode(event).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def digest_of(path: str, size: int | None = None) -> str:
    """Digest of the file's bytes, or of its first `size`. Raises BadInputError where it cannot be read."""
    digest = blake2b(digest_size=16)
    left = size_of(path) if size is None else size
    try:
        with Path(path).open("rb") as file:
            while left and (part := file.read(min(left, 1 << 20))):
                digest.update(part)
                left -= len(part)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


def _unreadable(path: str, error: OSError | EOFError) -> BadInputError:
    reason = getattr(error, "strerror", None) or str(error)
    return BadInputError(
        Problem(
            f"It cannot be read: {reason}. Name an existing NDJSON file (.gz too), or - for standard input.",
            path,
        )
    )
