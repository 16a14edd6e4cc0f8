"""A process of the simulation: a store over the simulated database, with a disk that may outlive it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.record import Position, Record
from impactgraph.stores.neo4j.log import Log
from impactgraph.stores.neo4j.replica_cache import ReplicaCache
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.simulation.database import Faults, Server, SimulatedDatabase


class Crash(BaseException):
    """The process dies here. No handler of the store may catch it."""


class DyingRecord(Record):
    """A record whose process may die before or after each write."""

    def __init__(self, folder: Path | None, dies: Callable[[], bool]) -> None:
        self._dies = dies
        super().__init__(folder)

    def apply(self, block: Block, position: Position | None = None) -> None:
        if self._dies():
            raise Crash
        super().apply(block, position)
        if self._dies():
            raise Crash


class SimulatedCache(ReplicaCache):
    """The replica of a process: on its disk, or in memory."""

    def __init__(
        self, disk: Path | None, log: Log, now: Callable[[], Millis], dies: Callable[[], bool]
    ) -> None:
        super().__init__(None, log, now, lambda _: None)
        self._disk = disk
        self._dies = dies
        self.record: Record | None = None

    def _claim(self, identity: str) -> Record:
        self.record = DyingRecord(self._disk, self._dies)
        return self.record

    def close(self) -> None: ...


class Follower:
    """Follows when it is asked to, in the thread that asks; `lags`: whether it answers from what it has."""

    def __init__(self, poll: Callable[[], None]) -> None:
        self.poll = poll
        self.lags = False

    @property
    def age(self) -> float:
        return 0.0

    def wait_until_current(self) -> None:
        if not self.lags:
            self.poll()

    def close(self) -> None: ...


class Process:
    """Runs a store, dies, and starts again."""

    def __init__(
        self,
        name: str,
        server: Server,
        faults: Faults,
        now: Callable[[], Millis],
        *,
        disk: Path | None = None,
        dies: Callable[[], bool] = lambda: False,
    ) -> None:
        """`disk`: a folder that outlives its crashes; None: everything that it had is gone with it."""
        self.name = name
        self.server = server
        self.faults = faults
        self._now = now
        self._disk = disk
        self._dies = dies
        self._cache: SimulatedCache | None = None
        self.follower: Follower | None = None
        self.store: Neo4jStore | None = None
        self.seen = 0
        """Number of the last event that one of its answers had."""

    @property
    def is_up(self) -> bool:
        return self.store is not None

    def start(self) -> None:
        """Raises StoreUnavailableError, Crash."""
        database = cast("Any", SimulatedDatabase(self.server, self.faults, self.name))
        self._cache = SimulatedCache(self._disk, Log(database), self._now, self._dies)
        try:
            self.store = Neo4jStore(
                database, self._cache, now=self._now, follow=self._follow, graph=False, say=lambda _: None
            )
        except (StoreUnavailableError, Crash):
            self.die()
            raise
        self.seen = 0

    def _follow(self, poll: Callable[[], None]) -> Follower:
        self.follower = Follower(poll)
        return self.follower

    def stop(self) -> None:
        """As a process that is asked to end."""
        assert self.store is not None
        store, self.store = self.store, None
        store.close()

    def die(self) -> None:
        """Loses its memory; its disk stays as the last commit left it."""
        self.store = None
        if self._cache is not None and self._cache.record is not None:
            with suppress(Exception):
                self._cache.record._connection.close()
