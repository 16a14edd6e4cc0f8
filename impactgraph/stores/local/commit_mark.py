"""Number of commits of a record, in a file beside it.

DuckDB takes a write-ahead log that ends early for one whose last commit was cut off by a crash, and so does
not notice where a damaged or missing log loses commits that were acknowledged. Each commit has a number, in
the record itself; after the commit it is also written here. A record with fewer commits than its mark has
lost some.

The mark is synced only when it is made: after a loss of power it may be behind the record, never ahead of it.
"""

import os
import zlib
from contextlib import suppress
from pathlib import Path

import structlog

from impactgraph.stores.state.checked_files import sync_folder

MARK = "commits"
_LENGTH = 80
"""Bytes: written at once, and within one sector of any disk."""

_log = structlog.get_logger("impactgraph.stores")


class CommitMark:
    """The file `commits` of a store's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / MARK
        self._file: int | None = None
        self._has_failed = False

    def read(self, identity: str) -> int | None:
        """Commits that the record of this identity has had at least, None where that is unknown."""
        try:
            line = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._warn(str(error))
            return None
        content, _, sum_ = line.strip().rpartition(b" ")
        if line != _line(content):
            self._warn(f"its checksum {sum_[:8]!r} is wrong")
            return None
        own_identity, _, number = content.decode().partition(" ")
        return int(number) if own_identity == identity else None

    def write(self, identity: str, number: int) -> None:
        """Called after a commit. A failure is no error, since the commit is durable: it is logged once."""
        try:
            is_new = self._file is None and not self._path.exists()
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            os.pwrite(self._file, _line(f"{identity} {number}".encode()), 0)
            if is_new:
                os.fsync(self._file)
                sync_folder(self._path.parent)
        except OSError as error:
            if not self._has_failed:
                self._warn(error.strerror or str(error))
            self._has_failed = True

    def close(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None

    def _warn(self, reason: str) -> None:
        _log.warning(
            "The number of commits beside the record is not current", file=str(self._path), reason=reason
        )


def remaining_parts(folder: Path) -> list[str]:
    """Names of what is beside a record in its folder: with it missing, a record was there. Raises OSError."""
    names = (MARK, "columns.json", "impactgraph.duckdb.wal")
    return [name for name in names if (folder / name).exists()]


def _line(content: bytes) -> bytes:
    return content + b" %08x" % zlib.crc32(content) + b" " * (_LENGTH - len(content) - 10) + b"\n"
