"""The audit log in files beside the record of an embedded store: any process appends to it."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from graph_models.access import Principal
from graph_models.time import Millis
from impactgraph.access.files import locked, replace_file, sync_folder
from impactgraph.access.rotation import FILE, Rotation, full_files, full_name, open_all
from impactgraph.audit.chain import (
    START_HEAD,
    BrokenChainError,
    ChainCheck,
    Head,
    Removal,
    check_chain,
    entries_after,
    follow,
    head_of,
    line_of,
    read_line,
    torn_event,
)
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.audit.sealing import Editor, edit_entry, edit_event
from impactgraph.errors import StoreUnavailableError

HEAD = "audit.head"
LOCK = "audit.lock"
_BLOCK = 64 * 1024
_DEFAULT = Rotation()


@dataclass(frozen=True, slots=True)
class _End:
    """The end of the log as its files say."""

    head: Head
    at: Millis
    """Of the last entry; 0: there is none."""
    torn: Sequence[bytes] = ()
    """Unfinished lines behind it."""
    is_open: bool = False
    """Whether the last of them has no line break."""


@dataclass(frozen=True, slots=True)
class _LastWrite:
    """What this process wrote last: the file as it was then, and the end of the chain."""

    inode: int
    size: int
    end: _End


class FileAudit:
    """The port `AuditTrail`. Each batch is written at once behind the last line, and synced to the disk.

    A full file gets another name, and the chain goes on in a new one.
    """

    def __init__(self, folder: Path, now: Callable[[], Millis], rotation: Rotation = _DEFAULT) -> None:
        self._folder = folder
        self._file, self._head, self._lock = folder / FILE, folder / HEAD, folder / LOCK
        self._now = now
        self._rotation = rotation
        self._last: _LastWrite | None = None

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        with locked(self._lock):
            return self._append(events)

    def _append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        end, size = self._current_end()
        if not end.torn and self._rotation.is_due(size, end.at, events[0].at):
            self._file.rename(self._folder / full_name(end.head.number))
        closing = (torn_event(end.torn, self._now()),) if end.torn else ()
        entries = entries_after([*closing, *events], end.head)
        start = b"\n" if end.is_open else b""
        text = start + b"".join(line_of(entry).encode() + b"\n" for entry in entries)
        inode, size = self._write(text)
        last = entries[-1]
        self._last = _LastWrite(inode, size, _End(head_of(last), last.event.at))
        replace_file(self._head, f"{last.number} {last.digest}\n")
        return entries[-len(events) :]

    def _write(self, text: bytes) -> tuple[int, int]:
        """Inode and size of the file then. Where it cannot be synced, nothing is left of the text."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            try:
                _write_all(file, text)
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), size)
                raise
            if not size:
                sync_folder(self._folder)
            status = os.fstat(file.fileno())
        return status.st_ino, status.st_size

    def _current_end(self) -> tuple[_End, int]:
        """The end of the chain, and the size of the file.

        An end that was written and is gone stays the end: the next entry then shows the gap.
        """
        try:
            with self._file.open("rb") as file:
                status = os.fstat(file.fileno())
                if self._last and (self._last.inode, self._last.size) == (status.st_ino, status.st_size):
                    return self._last.end, status.st_size
                end, size = _last_entry(file, status.st_size), status.st_size
        except FileNotFoundError:
            end, size = _End(START_HEAD, 0), 0
        if end.head == START_HEAD and (full := full_files(self._folder)):
            end = replace(end, head=_end_of(full[-1]).head)
        heads = [end.head, self._known_head(), self._last.end.head if self._last else START_HEAD]
        return replace(end, head=max(heads, key=lambda head: head.number)), size

    def _known_head(self) -> Head:
        try:
            number, _, digest = self._head.read_text().strip().partition(" ")
            return Head(int(number), digest)
        except (FileNotFoundError, ValueError):
            return START_HEAD

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        lines = _Lines(self._folder)
        try:
            for entry in follow(lines, self._known_head(), place_of=lines.place_of):
                if since is None or entry.event.at >= since:
                    yield entry
        except BrokenChainError as error:
            raise StoreUnavailableError(
                f"The audit log {self._file} is broken: {error}. What stands before is as it was written: "
                "keep the file, and look into it."
            ) from error

    def remove_before(self, before: Millis, by: Principal, at: Millis, *, dry_run: bool = False) -> int:
        """Of full files, those whose last entry is old enough; before each is removed, an entry says so."""
        chain = self.check()
        if chain.problem:
            raise StoreUnavailableError(
                f"The audit log {self._file} is broken, and nothing is removed from it: {chain.problem}"
            )
        removed, last = 0, chain.first.number - 1 if chain.first else 0
        for path in full_files(self._folder):
            end = _end_of(path)
            if end.at >= before:
                break
            count, last = end.head.number - last, end.head.number
            if not dry_run:
                self.append([Removal(count, end.head, end.at).event(by, at)])
                with locked(self._lock):
                    path.unlink(missing_ok=True)
                    sync_folder(self._folder)
            removed += count
        return removed

    def forget(self, edit: Editor, by: Principal, at: Millis) -> int:
        """The entry that says so comes first: a process that is killed then leaves arguments as they were
        written. Each file is replaced by a new one.
        """
        chain = self.check()
        if chain.problem:
            raise StoreUnavailableError(
                f"The audit log {self._file} is broken, and nothing is removed from it: {chain.problem}"
            )
        with locked(self._lock):
            entries = [
                changed for line in _Lines(self._folder) if (changed := _edit_line(line, edit)) is not None
            ]
            if entries:
                self._append([edit_event(entries, by, at)])
                lines = {entry.number: line_of(entry).encode() for entry in entries}
                for path in (*full_files(self._folder), self._file):
                    _replace_lines(path, lines)
        return len(entries)

    def check(self) -> ChainCheck:
        with locked(self._lock):
            lines = _Lines(self._folder)
            return check_chain(lines, self._known_head(), place_of=lines.place_of)

    def close(self) -> None:
        """Nothing is open."""


