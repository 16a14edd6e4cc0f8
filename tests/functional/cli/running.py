"""The real command, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

NOW = "2026-03-02T09:10:00Z"
"""The moment of every command under test, whatever the time of day of the test run."""
CURRENT_TIME = {"IMPACTGRAPH_NOW": ""}
"""Environment of a command that gets the current time: for checks that compare clocks with each other."""
COMMAND = str(Path(sys.executable).with_name("impactgraph"))


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return orjson.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """Returns the environment of a command: a fixed clock, and none of the user's own settings."""
    return (
        {name: value for name, value in os.environ.items() if not name.startswith("IMPACTGRAPH_")}
        | {"COLUMNS": "160", "IMPACTGRAPH_NOW": NOW}
        | more
    )


def run(
    *arguments: str | Path, cwd: Path | None = None, given: bytes = b"", env: Mapping[str, str] | None = None
) -> Ran:
    """`impactgraph` with the arguments; `given` is its standard input."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=given,
        env=environment(**(env or {})),
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
