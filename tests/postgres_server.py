"""A real PostgreSQL for tests, of Debian's package: the first test of a worker that asks for it starts one,
each worker its own, in a folder that goes with it. It refuses root, for whom it runs as another user.

What is missing fails a test with what to do; nothing is skipped.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.ports import free_port

_PLACES = ("/usr/lib/postgresql",)
_USER = "nobody"
START_SECONDS = 60


class PostgresServer:
    """One server with trust authentication on a port of this machine."""

    def __init__(self, home: Path) -> None:
        self.home, self.data, self.port = home, home / "data", free_port()
        self._programs = _programs()
        home.chmod(0o755)
        self.data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.data, _USER)
        self._run("initdb", "-D", str(self.data), "-U", "shop", "-A", "trust", "--no-sync", "-E", "UTF8")

    @property
    def connection(self) -> str:
        """Connection string."""
        return f"host=127.0.0.1 port={self.port} user=shop dbname=postgres"

    def start(self) -> None:
        """Returns when it answers."""
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' "
            "-c fsync=off -c max_prepared_transactions=5 -c max_connections=40 -c shared_buffers=32MB"
        )
        log = str(self.data / "server.log")
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", log, "-o", options, "-t", str(START_SECONDS), "-w", "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop", check=False)

    def execute(self, *statements: str, values: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
        """The rows of the last one."""
        with psycopg.connect(self.connection, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement, values)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={_USER}", "--regid=nogroup", "--clear-groups", *command]
        done = subprocess.run(
            command, cwd="/", text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        if check and done.returncode:
            raise RuntimeError(f"{program} of PostgreSQL failed: {done.stderr[-2000:]}")


def _programs() -> Path:
    found = [path.parent for place in _PLACES for path in sorted(Path(place).glob("*/bin/initdb"))]
    if found:
        return found[-1]
    if beside := shutil.which("initdb"):
        return Path(beside).resolve().parent
    raise RuntimeError(
        "Tests need a PostgreSQL server: `make postgres` installs it where apt is available; else install "
        "the package postgresql, so that initdb and pg_ctl are on the PATH."
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The worker's own server, running."""
    home = Path(tempfile.mkdtemp(prefix="impactgraph-postgres-"))
    server = PostgresServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
