"""Files with checksums, on disk when they are written.

CRC-32 finds every damage of up to 32 bits in a row, and all but one in four thousand million of others; it
reads two gigabytes a second.
"""

import os
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

Buffer: TypeAlias = bytes | memoryview

_CHUNK = 2**22
_READERS = 2


class ChecksumError(Exception):
    """A file is not what was written."""


def write_file(path: Path, parts: Iterable[Buffer]) -> int:
    """Writes and syncs a file; returns its CRC-32. Raises OSError."""
    checksum = 0
    with path.open("wb") as file:
        for part in parts:
            file.write(part)
            checksum = zlib.crc32(part, checksum)
        file.flush()
        os.fsync(file.fileno())
    return checksum


def sync_folder(folder: Path) -> None:
    """Makes the names of a folder durable: of files made in it, and of those renamed. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_sums(folder: Path, sums: Mapping[str, int]) -> None:
    """Reads the files of a folder and compares their checksums.

    Raises:
        ChecksumError: a file is damaged, or missing, or there is another one.
        OSError: a file cannot be read.
    """
    names = {path.name for path in folder.iterdir()}
    if differing := sorted(names.symmetric_difference(sums)):
        raise ChecksumError(f"its files differ from those written: {', '.join(differing)}")
    with ThreadPoolExecutor(_READERS) as pool:
        checksums = pool.map(_checksum, [folder / name for name in sums])
        for name, checksum in zip(sums, checksums, strict=True):
            if checksum != sums[name]:
                raise ChecksumError(f"the checksum of its file {name} is wrong")


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum
