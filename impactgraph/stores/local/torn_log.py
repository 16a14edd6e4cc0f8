"""A write-ahead log whose last commit was torn by a loss of power: it ends before that commit.

DuckDB drops a commit that the log has no end of, and refuses a log with a commit of which sectors are
missing. Such a commit was not acknowledged, if the record has all that were: its mark says how many.
"""

import os
import re
import shutil
from pathlib import Path

import duckdb
import structlog

from impactgraph.stores.local.commit_mark import CommitMark
from impactgraph.stores.state.checked_files import sync_folder

_PLACE = re.compile(r"Corrupt WAL file: entry at byte position (\d+)")
_SAVED = ".damaged"

_log = structlog.get_logger("impactgraph.stores")


def put_back_log(file: Path) -> None:
    """Undoes a cut that did not come to its end. Raises OSError."""
    log = _log_of(file)
    saved_log = log.with_name(log.name + _SAVED)
    if saved_log.exists():
        os.replace(saved_log, log)


def end_before_torn_commit(file: Path, error: Exception) -> bool:
    """Whether the log of a record that could not be opened was torn in a commit that was not acknowledged,
    and is cut before it now. Otherwise it is as it was.

    Raises OSError.
    """
    place = _PLACE.search(str(error))
    log = _log_of(file)
    if place is None or not log.exists():
        return False
    saved_log = log.with_name(log.name + _SAVED)
    shutil.copyfile(log, saved_log)
    os.truncate(log, int(place[1]))
    if not _has_every_acknowledged_commit(file):
        os.replace(saved_log, log)
        return False
    sync_folder(file.parent)
    saved_log.unlink()
    _log.warning(
        "The write-ahead log ended in a torn commit, which was not acknowledged", store=str(file.parent)
    )
    return True


def _has_every_acknowledged_commit(file: Path) -> bool:
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            meta = dict(connection.execute("select name, value from meta").fetchall())
    except duckdb.CatalogException:
        return CommitMark(file.parent).read("") is None  # its tables were being made
    except duckdb.Error:
        return False
    marked_count = CommitMark(file.parent).read(meta["identity"])
    return marked_count is not None and marked_count <= int(meta.get("commits", 0))


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")
