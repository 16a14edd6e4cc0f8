"""The files of a rotated audit log: when a new one is begun, and how the full ones are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from graph_models.time import Millis
from impactgraph.audit.entries import iso
from impactgraph.errors import BadInputError

FILE = "audit.jsonl"
"""The file that is written to; full ones have the number of their last entry in their name."""
_MEBIBYTE = 1024 * 1024
_SIZE = re.compile(r"([1-9][0-9]{0,6})\s*MB")
_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Rotation:
    """When the file is full."""

    bytes: int | None = 64 * _MEBIBYTE
    """Size from which on a new one is begun."""
    by_month: bool = False
    """Whether each month (UTC) has its own."""

    def is_due(self, size: int, last: Millis, now: Millis) -> bool:
        """`size` of the file, moments of its last entry and of the next one."""
        if not size:
            return False
        is_full = self.bytes is not None and size >= self.bytes
        return is_full or (self.by_month and iso(last)[:7] != iso(now)[:7])


def read_rotation(text: str) -> Rotation:
    """Raises BadInputError."""
    if text == "off":
        return Rotation(None)
    if text == "month":
        return Rotation(None, by_month=True)
    if match := _SIZE.fullmatch(text.strip()):
        return Rotation(int(match[1]) * _MEBIBYTE)
    raise BadInputError(f"IMPACTGRAPH_AUDIT_ROTATE is {text!r}; give a size such as 64MB, `month`, or `off`.")


def full_name(last: int) -> str:
    """Of a full file, by the number of its last entry: names sort as the entries do."""
    return f"audit-{last:012d}.jsonl"


def full_files(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(folder.glob(f"audit-{'[0-9]' * 12}.jsonl"))


def open_all(folder: Path) -> list[tuple[str, BinaryIO]]:
    """All files of the log, oldest first, opened as they were at one moment. Raises OSError.

    Without a lock, so that whoever may only read can do so: it is tried again where somebody began a new file
    or removed one meanwhile.
    """
    for _ in range(_ATTEMPTS):
        files = _open_all([*full_files(folder), folder / FILE])
        if files is not None and _are_same(folder, files):
            return files
        for _, file in files or ():
            file.close()
    raise OSError(f"files of {folder / FILE} are being replaced")


def _open_all(paths: Sequence[Path]) -> list[tuple[str, BinaryIO]] | None:
    files: list[tuple[str, BinaryIO]] = []
    for path in paths:
        try:
            files.append((path.name, path.open("rb")))
        except FileNotFoundError:
            if path.name != FILE:
                for _, file in files:
                    file.close()
                return None
    return files


def _are_same(folder: Path, files: Sequence[tuple[str, BinaryIO]]) -> bool:
    """Whether no file was begun or removed since they were listed."""
    return [path.name for path in full_files(folder)] == [name for name, _ in files if name != FILE]
