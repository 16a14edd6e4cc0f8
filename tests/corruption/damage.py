"""Damage to a file: a bit flipped, bytes overwritten, the file cut, or removed."""

import random
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
KINDS = ("flip", "flip", "flip", "byte", "cut", "cut", "page", "remove")
"""Kinds of damage, the frequent ones several times."""


@dataclass(frozen=True)
class Damage:
    """What happens to one file of a store."""

    file: str
    """Relative to the folder of the store."""
    kind: str
    place: int
    value: int
    """The bit, or the byte that is written."""

    def __str__(self) -> str:
        return f"{self.kind} {self.file} at {self.place} ({self.value})"

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        if self.kind == "remove":
            path.unlink()
            return
        content = bytearray(path.read_bytes())
        if self.kind == "flip":
            content[self.place] ^= 1 << self.value % 8
        elif self.kind == "byte":
            content[self.place] = self.value
        elif self.kind == "page":
            start = self.place // PAGE * PAGE
            content[start : start + PAGE] = bytes(len(content[start : start + PAGE]))
        else:
            del content[self.place :]
        path.write_bytes(content)


def random_damage(folder: Path, chance: random.Random) -> Damage:
    """Half of the damage is to the file of record and to its write-ahead log, the rest to any file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    main = [path for path in files if "duckdb" in path.name]
    path = chance.choice(main if chance.random() < 0.6 else files)
    kind = chance.choice(KINDS)
    place = chance.randrange(path.stat().st_size)
    return Damage(str(path.relative_to(folder)), kind, place, chance.randrange(256))
