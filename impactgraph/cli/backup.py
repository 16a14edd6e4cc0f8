"""`impactgraph backup`: backs a store up into a folder, also while a server has it open."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases.back_up import BackupResult
    from impactgraph.usecases.restore import RestoreResult

Folder = Annotated[Path, Parameter(help="Folder of the backups.")]
Include = Annotated[
    tuple[Path, ...],
    Parameter(
        help="A file to keep with the backup, such as those of keys, audit and settings; may be repeated.",
        negative=(),
        show_default=False,
    ),
]
Keep = Annotated[int | None, Parameter(help="Number of backups to keep; earlier ones are removed.")]
Verify = Annotated[
    bool,
    Parameter(help="Afterwards open the backup as a store, and compare its totals.", negative=()),
]


def backup(
    folder: Folder,
    /,
    *,
    include: Include = (),
    keep: Keep = None,
    verify: Verify = False,
    common: Common = COMMON,
) -> int:
    """Writes a backup; returns the exit status."""
    from impactgraph.bootstrap import backup_cleaner
    from impactgraph.cli.administration import open_administration
    from impactgraph.cli.output import Rows, present
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.back_up import back_up

    if keep is not None and keep < 1:
        raise BadInputError(Problem(f"--keep is {keep}; keep 1 backup at least."))
    with open_administration(common) as administration:
        result = back_up(administration.backup, folder, backup_cleaner, beside=include, keep=keep)
    check = _verify(folder, result) if verify else None
    data = _data(result, check)
    present(
        common.format,
        text=lambda out: _print(out, folder, result, check),
        data=lambda: data,
        rows=lambda: Rows(tuple(data), [data]),
    )
    return 0


def _verify(folder: Path, result: "BackupResult") -> "RestoreResult":
    from impactgraph.cli.stores import temporary_store
    from impactgraph.usecases.backup_folder import BackupFolder
    from impactgraph.usecases.restore import restore

    with temporary_store() as store:
        return restore(BackupFolder(folder), result.manifest, store)


def _data(result: "BackupResult", check: "RestoreResult | None") -> dict[str, object]:
    from impactgraph.cli.encode import iso_moment

    manifest = result.manifest
    return {
        "backup": manifest.number,
        "at": iso_moment(manifest.at),
        "watermark": manifest.watermark,
        **manifest.counts,
        "parts": len(manifest.parts),
        "newParts": result.new_parts,
        "newBytes": result.new_bytes,
        "cleanedParts": result.cleaned,
        "verified": check is not None,
    }


def _print(out: "Console", folder: Path, result: "BackupResult", check: "RestoreResult | None") -> None:
    from impactgraph.cli.formats import count

    manifest = result.manifest
    counts = manifest.counts
    out.print(
        f"Backup {manifest.number} in {folder}: {count(counts['events'], 'event')} of "
        f"{count(counts['orders'], 'order')}, {counts['quarantine']:,} quarantined."
    )
    out.print(
        f"{count(result.new_parts, 'new part')} of {len(manifest.parts):,} written ({result.new_bytes:,} "
        "bytes)."
    )
    if result.cleaned:
        out.print(f"What was forgotten was removed from {count(result.cleaned, 'part')} of earlier backups.")
    if check is not None:
        out.print(f"Verified: opened as a store, it has the same totals, and {count(check.orders, 'order')}.")
