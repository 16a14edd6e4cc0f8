"""Restores a backup into an empty store, and checks that the store then holds what the backup says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graph_models.time import Millis, moment
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.usecases.backup_folder import BackupFolder, DamagedBackupError, Manifest


@dataclass(frozen=True)
class RestoreResult:
    manifest: Manifest
    orders: int
    """In the state that the restored events make."""


def choose_backup(folder: BackupFolder, until: Millis | None) -> Manifest:
    """The latest backup, or the latest that was taken at a moment or before.

    Raises:
        NotFoundError: there is none.
        DamagedBackupError: its manifest cannot be read.
    """
    manifests = folder.manifests()
    if not manifests:
        raise NotFoundError(
            str(folder.path),
            message=f"There is no backup in {folder.path}: make one with `impactgraph backup`.",
        )
    fitting = [each for each in manifests if until is None or each.at <= until]
    if not fitting:
        first = moment(manifests[0].at).isoformat()
        raise NotFoundError(
            str(folder.path), message=f"The first backup in {folder.path} is of {first}: --until is earlier."
        )
    return fitting[-1]


def restore(folder: BackupFolder, manifest: Manifest, store: Store) -> RestoreResult:
    """Fills the store, which must be empty.

    Raises:
        DamagedBackupError: a file of the backup is damaged, or the store does not hold what the backup says.
    """
    store.restore(_blocks(folder, manifest))
    return check_restored(manifest, store)


def check_restored(manifest: Manifest, store: Store) -> RestoreResult:
    """Opens the state of a restored store and compares its totals with those of the backup."""
    totals = store.totals()
    if totals != manifest.totals:
        expected = {"watermark": manifest.watermark, **manifest.counts}
        actual = {"watermark": totals.watermark, **totals.counts}
        differences = [
            f"{name} {actual.get(name)} instead of {value}"
            for name, value in expected.items()
            if actual.get(name) != value
        ]
        raise DamagedBackupError(f"The restored store has {', '.join(differences)}.")
    with store.columns() as columns:
        return RestoreResult(manifest, len(columns.orders))


def verify(folder: BackupFolder, manifest: Manifest, trial: Callable[[], Store]) -> RestoreResult:
    """Restores a backup into a store that is only for this, and closes that."""
    store = trial()
    try:
        return restore(folder, manifest, store)
    finally:
        store.close()


def write_files(folder: BackupFolder, manifest: Manifest, target: Path) -> list[Path]:
    """Writes the files that were kept beside the store into a folder. Raises BadInputError."""
    paths: list[Path] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for each in manifest.files:
            path = target / each.name
            with path.open("xb") as file:
                path.chmod(0o600)
                file.write(folder.read(each.file, each.name))
            paths.append(path)
    except OSError as error:
        raise BadInputError(f"{error.filename} cannot be written: {error.strerror or error}") from error
    return paths


def _blocks(folder: BackupFolder, manifest: Manifest) -> Iterator[bytes]:
    for part in manifest.parts:
        yield folder.read(part.file, f"{part.family} {part.first} to {part.last}")
