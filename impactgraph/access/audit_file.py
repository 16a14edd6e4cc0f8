"""The audit log in a file beside the record of an embedded store: any process appends to it."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from graph_models.time import Millis
from impactgraph.access.files import locked, replace_file, sync_folder
from impactgraph.audit.chain import (
    BrokenChainError,
    ChainCheck,
    Head,
    chained,
    check_chain,
    follow,
    head_of,
    line_of,
    read_line,
    torn_event,
)
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.errors import StoreUnavailableError

FILE = "audit.jsonl"
HEAD = "audit.head"
LOCK = "audit.lock"
_BLOCK = 64 * 1024


class FileAudit:
    """The port `AuditTrail`. Each batch is written at once behind the last line, and synced to the disk."""

    def __init__(self, folder: Path, now: Callable[[], Millis]) -> None:
        self._file, self._head, self._lock = folder / FILE, folder / HEAD, folder / LOCK
        self._now = now
        self._end: tuple[int, int, Head] | None = None
        """Inode and size of the file after this process's last batch, and the end of the chain then."""

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        with locked(self._lock):
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                entries, text = self._prepare(file, events)
                size = os.fstat(file.fileno()).st_size
                try:
                    _write_all(file, text)
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), size)
                    raise
                if not size:
                    sync_folder(self._file.parent)
                found = os.fstat(file.fileno())
            head = head_of(entries[-1])
            self._end = (found.st_ino, found.st_size, head)
            replace_file(self._head, f"{head.number} {head.digest}\n")
        return entries[-len(events) :]

    def _prepare(self, file: BinaryIO, events: Sequence[AuditEvent]) -> tuple[list[AuditEntry], bytes]:
        """The entries, and what has to be written; unfinished lines are closed first."""
        head, torn, is_open = self._current_head(file)
        closing = (torn_event(torn, self._now()),) if torn else ()
        entries: list[AuditEntry] = []
        for event in (*closing, *events):
            entries.append(chained(event, head))
            head = head_of(entries[-1])
        start = b"\n" if is_open else b""
        return entries, start + b"".join(line_of(entry).encode() + b"\n" for entry in entries)

    def _current_head(self, file: BinaryIO) -> tuple[Head, Sequence[bytes], bool]:
        """The end of the chain, unfinished lines behind it, and whether the last of them has no line break.

        An end that was written and is gone stays the end: the next entry then shows the gap.
        """
        found = os.fstat(file.fileno())
        if self._end is not None and self._end[:2] == (found.st_ino, found.st_size):
            return self._end[2], (), False
        last, torn, is_open = _last_entry(file, found.st_size)
        ends = [last, self._known_head(), self._end[2] if self._end else Head()]
        return max(ends, key=lambda head: head.number), torn, is_open

    def _known_head(self) -> Head:
        try:
            number, _, digest = self._head.read_text().strip().partition(" ")
            return Head(int(number), digest)
        except (FileNotFoundError, ValueError):
            return Head()

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        try:
            for entry in follow(self._lines(), self._known_head()):
                if since is None or entry.event.at >= since:
                    yield entry
        except BrokenChainError as error:
            raise StoreUnavailableError(
                f"The audit log {self._file} is broken: {error}. What stands before is as it was written: "
                "keep the file, and look into it."
            ) from error

    def check(self) -> ChainCheck:
        with locked(self._lock):
            return check_chain(self._lines(), self._known_head())

    def _lines(self) -> Iterator[bytes]:
        """An unfinished last line is left out: the next entry closes it."""
        try:
            with self._file.open("rb") as file:
                for line in file:
                    if line.endswith(b"\n"):
                        yield line[:-1]
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreUnavailableError(
                f"The audit log {self._file} cannot be read: {error.strerror or error}."
            ) from error

    def close(self) -> None:
        """Nothing is open."""


def _write_all(file: BinaryIO, text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[file.write(view) :]


def _last_entry(file: BinaryIO, size: int) -> tuple[Head, Sequence[bytes], bool]:
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
                return head_of(read_line(lines[index])), lines[index + 1 :], is_open
            except BrokenChainError:
                continue
    rest = text.removesuffix(b"\n").split(b"\n") if text else []
    return Head(), rest, not text.endswith(b"\n") and bool(text)
