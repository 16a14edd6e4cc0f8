"""The address of the server that has a store open, written into its folder for other commands."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "server.json"


@dataclass(frozen=True)
class Announcement:
    address: str
    store: str
    """Identity of the store that it serves."""
    folder: str
    """Where that store is: a copy of the folder is another store with the same identity."""
    token: str = field(default="", repr=False)
    """With which whoever reads this file is the local user of the server, as long as that runs."""


@contextmanager
def announced(folder: Path | None, address: str, store: str, token: str = "") -> Generator[None]:
    """Announces the address in the folder until the context ends, for its owner only; None: nowhere.

    Where it cannot be written, other commands do not find the server: that must not keep it from serving.
    """
    if folder is None:
        yield
        return
    file, temporary = folder / FILE, folder / f"{FILE}.{os.getpid()}"
    mine = json.dumps(asdict(Announcement(address, store, str(folder.resolve()), token)))
    with suppress(OSError):
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(mine)
        temporary.replace(file)
    try:
        yield
    finally:
        with suppress(OSError):
            if file.read_text() == mine:
                file.unlink()


def read_announcement(folder: Path) -> Announcement | None:
    """What is announced in the folder about the store there; None without anything that can be read."""
    try:
        announcement = Announcement(**json.loads((folder / FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return announcement if announcement.folder == str(folder.resolve()) else None
