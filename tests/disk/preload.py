"""Starts Python under tests/disk/faulty_disk.c, and sets what its disk does.

It needs Linux and a C compiler.
"""

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("faulty_disk.c")
PREFIX = "FAULTY_DISK_"


def compile_library(folder: Path) -> Path:
    library = folder / "faulty_disk.so"
    subprocess.run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    return library


def run_preloaded(library: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE` on a disk that can fail."""
    environment = os.environ | {"LD_PRELOAD": str(library)}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


class FaultyDisk:
    """The disk of this process and of those that it forks, below one folder."""

    def __init__(self, home: Path, folder: Path) -> None:
        """The library's own files are in `home`."""
        self._home = home
        self.folder = folder

    def watch(self) -> None:
        """Counts and records calls from now on."""
        os.environ[f"{PREFIX}FOLDER"] = str(self.folder)
        os.environ[f"{PREFIX}CONTROL"] = str(self._home / "control")
        os.environ[f"{PREFIX}COUNT"] = str(self._home / "count")

    @property
    def calls(self) -> Path:
        """The file that calls are recorded in."""
        return self._home / "calls"

    def record(self) -> None:
        os.environ[f"{PREFIX}RECORD"] = str(self.calls)

    def let_go(self) -> None:
        """Neither counts nor fails nor records any more."""
        os.environ.pop(f"{PREFIX}FOLDER")

    def fail(self, first: int, last: int, error: int) -> None:
        """Calls `first` to `last` fail."""
        (self._home / "control").write_text(f"{first} {last} {error}")

    def say(self, line: str) -> None:
        """Puts a line among the recorded calls."""
        content = line.encode()
        with self.calls.open("ab") as file:
            file.write(b"said 0 %d -\n" % len(content) + content)

    @property
    def call_count(self) -> int:
        return int((self._home / "count").read_text())
