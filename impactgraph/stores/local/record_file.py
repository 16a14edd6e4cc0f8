"""The DuckDB file of a record: opened and opened again, read as rows and arrays, written in transactions."""

import os
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import duckdb
import numpy as np
import structlog
from numpy.typing import NDArray

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.commit_mark import CommitMark, remaining_parts
from impactgraph.stores.local.torn_log import end_before_torn_commit, put_back_log
from impactgraph.stores.state.checked_files import sync_folder

FILE = "impactgraph.duckdb"
COMPACTED = f"{FILE}.compacted"
"""The file as it is written anew; what an interruption left of it is removed."""
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "320MB",
    "threads": 2,
    "checkpoint_threshold": "128MB",
}
_HOLDER = re.compile(r"PID (\d+)")
_DAMAGE = re.compile(
    r"corrupt|checksum|read enough bytes|deserializ|serialization|not a valid duckdb|magic bytes|"
    r"replaying WAL|WAL (file|version)",
    re.IGNORECASE,
)
"""Words of DuckDB's errors where a file does not have what was written to it."""
_OWN_DEFECTS = (
    duckdb.ProgrammingError,
    duckdb.IntegrityError,
    duckdb.DataError,
    duckdb.NotSupportedError,
)
"""Errors of a statement, not of the file."""
RESTORE = "Restore the folder from a backup, or ingest its events into a new folder (docs/durability.md)."

_log = structlog.get_logger("impactgraph.stores")


class StoreInUseError(StoreUnavailableError):
    """Another process has the file open."""


class StoreDamagedError(StoreUnavailableError):
    """A file of the store does not have what was written to it."""


class RecordFile:
    """The open file. One thread at a time writes; any thread may read."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` None: in memory, until it is closed."""
        self.folder = folder
        self.is_broken = False
        """Whether a commit failed in a way that leaves the open file unusable: it must be opened again."""
        self._mark = CommitMark(folder) if folder else None
        self._connect()

    def _connect(self) -> None:
        if self.folder is None:
            self._connection = duckdb.connect(config=SETTINGS)
            self._inode = None
            return
        self._connection = _connection(self.folder)
        self._inode = _inode(self.folder)

    def reopen(self) -> None:
        """Opens the file again after a failed commit. Nobody may be reading.

        Raises:
            StoreUnavailableError: it cannot be opened; it stays broken.
        """
        if self.folder is None:
            raise StoreUnavailableError("The record in memory is lost: a change of it failed.")
        with suppress(duckdb.Error):
            self._connection.close()
        if not (self.folder / FILE).is_file():
            raise _removal_error(self.folder)
        self._connect()
        self.is_broken = False

    @contextmanager
    def transaction(self) -> Generator[None]:
        """A transaction: durable when the context ends, rolled back where it raises."""
        with self._translated_errors():
            self._check_folder()
            self._connection.execute("begin")
            try:
                yield
            except BaseException:
                self._roll_back()
                raise
            try:
                self._connection.execute("commit")
                self._check_folder()
            except BaseException:
                self.is_broken = True  # whether the change is on the disk is unknown
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        """After a failure of the disk there may be no transaction left."""
        with suppress(duckdb.Error):
            self._connection.execute("rollback")

    def _check_folder(self) -> None:
        """Raises StoreUnavailableError where the open file is no longer that of the folder."""
        if self.folder is not None and (self._inode is None or _inode(self.folder) != self._inode):
            self.is_broken = True
            raise _removal_error(self.folder)

    @contextmanager
    def _translated_errors(self) -> Generator[None]:
        try:
            yield
        except duckdb.FatalException as error:
            self.is_broken = True
            raise self._translate(error) from error
        except _OWN_DEFECTS as error:
            if "invalidated" not in str(error):
                raise
            self.is_broken = True
            raise self._translate(error) from error
        except (duckdb.Error, OSError) as error:
            raise self._translate(error) from error

    def _translate(self, error: Exception) -> StoreUnavailableError:
        place = f" in {self.folder}" if self.folder else ""
        if _DAMAGE.search(str(error)):
            return StoreDamagedError(f"The record{place} is damaged: {_first_line(error)} {RESTORE}")
        return StoreUnavailableError(f"The record{place} cannot be read or written: {_first_line(error)}")

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        with self._translated_errors():
            self._connection.execute(statement, list(values))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._translated_errors(), self._connection.cursor() as cursor:
            return cursor.execute(query, list(values)).fetchall()

    def arrays(
        self, query: str, values: Sequence[Any] = (), **tables: Mapping[str, NDArray[Any]]
    ) -> list[NDArray[Any]]:
        """The columns of the answer; `tables` can be named in the query.

        Texts are object arrays with None.
        """
        with self._translated_errors(), self._connection.cursor() as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            result = cast("Any", cursor.execute(query, list(values))).fetchnumpy()
            columns = cast("dict[str, NDArray[Any]]", result)
            for name in tables:
                cursor.unregister(name)
        return [_without_mask(column) for column in columns.values()]

    def replace_by(self, file: Path) -> None:
        """Goes on with another file of the folder, which has the same content. Nobody may be reading."""
        assert self.folder is not None
        self._connection.close()
        file.replace(self.folder / FILE)
        sync_folder(self.folder)
        self._connect()

    @contextmanager
    def frozen(self) -> Generator["FrozenRecord"]:
        """The record as it is now, while others go on writing. Nobody may be writing when it is opened."""
        with self._translated_errors(), self._connection.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute("select count(*) from meta").fetchall()  # from here on it sees one state
            try:
                yield FrozenRecord(cursor)
            finally:
                cursor.execute("rollback")

    def abandon(self) -> None:
        """Closes the file as it is."""
        with suppress(duckdb.Error):
            self._connection.close()
        if self._mark:
            self._mark.close()

    def close(self) -> None:
        """Closes the file. Where the disk fails, its changes stay in the write-ahead log beside it."""
        try:
            if not self.is_broken:
                self._connection.execute("checkpoint")
        except duckdb.Error as error:
            _log.warning(
                "The record was closed without a checkpoint: its last changes stay in the write-ahead log",
                store=str(self.folder),
                reason=_first_line(error),
            )
        finally:
            self.abandon()


