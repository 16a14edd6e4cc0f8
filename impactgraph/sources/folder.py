"""Follows a folder that files arrive in. A file is position by its content: the same content is read once."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path

import msgspec

from impactgraph.errors import BadInputError
from impactgraph.ingest.blocks import Block
from impactgraph.ingest.files import digest_of
from impactgraph.ports.sources import Positions, RefusedDocument
from impactgraph.sources.config import FolderSource
from impactgraph.sources.documents import Translation
from impactgraph.sources.feed import Delivery, SourceUnavailableError

_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp")
"""Ends of names that programs give to files which they are still writing."""


def is_unfinished(name: str) -> bool:
    """Whether a file has a name that programs give to what they are still writing, or to hidden files."""
    return name.startswith((".", "~")) or name.lower().endswith(_UNFINISHED)


class FilePosition(msgspec.Struct, frozen=True):
    """How far one content was read; a part of a position is its digest."""

    file: str
    entries: int = 0
    """Read so far."""
    done: bool = False
    problem: str = ""
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a file was like: one that is the same at the next look is complete."""

    size: int
    changed_at: int


class FolderFeed:
    """The files of one folder, the oldest first, in blocks."""

    def __init__(
        self,
        config: FolderSource,
        read: Callable[[Path], Iterator[Block]],
        stop: threading.Event,
        *,
        version: str = "",
    ) -> None:
        """`read` gives the blocks of a file; `version` is of its mapping: another one reads a file again."""
        self._config = config
        self._read = read
        self._stop = stop
        self._version = version
        self._looks: dict[Path, _Look] = {}
        self._ends: dict[Path, _Look] = {}
        """Files that stay in the folder."""
        self._positions: dict[str, FilePosition] = {}
        self._deliveries: Iterator[Delivery] = iter(())
        self._pending_work: Callable[[], None] | None = None
        self._has_looked = False
        self._growing = 0
        """Files that may still be written."""

    def open(self, positions: Positions) -> None:
        self._positions = {
            part: msgspec.json.decode(text, type=FilePosition) for part, text in positions.items()
        }
        folders = (self._config.path, self._config.done, self._config.failed)
        for folder in folders:
            if folder is None:
                continue
            try:
                if folder is not self._config.path:
                    folder.mkdir(parents=True, exist_ok=True)
                next(folder.iterdir(), None)
            except OSError as error:
                raise SourceUnavailableError(
                    f"The folder {folder} cannot be read: {error.strerror or error}."
                ) from error

    def poll(self) -> Delivery:
        """The next block of a file, else that of the next file."""
        if (delivery := next(self._deliveries, None)) is not None:
            return delivery
        paths = self._complete_files()
        self._deliveries = chain.from_iterable(map(self._file, paths))
        return next(self._deliveries, Delivery(is_caught_up=not self._growing))

    def _complete_files(self) -> list[Path]:
        """Files that did not change since the last look, the oldest first; waits before all but the first
        look.
        """
        if self._has_looked:
            self._stop.wait(self._config.every / 1_000)
        self._has_looked = True
        before, self._looks = self._looks, self._look()
        self._ends = {path: look for path, look in self._ends.items() if self._looks.get(path) == look}
        complete = [
            path
            for path, look in self._looks.items()
            if before.get(path) == look and self._ends.get(path) != look
        ]
        self._growing = len(self._looks) - len(complete) - len(self._ends)
        return sorted(complete, key=lambda path: (self._looks[path].changed_at, path.name))

    def _look(self) -> dict[Path, _Look]:
        looks: dict[Path, _Look] = {}
        try:
            for path in self._config.path.iterdir():
                if not self._is_wanted(path):
                    continue
                stat = path.stat()
                looks[path] = _Look(stat.st_size, stat.st_mtime_ns)
        except OSError as error:
            raise SourceUnavailableError(
                f"The folder {self._config.path} cannot be read: {error.strerror or error}."
            ) from error
        return looks

    def _is_wanted(self, path: Path) -> bool:
        name = path.name
        if is_unfinished(name):
            return False
        return fnmatch(name, self._config.files) and path.is_file()

    def _file(self, path: Path) -> Iterator[Delivery]:
        """The blocks of a file that are not read yet; its end moves it away."""
        try:
            part = digest_of(str(path)) + self._version
        except BadInputError:
            return  # it is gone, or cannot be opened now: it is looked at again
        position = self._positions.get(part, FilePosition(path.name))
        if not position.done:
            yield from self._blocks(path, part, position)
        elif position.problem:
            self._finish(path, self._config.failed)
        else:
            self._finish(path, self._config.done)

    def _blocks(self, path: Path, part: str, position: FilePosition) -> Iterator[Delivery]:
        entries = 0
        notes: list[tuple[str, str]] = []
        try:
            for block in self._read(path):
                entries += block.entry_count
                if not block.entry_count:
                    notes += block.notes
                elif entries > position.entries:
                    yield self._delivery(part, FilePosition(path.name, entries), _translation(block))
        except BadInputError as error:
            problem = str(error)
            refusal = RefusedDocument(str(path).encode(), problem, str(path))
            end = FilePosition(path.name, entries, done=True, problem=problem)
            self._pending_work = lambda: self._finish(path, self._config.failed)
            yield self._delivery(part, end, Translation(refused=[refusal]))
            return
        self._pending_work = lambda: self._finish(path, self._config.done)
        end = FilePosition(path.name, entries, done=True)
        yield self._delivery(part, end, Translation(notes=notes))

    def _delivery(self, part: str, position: FilePosition, translation: Translation) -> Delivery:
        self._positions[part] = position
        return Delivery(translation, {part: msgspec.json.encode(position).decode()})

    def _finish(self, path: Path, folder: Path | None) -> None:
        """Moves a file that is read, or remembers it where it stays."""
        if folder is None:
            if (look := self._looks.get(path)) is not None:
                self._ends[path] = look
            return
        try:
            shutil.move(path, _free_name(folder, path.name))
        except FileNotFoundError:
            return
        except OSError as error:
            raise SourceUnavailableError(
                f"{path} was read and cannot be moved to {folder}: {error.strerror or error}."
            ) from error

    def after_commit(self) -> None:
        work, self._pending_work = self._pending_work, None
        if work is not None:
            work()

    def close(self) -> None: ...


def _translation(block: Block) -> Translation:
    """Entries that the mapping names and that became no event are refused, by their place; an object that the
    log does not have is a note.
    """
    missing = (
        (f"it names {object_!r}, an object that the log does not have.", at) for object_, at in block.missing
    )
    notes = [*block.notes, *missing]
    translation = Translation(
        list(block.lines), list(block.places), inferred=dict(block.inferred), notes=notes
    )
    for passed_entry in block.passed:
        if passed_entry.is_expected:
            translation.passed += 1
        else:
            what = f"{passed_entry.place} {passed_entry.activity}".strip()
            translation.refused.append(
                RefusedDocument(what.encode(), passed_entry.reason, passed_entry.place)
            )
    return translation


def _free_name(folder: Path, name: str) -> Path:
    """A path in the folder that no file has: with a number where the name is taken."""
    target = folder / name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return target
