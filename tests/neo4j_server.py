"""A real Neo4j for tests. The first test of a worker that asks for it starts one, each worker its own: the
Community edition has one database.

IMPACTGRAPH_TEST_NEO4J=bolt://user:password@host:port names a running server instead; its database is emptied,
so name none that holds anything. What is missing fails a test with what to do; nothing is skipped.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from neo4j import Driver, GraphDatabase, Query, Session
from neo4j.exceptions import DriverError, Neo4jError

from tests.neo4j_jars import NAMED, Install, installed

PASSWORD = "only-for-tests"
START_SECONDS = 120
SMALL = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Up in half the time and half the memory; slower for long work."""
FOLDERS = ("data", "logs", "run", "plugins", "import", "conf", "licenses")


class Neo4jAddress(NamedTuple):
    uri: str
    """Without user and password."""
    user: str
    password: str
    database: str = "neo4j"

    @property
    def url(self) -> str:
        """With user and password."""
        return self.uri.replace("://", f"://{self.user}:{self.password}@", 1)

    def driver(self) -> Driver:
        return GraphDatabase.driver(self.uri, auth=(self.user, self.password))


class Neo4jServer:
    """A server of our own: its home is a folder that goes with it.

    It may be stopped, killed and started again, on the same port and data.
    """

    def __init__(
        self,
        home: Path,
        install: Install,
        flags: tuple[str, ...] = SMALL,
        settings: tuple[str, ...] = (
            "server.memory.pagecache.size=64m",
            "server.bolt.connection_keep_alive=5s",  # a silent connection is left after twice as long
        ),
    ) -> None:
        self.home, self._install, self._flags = home, install, flags
        port = _free_port()
        self.address = Neo4jAddress(f"bolt://127.0.0.1:{port}", "neo4j", PASSWORD)
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh = True
        for folder in FOLDERS:
            (home / folder).mkdir(parents=True, exist_ok=True)
        lines = [
            "server.default_listen_address=127.0.0.1",
            f"server.bolt.listen_address=127.0.0.1:{port}",
            f"server.bolt.advertised_address=127.0.0.1:{port}",
            "server.http.enabled=false",
            "server.https.enabled=false",
            "dbms.usage_report.enabled=false",
            "db.tx_log.preallocate=false",
            *settings,
        ]
        (home / "conf" / "neo4j.conf").write_text("\n".join(lines) + "\n")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns when it answers."""
        if self.running:
            return
        homes = (f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}")
        command = self._install.command(self._install.release.main, *homes, flags=self._flags)
        with (self.home / "logs" / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
        if self._fresh:
            self._until_it_answers(
                Neo4jAddress(self.address.uri, "neo4j", "neo4j", "system"),
                f"alter current user set password from 'neo4j' to '{PASSWORD}'",
            )
            self._fresh = False
        self._until_it_answers(self.address, "return 1")

    def stop(self) -> None:
        """In order: what was committed is on disk."""
        self._end(kill=False)

    def kill(self) -> None:
        """As by a loss of power of the process."""
        self._end(kill=True)

    def _end(self, *, kill: bool) -> None:
        if self._process is None:
            return
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(60)
        self._process = None

    def _until_it_answers(self, address: Neo4jAddress, query: str) -> None:
        assert self._process
        problem: Exception | None = None
        for _ in range(START_SECONDS * 10):
            try:
                with address.driver() as driver, driver.session(database=address.database) as session:
                    session.run(Query(query)).consume()  # pyright: ignore[reportArgumentType] - not in a managed transaction: that would wait before it tries again
                return
            except (Neo4jError, DriverError, OSError) as error:
                problem = error
            try:
                self._process.wait(0.1)
                break
            except subprocess.TimeoutExpired:
                continue
        log = (self.home / "logs" / "console.log").read_text() + (
            self.home / "logs" / "neo4j.log"
        ).read_text()
        self._end(kill=True)
        raise RuntimeError(f"Neo4j {self._install.release.version} did not come up: {problem}\n{log[-4000:]}")


def empty(driver: Driver, database: str, *, schema: bool = False) -> None:
    """Removes every node; with `schema` constraints and indexes too.

    As when somebody emptied it: a product has to set it up afresh.
    """
    with driver.session(database=database) as session:
        while session.run("match (n) with n limit 20000 detach delete n return count(*)").single(strict=True)[
            0
        ]:
            pass
        if schema:
            _drop(session, "constraints", "constraint")
            _drop(session, "indexes", "index", "where type <> 'LOOKUP'")


def _drop(session: Session, many: str, one: str, where: str = "") -> None:
    for name in session.run(f"show {many} yield name, type {where} return name").value():  # pyright: ignore[reportArgumentType]
        session.run(f"drop {one} `{name}`").consume()  # pyright: ignore[reportArgumentType]


def named_address() -> Neo4jAddress | None:
    """What IMPACTGRAPH_TEST_NEO4J names."""
    text = os.environ.get(NAMED)
    if not text:
        return None
    parts = urlsplit(text)
    if not parts.hostname:
        raise RuntimeError(f"{NAMED} must be like bolt://user:password@host:port/database, it is {text!r}.")
    uri = f"{parts.scheme}://{parts.hostname}:{parts.port or 7687}"
    return Neo4jAddress(
        uri,
        unquote(parts.username or "neo4j"),
        unquote(parts.password or ""),
        parts.path.strip("/") or "neo4j",
    )


@pytest.fixture(scope="session")
def neo4j_server() -> Iterator[Neo4jServer]:
    """The worker's own server, running.

    A test that stopped it leaves it so: the next to ask for an address starts it again.
    """
    home = Path(tempfile.mkdtemp(prefix="impactgraph-neo4j-"))
    server = Neo4jServer(home, installed())
    try:
        server.start()
        yield server
    finally:
        server.kill()  # its data goes with it
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def neo4j_driver(request: pytest.FixtureRequest) -> Iterator[tuple[Driver, Neo4jAddress, Neo4jServer | None]]:
    """A test's own connection, beside the product's; nothing of an earlier session is left."""
    named = named_address()
    server: Neo4jServer | None = None if named else request.getfixturevalue("neo4j_server")
    address = named or server.address  # pyright: ignore[reportOptionalMemberAccess]
    with address.driver() as driver:
        driver.verify_connectivity()
        empty(driver, address.database, schema=True)
        yield driver, address, server


@pytest.fixture
def neo4j_address(neo4j_driver: tuple[Driver, Neo4jAddress, Neo4jServer | None]) -> Neo4jAddress:
    """An emptied database: without a node.

    Constraints and indexes of earlier tests may stand, as they do when somebody empties a database.
    """
    driver, address, server = neo4j_driver
    if server:
        server.start()
    empty(driver, address.database)
    return address


@pytest.fixture
def new_neo4j_address(
    neo4j_driver: tuple[Driver, Neo4jAddress, Neo4jServer | None], neo4j_address: Neo4jAddress
) -> Neo4jAddress:
    """A database as it is when it is new: without constraints and indexes too. A second or so dearer."""
    empty(neo4j_driver[0], neo4j_address.database, schema=True)
    return neo4j_address


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
