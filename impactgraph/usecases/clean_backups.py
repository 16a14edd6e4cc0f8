"""Removes from earlier backups what was removed from the store for good."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from impactgraph.ports.backup import PartCleaner
from impactgraph.usecases.backup_folder import BackupFolder, Manifest, SavedFile, SavedPart

MakeCleaner: TypeAlias = Callable[[Sequence[bytes]], PartCleaner]
"""Makes a cleaner of the parts in which removals are recorded."""
REMOVALS = "removals"
"""Family of the parts that say what was removed."""


def clean_earlier(folder: BackupFolder, latest: Manifest, make_cleaner: MakeCleaner) -> int:
    """Writes the parts of earlier backups that hold something of it again, and adds what was removed, so that
    it is not taken again where such a backup is restored; the number of parts.

    Each manifest is replaced at once; they are gone through again where that was interrupted.
    """
    count = latest.counts.get("forgotten", 0)
    earlier = [each for each in folder.manifests() if each.number < latest.number]
    earlier = [each for each in earlier if each.counts.get("forgotten", 0) < count]
    if not earlier:
        return 0
    removals = [part for part in latest.parts if part.family == REMOVALS]
    contents = [folder.read(part.file, REMOVALS) for part in removals]
    return sum(_clean(folder, each, latest, make_cleaner(contents)) for each in earlier)


def _clean(folder: BackupFolder, manifest: Manifest, latest: Manifest, cleaner: PartCleaner) -> int:
    removals = [part for part in latest.parts if part.family == REMOVALS]
    current = {part.file for part in latest.parts}
    parts: list[SavedPart] = []
    removed = Counter[str]()
    number = 0
    for part in manifest.parts:
        if part.family == REMOVALS:
            continue
        clean_part = None
        if part.file not in current:
            clean_part = cleaner.clean(folder.read(part.file, f"{part.family} {part.first} to {part.last}"))
        if clean_part is None:
            parts.append(part)
            continue
        number += 1
        removed.update(clean_part.removed)
        if clean_part.data is not None:
            file = folder.write(clean_part.data)
            parts.append(
                msgspec.structs.replace(
                    part, file=file, rows=clean_part.rows, bytes=len(clean_part.data), fingerprint="cleaned"
                )
            )
    files = _clean_files(folder, manifest, latest, cleaner)
    number += len(set(manifest.files) - set(files))
    counts = {name: value - removed[name] for name, value in manifest.counts.items()}
    counts["forgotten"] = cleaner.count
    folder.write_manifest(
        msgspec.structs.replace(
            manifest,
            parts=(*parts, *removals),
            files=files,
            counts=counts,
            watermark=max(manifest.watermark, cleaner.last),
        )
    )
    return number


def _clean_files(
    folder: BackupFolder, manifest: Manifest, latest: Manifest, cleaner: PartCleaner
) -> tuple[SavedFile, ...]:
    """The files beside the store. Where one of them names what was removed, those of the latest backup stand
    in place of it and of all with their names, since files of an audit log belong together.
    """
    naming = {
        each
        for each in manifest.files
        if each not in latest.files and cleaner.is_named_in(folder.read(each.file, each.name))
    }
    if not naming:
        return manifest.files
    replaced = {each.name for each in (*latest.files, *naming)}
    return (*latest.files, *(each for each in manifest.files if each.name not in replaced))
