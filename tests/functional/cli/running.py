"""The real command, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

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
    """Without what somebody may have set for their own use."""
    return (
        {name: value for name, value in os.environ.items() if not name.startswith("IMPACTGRAPH_")}
        | {"COLUMNS": "160"}
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
