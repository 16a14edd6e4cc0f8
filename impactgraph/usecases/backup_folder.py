"""The folder of a backup: packed parts in `files`, by their digest, and a manifest for each backup.

A manifest is written last, and appears at once: an interrupted backup leaves the earlier ones as they were.
Parts that did not change are shared by all backups that have them.
"""

import fcntl
import hashlib
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.errors import BadInputError
from impactgraph.ports.backup import BackupHead, PartKey, Totals

VERSION = 1
"""Of the manifest: raised when an earlier version could not read it."""
_DIGEST = "digest"


class DamagedBackupError(BadInputError):
    """A file of a backup is missing, or is not as it was written."""


class SavedPart(msgspec.Struct, frozen=True):
    """A part of a backup, and the file that has it."""

    family: str
    first: int
    last: int
    fingerprint: str
    rows: int
    file: str
    """Digest of its content (SHA-256), which is its name."""
    bytes: int

    @property
    def key(self) -> PartKey:
        return PartKey(self.family, self.first, self.last)


class SavedFile(msgspec.Struct, frozen=True):
    """A file beside the store, such as that of the keys."""

    name: str
    file: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True):
    """What one backup consists of."""

    number: int
    """From 1 on."""
    at: Millis
    """The moment whose record it has."""
    identity: str
    """Of the store."""
    watermark: int
    counts: Mapping[str, int]
    parts: tuple[SavedPart, ...]
    """In the order in which they are restored."""
    files: tuple[SavedFile, ...] = ()
    version: int = VERSION

    @property
    def totals(self) -> Totals:
        return Totals(self.watermark, dict(self.counts))

    @property
    def digests(self) -> Iterator[str]:
        """Of all its files."""
        yield from (part.file for part in self.parts)
        yield from (each.file for each in self.files)


def manifest_of(
    number: int, head: BackupHead, parts: Sequence[SavedPart], files: Sequence[SavedFile]
) -> Manifest:
    return Manifest(
        number=number,
        at=head.at,
        identity=head.identity,
        watermark=head.totals.watermark,
        counts=head.totals.counts,
        parts=tuple(parts),
        files=tuple(files),
    )


class BackupFolder:
    """Reads and writes the folder of a backup."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = path / "files"
        self._manifests = path / "backups"

    @contextmanager
    def writing(self) -> Generator[None]:
        """Keeps other processes from writing into it. Raises BadInputError where one does."""
        try:
            for folder in (self.path, self._files, self._manifests):
                folder.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("w")
        except OSError as error:
            raise BadInputError(f"{self.path} cannot be written: {error.strerror or error}") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BadInputError(
                    f"Another backup into {self.path} is running: wait for its end."
                ) from None
            yield

    def manifests(self) -> list[Manifest]:
        """The oldest first. Raises DamagedBackupError."""
        return [self._manifest(path) for path in sorted(self._manifests.glob("*.json"))]

    def latest(self) -> Manifest | None:
        paths = sorted(self._manifests.glob("*.json"))
        return self._manifest(paths[-1]) if paths else None

    def _manifest(self, path: Path) -> Manifest:
        try:
            content = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
            digest = content.pop(_DIGEST, "")
            if digest != _digest(content):
                raise DamagedBackupError(
                    f"{path} was changed or is damaged: its digest does not fit. Use another backup "
                    "(--until), or another copy of the folder."
                )
            if content.get("version", 0) > VERSION:
                raise BadInputError(
                    f"{path} was written by a later version of impactgraph (manifest {content['version']}, "
                    f"this one reads up to {VERSION}): use that version."
                )
            return msgspec.convert(content, Manifest)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DamagedBackupError(f"{path} cannot be read: {error}") from error

    def write_manifest(self, manifest: Manifest) -> None:
        """In place of the one with its number."""
        content: dict[str, Any] = msgspec.to_builtins(manifest)
        content[_DIGEST] = _digest(content)
        path = self._manifests / f"{manifest.number:06}.json"
        _write(path, msgspec.json.format(msgspec.json.encode(content), indent=1))

    def remove_manifest(self, manifest: Manifest) -> None:
        (self._manifests / f"{manifest.number:06}.json").unlink(missing_ok=True)

    def write(self, data: bytes) -> str:
        """Writes a file, where there is none with this content; its digest."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists() or path.stat().st_size != len(data):
            path.parent.mkdir(exist_ok=True)
            _write(path, data)
        return digest

    def read(self, digest: str, what: str) -> bytes:
        """The content of a file of a backup. Raises DamagedBackupError."""
        path = self._path(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedBackupError(f"{path} ({what}) cannot be read: {error.strerror or error}.") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise DamagedBackupError(
                f"{path} ({what}) is damaged: its content has another digest than when it was written. Use "
                "another copy of the folder, or a backup (--until) that does not have this file."
            )
        return data

    def remove_unused(self, manifests: Iterable[Manifest]) -> int:
        """Removes the files that no backup has, also those of interrupted ones; their number."""
        digests = {digest for manifest in manifests for digest in manifest.digests}
        leftovers = [path for path in self._files.glob("*/*") if path.name not in digests]
        for path in leftovers:
            path.unlink()
        return len(leftovers)

    def _path(self, digest: str) -> Path:
        return self._files / digest[:2] / digest


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Durable, and whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror or error}") from error
