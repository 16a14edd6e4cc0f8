"""The calls that tests/disk/faulty_disk.c recorded, and the files that a loss of power leaves of them.

What was written since a file was last synced may be on the disk or not, in sectors, in any order. A new name
is on the disk when the file or its folder was synced since (as with ext4, XFS and Btrfs); a name that was
changed or removed, when its folder was synced since, and before that it may be or not.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

SECTOR = 512


@dataclass(frozen=True)
class Call:
    """A change of a file, or a line that the process said (`said`)."""

    kind: str
    number: int
    """Place in the file, or its new length."""
    path: str
    data: bytes
    second: str = ""

    @property
    def folder(self) -> str:
        return str(PurePosixPath(self.path).parent)


def read_calls(record: Path) -> list[Call]:
    content, place = record.read_bytes(), 0
    calls: list[Call] = []
    while place < len(content):
        end = content.index(b"\n", place)
        kind, number, length, path, *second = content[place:end].decode().split(" ")
        place = end + 1 + int(length)
        calls.append(Call(kind, int(number), path, content[end + 1 : place], " ".join(second)))
    return calls


@dataclass
class _File:
    """A file on the disk: what is there for certain, and the writes that may be."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Call] = field(default_factory=list[Call])

    def sync(self) -> None:
        for call in self.pending:
            _apply(self.durable, call)
        self.pending.clear()

    def after_loss(self, chance: random.Random, keep: float) -> bytes:
        """`keep` is the share of unsynced calls that reached the disk."""
        content = bytearray(self.durable)
        for call in self.pending:
            if call.kind != "write":
                if chance.random() < keep:
                    _apply(content, call)
                continue
            for sector in _sectors(call):
                if chance.random() < keep:
                    _apply(content, sector)
        return bytes(content)


@dataclass(frozen=True)
class _Rename:
    """A change of names that may not be on the disk yet: `path` names `file`, None: nothing."""

    path: str
    file: _File | None


class Disk:
    """The disk of a process, call by call."""

    def __init__(self) -> None:
        self._names: dict[str, _File] = {}
        """As the process sees them."""
        self._durable_names: dict[str, _File] = {}
        self._pending_names: list[_Rename] = []

    def apply(self, call: Call) -> None:
        if call.kind == "sync":
            self._sync(call.path)
        elif call.kind == "open":
            self._make(call)
        elif call.kind == "unlink":
            self._names.pop(call.path, None)
            self._pending_names.append(_Rename(call.path, None))
        elif call.kind == "rename":
            file = self._names.pop(call.path)
            self._names[call.second] = file
            self._pending_names += [_Rename(call.second, file), _Rename(call.path, None)]
        elif call.kind == "link":
            self._names[call.second] = self._names[call.path]
            self._pending_names.append(_Rename(call.second, self._names[call.path]))
        elif call.kind in ("write", "cut", "hole", "room") and call.path in self._names:
            self._names[call.path].pending.append(call)

    def _make(self, call: Call) -> None:
        if call.path in self._names:
            self._names[call.path].pending.append(Call("cut", 0, call.path, b""))
            return
        self._names[call.path] = _File()
        self._pending_names.append(_Rename(call.path, self._names[call.path]))

    def _sync(self, path: str) -> None:
        file = self._names.get(path)
        if file is not None:
            file.sync()
        remaining: list[_Rename] = []
        for change in self._pending_names:
            if (file is not None and change.file is file) or str(PurePosixPath(change.path).parent) == path:
                _set_name(self._durable_names, change)
                # what was done to the name before is over: it cannot reach the disk later
                remaining = [each for each in remaining if each.path != change.path]
            else:
                remaining.append(change)
        self._pending_names = remaining

    def after_loss(self, chance: random.Random, keep: float) -> dict[str, bytes]:
        """Content by path. Changes of names reach the disk in their order."""
        names = dict(self._durable_names)
        most = len(self._pending_names)
        count = round(keep * most) if keep in (0, 1) else chance.randint(0, most)
        for change in self._pending_names[:count]:
            _set_name(names, change)
        return {path: file.after_loss(chance, keep) for path, file in names.items()}


def _set_name(names: dict[str, _File], change: _Rename) -> None:
    if change.file is None:
        names.pop(change.path, None)
    else:
        names[change.path] = change.file


def _sectors(call: Call) -> Iterator[Call]:
    start = 0
    while start < len(call.data):
        end = min(len(call.data), start + SECTOR - (call.number + start) % SECTOR)
        yield Call("write", call.number + start, call.path, call.data[start:end])
        start = end


def _apply(content: bytearray, call: Call) -> None:
    if call.kind == "write":
        _extend(content, call.number)
        content[call.number : call.number + len(call.data)] = call.data
    elif call.kind == "cut":
        _extend(content, call.number)
        del content[call.number :]
    else:
        size = int.from_bytes(call.data, "little")
        if call.kind == "hole":
            end = min(len(content), call.number + size)
            content[call.number : end] = bytes(max(0, end - call.number))
        else:
            _extend(content, call.number + size)


def _extend(content: bytearray, size: int) -> None:
    content.extend(bytes(max(0, size - len(content))))


def write_files(files: dict[str, bytes], home: Path, folder: Path) -> None:
    """Writes files below `home` into the folder `folder` in its place."""
    for path, content in files.items():
        target = folder / PurePosixPath(path).relative_to(str(home))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def disks(calls: Sequence[Call]) -> Iterator[tuple[int, Disk, list[str]]]:
    """After each call: its number, the disk, and what the process has said; the same objects each time."""
    disk, said = Disk(), list[str]()
    for number, call in enumerate(calls):
        if call.kind == "said":
            said.append(call.data.decode())
        else:
            disk.apply(call)
        yield number, disk, said
