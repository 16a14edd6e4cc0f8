"""Files beside the record that several processes change: locked, and replaced as a whole."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from impactgraph.errors import StoreUnavailableError


@contextmanager
def locked(file: Path) -> Generator[None]:
    """Holds the lock of a file, which is made with its folder; waits while another process holds it.

    Raises StoreUnavailableError where that cannot be done, and for errors of the file system within.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as error:
        raise StoreUnavailableError(
            f"{error.filename or file} cannot be read or written: {error.strerror or error}."
        ) from error


def replace_file(file: Path, content: str | bytes) -> None:
    """Replaces a file by a new one that only its owner reads: durable, and whole at every moment."""
    temporary = file.with_name(f"{file.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
