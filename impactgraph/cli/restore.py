"""`impactgraph restore`: makes a new store from a backup."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases import Store
    from impactgraph.usecases.backup_folder import BackupFolder
    from impactgraph.usecases.restore import RestoreResult

Folder = Annotated[Path, Parameter(help="Folder of the backups.")]
Until = Annotated[
    str | None,
    Parameter(
        help="Restore the last backup of this moment or an earlier one, such as 2026-03-02T09:00Z or -2d.",
        allow_leading_hyphen=True,
    ),
]
Files = Annotated[
    Path | None,
    Parameter(help="Folder for the files that were kept with the backup; they must not be there yet."),
]
Verify = Annotated[
    bool,
    Parameter(help="Only open the backup as a temporary store, and compare its totals.", negative=()),
]
List = Annotated[bool, Parameter(name="--list", help="List the backups of the folder.", negative=())]


def restore(
    folder: Folder,
    /,
    *,
    until: Until = None,
    files: Files = None,
    verify: Verify = False,
    list_: List = False,
    common: Common = COMMON,
) -> int:
    """Restores a backup into --store, which must be new; returns the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.output import Rows, present
    from impactgraph.cli.recording import StoreRecording
    from impactgraph.cli.stores import temporary_store
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.backup_folder import BackupFolder
    from impactgraph.usecases.restore import choose_backup, restore, write_files

    if common.server is not None:
        raise BadInputError(Problem("`restore` makes a new store: name it with --store, without --server."))
    backups = BackupFolder(folder)
    if list_:
        return _list(backups, common)
    manifest = choose_backup(backups, parse_moment_option("--until", until, system_clock()))
    with temporary_store() if verify else _new_store(common.store) as store:
        result = restore(backups, manifest, store)
    paths = [] if files is None or verify else write_files(backups, manifest, files)
    if not verify:  # after the files: a log among them goes on
        with StoreRecording(common.store).change("restore", {"backup": manifest.number}) as change:
            change.arguments |= {"folder": str(folder), "events": manifest.counts["events"]}
    data = _data(result, [str(path) for path in paths])
    present(
        common.format,
        text=lambda out: _print(out, result, "a temporary store" if verify else common.store, paths),
        data=lambda: data,
        rows=lambda: Rows(tuple(data), [data]),
    )
    return 0


@contextmanager
def _new_store(address: str) -> "Generator[Store]":
    """A store that is there as a whole at the end, or not at all."""
    from impactgraph.bootstrap import open_empty_store, store_exists
    from impactgraph.errors import BadInputError, Problem

    if "://" in address:
        store = open_empty_store(address)
        try:
            yield store
        finally:
            store.close()
        return
    target = Path(address)
    if store_exists(address) or (target.is_dir() and any(target.iterdir())):
        raise BadInputError(
            Problem(f"{target} is there already: name a folder with --store that does not exist yet.")
        )
    partial = target.with_name(f"{target.name}.restoring-{os.getpid()}")
    try:
        store = open_empty_store(str(partial))
        try:
            yield store
        finally:
            store.close()
        if target.is_dir():
            target.rmdir()
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _list(backups: "BackupFolder", common: Common) -> int:
    from impactgraph.cli.encode import iso_moment
    from impactgraph.cli.output import Rows, present, table

    rows = [
        {
            "backup": each.number,
            "at": iso_moment(each.at),
            "watermark": each.watermark,
            "events": each.counts["events"],
            "orders": each.counts["orders"],
            "bytes": sum(part.bytes for part in each.parts),
        }
        for each in backups.manifests()
    ]

    def text(out: "Console") -> None:
        if not rows:
            out.print(f"There is no backup in {backups.path}.")
            return
        lines = table(*rows[0], right=("watermark", "events", "orders", "bytes"))
        for row in rows:
            lines.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()))
        out.print(lines)

    names = ("backup", "at", "watermark", "events", "orders", "bytes")
    present(common.format, text=text, data=lambda: rows, rows=lambda: Rows(names, rows))
    return 0


def _data(result: "RestoreResult", files: list[str]) -> dict[str, object]:
    from impactgraph.cli.encode import iso_moment

    manifest = result.manifest
    return {
        "backup": manifest.number,
        "at": iso_moment(manifest.at),
        "watermark": manifest.watermark,
        **manifest.counts,
        "files": files,
    }


def _print(out: "Console", result: "RestoreResult", store: str, files: list[Path]) -> None:
    from impactgraph.cli.formats import count, day_and_time

    manifest = result.manifest
    out.print(
        f"Backup {manifest.number} of {day_and_time(manifest.at)} was restored into {store}: "
        f"{count(manifest.counts['events'], 'event')}, {count(result.orders, 'order')}; totals compared: no "
        "difference."
    )
    for path in files:
        out.print(f"Written: {path}")