class FrozenRecord:
    """One state of a record. Any thread may use it, one at a time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._cursor.execute(query, list(values)).fetchall()

    def table(self, query: str, values: Sequence[Any] = ()) -> dict[str, NDArray[Any]]:
        """The columns of the answer by name; texts are object arrays with None."""
        result = cast("Any", self._cursor.execute(query, list(values))).fetchnumpy()
        return {name: _without_mask(column) for name, column in result.items()}


def _connection(folder: Path) -> duckdb.DuckDBPyConnection:
    """Raises StoreUnavailableError."""
    if folder.exists() and not folder.is_dir():
        raise StoreUnavailableError(f"{folder} is a file, and a store is a folder: name another one.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / FILE).exists()
        parts = remaining_parts(folder) if is_new else []
    except OSError as error:
        raise StoreUnavailableError(
            f"The folder {folder} cannot be used as a store: {error.strerror or error}"
        ) from error
    if parts:
        raise StoreDamagedError(
            f"The record of the store in {folder} is missing: {FILE} is gone, {', '.join(parts)} remain. "
            f"{RESTORE}"
        )
    if is_new:
        _create(folder)
    connection = _open(folder)
    for leftover in folder.glob(f"{COMPACTED}*"):
        leftover.unlink(missing_ok=True)
    connection.execute("pragma disable_checkpoint_on_shutdown")  # a damaged log is left as it is
    return connection


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    """Raises StoreUnavailableError."""
    file = folder / FILE
    try:
        put_back_log(file)
        try:
            return duckdb.connect(str(file), config=SETTINGS)
        except duckdb.Error as error:
            if not end_before_torn_commit(file, error):
                raise
        return duckdb.connect(str(file), config=SETTINGS)
    except OSError as error:
        raise StoreUnavailableError(f"The store in {folder} cannot be opened: {error.strerror}.") from error
    except duckdb.Error as error:
        if holder := _HOLDER.search(str(error)):
            raise StoreInUseError(
                f"The store in {folder} is held by process {holder[1]}: one process can use it at a time. "
                "Ask that process (its HTTP API takes events too), stop it, or name another folder with "
                "--store."
            ) from error
        if _DAMAGE.search(str(error)):
            raise StoreDamagedError(
                f"The store in {folder} is damaged: {_first_line(error)} {RESTORE}"
            ) from error
        raise StoreUnavailableError(
            f"The store in {folder} cannot be opened: {_first_line(error)}"
        ) from error


def _create(folder: Path) -> None:
    """Makes an empty file under another name first: a process that ends meanwhile leaves none that is half
    made.

    Raises StoreUnavailableError.
    """
    new = folder / f"{FILE}.new-{os.getpid()}"
    try:
        for leftover in folder.glob(f"{FILE}.new-*"):
            leftover.unlink(missing_ok=True)
        duckdb.connect(str(new)).close()
        with suppress(FileExistsError):  # another process was faster
            os.link(new, folder / FILE)
        new.unlink(missing_ok=True)
        sync_folder(folder)
    except (OSError, duckdb.Error) as error:
        raise StoreUnavailableError(f"The store in {folder} cannot be made: {_first_line(error)}") from error


def _removal_error(folder: Path) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"The record in {folder} was removed or replaced while this process had it open: nothing is written "
        "any more. Restore the folder from a backup, then start this process again."
    )


def _inode(folder: Path) -> tuple[int, int] | None:
    """Identity of the record's file; None where there is none."""
    try:
        status = os.stat(folder / FILE)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _first_line(error: Exception) -> str:
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return text if text.endswith(".") else f"{text}."


def _without_mask(column: NDArray[Any]) -> NDArray[Any]:
    """The column with None where it is masked."""
    if not isinstance(column, np.ma.MaskedArray):
        return np.asarray(column)
    plain: NDArray[Any] = np.array(column.data)
    plain[np.ma.getmaskarray(column)] = None
    return plain
