"""Backs a store up into a folder: only parts that the last backup there does not have are written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from impactgraph.errors import BadInputError
from impactgraph.ports.backup import BackupHead, Part, PartKey
from impactgraph.usecases.backup_folder import BackupFolder, Manifest, SavedFile, SavedPart, manifest_of
from impactgraph.usecases.clean_backups import MakeCleaner, clean_earlier

Source: TypeAlias = Callable[
    [Mapping[PartKey, str]], AbstractContextManager[tuple[BackupHead, Iterator[Part]]]
]
"""What is backed up: `Store.backup`, or a server's."""


@dataclass(frozen=True)
class BackupResult:
    manifest: Manifest
    new_parts: int
    new_bytes: int
    cleaned: int = 0
    """Files of earlier backups that were written again, without what was removed from the store for good."""
    removed: int = 0
    """Files that no backup has any more."""


def back_up(
    source: Source,
    path: Path,
    make_cleaner: MakeCleaner,
    *,
    beside: Sequence[Path] = (),
    keep: int | None = None,
) -> BackupResult:
    """Writes a backup; `beside` are files to keep with it, `keep`: how many backups stay, with this one.

    Raises:
        BadInputError: the folder cannot be used, is of another store, or a file cannot be read.
        StoreUnavailableError: the store cannot be read.
    """
    folder = BackupFolder(path)
    with folder.writing():
        before = folder.latest()
        parts_before = {} if before is None else {part.key: part for part in before.parts}
        files = [_saved_file(folder, each) for each in beside]
        with source({key: part.fingerprint for key, part in parts_before.items()}) as (head, parts):
            if before is not None and before.identity != head.identity:
                raise BadInputError(
                    f"{path} has backups of another store ({before.identity[:8]}, this is "
                    f"{head.identity[:8]}): name another folder."
                )
            part_entries = [_saved_part(folder, part, parts_before) for part in parts]
        number = 1 if before is None else before.number + 1
        manifest = manifest_of(number, head, [part for part, _ in part_entries], files)
        folder.write_manifest(manifest)
        cleaning = clean_earlier(folder, manifest, make_cleaner)
        removed = _forget_old(folder, keep)
        new = [part for part, is_new in part_entries if is_new]
        return BackupResult(manifest, len(new), sum(part.bytes for part in new), cleaning, removed)


def _saved_part(
    folder: BackupFolder, part: Part, parts_before: Mapping[PartKey, SavedPart]
) -> tuple[SavedPart, bool]:
    if part.data is None:
        return parts_before[part.key], False
    key = part.key
    file = folder.write(part.data)
    return SavedPart(key.family, key.first, key.last, part.fingerprint, part.rows, file, len(part.data)), True


def _saved_file(folder: BackupFolder, path: Path) -> SavedFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror or error}") from error
    return SavedFile(path.name, folder.write(content), len(content))


def _forget_old(folder: BackupFolder, keep: int | None) -> int:
    manifests = folder.manifests()
    if keep is not None:
        for manifest in manifests[:-keep]:
            folder.remove_manifest(manifest)
        manifests = manifests[-keep:]
    return folder.remove_unused(manifests)