class _Lines:
    """The lines of all files, and where each is. An unfinished last line is left out: the next entry closes
    it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._starts = list[tuple[int, str]]()
        """Lines before each file, and its name."""

    def __iter__(self) -> Iterator[bytes]:
        count = 0
        try:
            for name, file in open_all(self._folder):
                self._starts.append((count, name))
                with file:
                    for line in file:
                        if line.endswith(b"\n") or name != FILE:
                            count += 1
                            yield line.removesuffix(b"\n")
        except OSError as error:
            raise StoreUnavailableError(
                f"The audit log {self._folder / FILE} cannot be read: {error.strerror or error}."
            ) from error

    def place_of(self, at: int) -> str:
        count, name = next(each for each in reversed(self._starts) if each[0] < at)
        return f"line {at - count}" if name == FILE else f"{name}, line {at - count}"


def _edit_line(line: bytes, edit: Editor) -> AuditEntry | None:
    try:
        return edit_entry(read_line(line), edit)
    except BrokenChainError:
        return None  # an unfinished line, which the next entry closed


def _replace_lines(path: Path, lines: Mapping[int, bytes]) -> None:
    """Writes a file of the log anew where it has entries of these numbers."""
    before = path.read_bytes().split(b"\n")
    after = [lines.get(_number(line), line) for line in before]
    if after != before:
        replace_file(path, b"\n".join(after))


def _number(line: bytes) -> int:
    """Of the entry of a line; 0: it is none."""
    try:
        return read_line(line).number
    except BrokenChainError:
        return 0


def _end_of(path: Path) -> _End:
    with path.open("rb") as file:
        return _last_entry(file, os.fstat(file.fileno()).st_size)


def _write_all(file: BinaryIO, text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[file.write(view) :]


def _last_entry(file: BinaryIO, size: int) -> _End:
    """The end of the chain by the last line that is an entry, and the lines behind it."""
    text, start = b"", size
    while start:
        step = min(_BLOCK, start)
        start -= step
        file.seek(start)
        text = file.read(step) + text
        lines = text.split(b"\n")
        is_open = bool(lines.pop())
        if is_open:
            lines = text.split(b"\n")
        first = 1 if start else 0  # the first line may begin before what was read
        for index in range(len(lines) - 1, first - 1, -1):
            try:
                last = read_line(lines[index])
                return _End(head_of(last), last.event.at, lines[index + 1 :], is_open)
            except BrokenChainError:
                continue
    rest = text.removesuffix(b"\n").split(b"\n") if text else []
    return _End(START_HEAD, 0, rest, not text.endswith(b"\n") and bool(text))
