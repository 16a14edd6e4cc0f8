"""The real command, in a process of its own."""

import atexit
import os
import select
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

import orjson

from tests.functional.cli.command_server import CommandServer

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
    with TemporaryFile() as entered, TemporaryFile() as out, TemporaryFile() as err:
        entered.write(given)
        entered.seek(0)
        status = command_server().run(
            list(map(str, arguments)),
            environment(**(env or {})),
            cwd or Path.cwd(),
            [entered.fileno(), out.fileno(), err.fileno()],
        )
        out.seek(0)
        err.seek(0)
        return Ran(status, out.read().decode(), err.read().decode())


@dataclass
class Started:
    """A command that goes on; used like a `Popen`."""

    pid: int
    stdout: TextIO
    stderr: Path
    """The file of what it writes there."""
    _status: int | None = None

    def poll(self) -> int | None:
        if self._status is None:
            self._status = command_server().ended(self.pid)
        return self._status

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, seconds: float) -> int:
        """The exit status."""
        if (status := self.poll()) is None:
            end = os.pidfd_open(self.pid)  # it can be read once the process has ended
            try:
                assert select.select([end], [], [], seconds)[0], f"{self.pid} has not ended in {seconds} s"
            finally:
                os.close(end)
            status = self.poll()
        assert status is not None
        return status


def start(*arguments: str | Path, stderr: Path, env: Mapping[str, str] | None = None) -> Started:
    """`impactgraph` with the arguments, while the test goes on; what it writes to standard error is kept in
    the file.
    """
    reading, writing = os.pipe()
    with open(os.devnull) as nothing, stderr.open("ab") as errors, os.fdopen(writing, "w") as out:
        streams = [nothing.fileno(), out.fileno(), errors.fileno()]
        pid = command_server().start(
            list(map(str, arguments)), environment(**(env or {})), Path.cwd(), streams
        )
    return Started(pid, os.fdopen(reading, encoding="utf-8"), stderr)


@cache
def command_server() -> CommandServer:
    """The one of this process."""
    server = CommandServer()
    atexit.register(server.close)
    return server
