"""The store over a Neo4j database that many processes share.

The record is the log in the database; questions are answered from this process's replica of it.
"""

import os
import secrets
import socket
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from neo4j import ManagedTransaction

from graph_models.time import SECOND, Millis
from impactgraph.ports.condition import StoreCondition
from impactgraph.ports.removal import Search
from impactgraph.stores.local.record import Position
from impactgraph.stores.local.removal import Removal
from impactgraph.stores.local.replica import Change, Replica
from impactgraph.stores.local.store import LocalStore
from impactgraph.stores.local.terms import Terms
from impactgraph.stores.neo4j.address import Address
from impactgraph.stores.neo4j.cleaning import clean_log, search_database
from impactgraph.stores.neo4j.database import CommitUnknownError, Database
from impactgraph.stores.neo4j.graph.graph_updater import GraphUpdater
from impactgraph.stores.neo4j.graph.projection import Projection
from impactgraph.stores.neo4j.log import Log, LogEnd, LogEntry, MissingLogError
from impactgraph.stores.neo4j.log_follower import Follow, Intervals, follow_in_thread
from impactgraph.stores.neo4j.replica_cache import ReplicaCache, Say, groups

FRESHNESS = 0.25
"""Seconds that an answer may lag behind other processes. A process always sees its own writes."""
POLL_SECONDS = 0.25
"""Between two looks at the log when nobody asks."""
TIMEOUT_SECONDS = 6.0
"""How long a question waits for the database before it fails."""
MAX_BLOCKS_UNDER_LOCK = 5
"""Blocks that are replicated while the log is locked; where more are missing, the lock is released
meanwhile.
"""


class ReplicaBehindError(Exception):
    """Too many blocks are missing to replicate them under the log's lock."""


def clear_unfinished_restore(address: Address) -> None:
    """Removes what an interrupted restore left in a database."""
    database = Database(address)
    try:
        Log(database).clear_unfinished_restore()
    finally:
        database.close()


def _quiet(_: str) -> None: ...


class Neo4jStore(LocalStore):
    """Any number of processes may share a database, and any of them may write.

    A change is committed in one transaction that holds the log's lock: it replicates what other processes
    have committed, prepares the batch against that state, and appends the block. Memory and disk of this
    process follow the commit, so a transaction that is retried, or fails, leaves no trace.
    """

    def __init__(
        self,
        database: Database,
        cache: ReplicaCache,
        *,
        now: Callable[[], Millis],
        follow: Follow,
        graph: bool,
        say: Say,
    ) -> None:
        """Raises StoreUnavailableError where the database is unreachable, or of a later version."""
        self.database = database
        self._log = Log(database)
        self._cache = cache
        replica, self._end = cache.open(self._log.set_up())
        super().__init__(replica, now)
        self._follower = follow(self._poll)
        holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        projection = Projection(database, self._read_without_poll, holder, say)
        self.graph = GraphUpdater(projection, lambda: self._replica.generation_of(self.identity), now)
        if graph:
            self.graph.start()

    @classmethod
    def open(
        cls,
        address: Address,
        *,
        now: Callable[[], Millis],
        cache: Path | None,
        say: Say = _quiet,
        freshness: float = FRESHNESS,
        graph: bool = True,
    ) -> "Neo4jStore":
        """The store in a database, which is set up where it is empty.

        `cache` is the folder for replicas (None: a temporary one); `say` is called with the progress of what
        takes long. `graph`: whether this process keeps the graph current; otherwise only `graph.update()`
        does.
        """
        database = Database(address)
        try:
            replicas = ReplicaCache(cache, Log(database), now, say)
            follow = follow_in_thread(Intervals(freshness, POLL_SECONDS, TIMEOUT_SECONDS))
            return cls(database, replicas, now=now, follow=follow, graph=graph, say=say)
        except BaseException:
            database.close()
            raise

    @property
    def identity(self) -> str:
        """Random identity of the database's log."""
        return self._end.position.identity

    def condition(self) -> StoreCondition:
        return replace(super().condition(), kind="neo4j", lag=round(self._follower.age * SECOND))

    # Replication

    @contextmanager
    def _reading(self) -> Generator[Replica]:
        if not self._state_lock.is_reading:  # nested contexts must see one state
            self._follower.wait_until_current()
        with self._read_without_poll() as replica:
            yield replica

    @contextmanager
    def _read_without_poll(self) -> Generator[Replica]:
        """The replica as it is at present, without waiting for the log."""
        self._follow_clock()
        with self._state_lock.reading():
            yield self._replica

    def _poll(self) -> None:
        """Reads the end of the log, and replicates what is new."""
        end = self._log.end() or self._log.set_up()
        if end == self._end or not self._write_lock.acquire(blocking=False):
            return  # a thread that writes replicates what is new itself, within one block
        try:
            self._catch_up(end)
        finally:
            self._write_lock.release()

    def _mend(self) -> None:
        if not self._replica.record.is_broken or self._state_lock.is_reading:
            return
        with self._write_lock:
            super()._mend()
            position = self._replica.record.position or Position(self.identity, 0, "")
            self._end = LogEnd(position, self._replica.watermark)

    def _catch_up(self, end: LogEnd) -> None:
        """Needs the write lock."""
        self._mend()
        if not end.position.may_follow(self._end.position):
            with self._state_lock.writing():
                replica, self._end = self._cache.replace(self._replica, end)
                self._use(replica)
        elif end.position.block > self._end.position.block:
            for group in groups(self._log.between(self._end.position, end)):
                self._replicate(group)

    def _replicate(self, entries: Sequence[LogEntry]) -> None:
        end = entries[-1].end
        self._follow_clock_to(self._now())
        publish = self._replica.replicate([entry.block for entry in entries], end.position)
        with self._state_lock.writing():
            publish()
        self._end = end

    # Changes

    def _watermark(self) -> int:
        return self._end.last

    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        while True:
            try:
                return self._try_commit(prepare)
            except (MissingLogError, ReplicaBehindError):
                with self._write_lock:
                    self._catch_up(self._log.end() or self._log.set_up())

    def _try_commit(self, prepare: Callable[[], Change | None]) -> None:
        change: Change | None = None
        new_end: LogEnd | None = None
        is_persisted = False

        def work(tx: ManagedTransaction) -> None:
            nonlocal change, new_end
            cleanup.close()  # undoes an earlier try
            change = None
            new_end = None
            end = self._log.lock(tx)
            cleanup.enter_context(self._write_lock)
            self._catch_up_to(tx, end)
            cleanup.callback(self._dictionary_rollback(unless=lambda: is_persisted))
            change = prepare()
            if change and change.block:
                new_end = Log.append(tx, end, change.block)

        with ExitStack() as cleanup:
            try:
                self.database.write(work)
            except CommitUnknownError as error:
                if new_end is not None:  # else there was nothing to commit
                    new_end = self._log.confirmed_end(new_end, error)
            if change and new_end:
                # Where this fails, the block is replicated from the log later.
                self._replica.persist(change.block, new_end.position)
                is_persisted = True
                with self._state_lock.writing():
                    self._replica.publish(change)
                self._end = new_end
                self.graph.nudge()

    def _dictionary_rollback(self, *, unless: Callable[[], bool]) -> Callable[[], None]:
        """A function that removes the words added to the dictionaries from now on."""
        event_dictionaries = self._replica.state.event_dictionaries
        sizes = event_dictionaries.sizes()
        return lambda: None if unless() else event_dictionaries.truncate(sizes)

    def _catch_up_to(self, tx: ManagedTransaction, end: LogEnd) -> None:
        """Replicates up to an end that is locked.

        Raises:
            MissingLogError: the replica is not of this log.
            ReplicaBehindError: it would take long, and all other writers would wait.
        """
        self._mend()
        if not end.position.may_follow(self._end.position):
            raise MissingLogError
        if end.position.block - self._end.position.block > MAX_BLOCKS_UNDER_LOCK:
            raise ReplicaBehindError
        for group in groups(Log.missing(tx, self._end.position, end)):
            self._replicate(group)

    def _clean_up(self, removals: Sequence[Removal], terms: Terms | None) -> Search:
        """Also rewrites the earlier blocks of the log, removes replicas that no process has, and has the
        graph made anew.
        """
        end = self._log.end() or self._log.set_up()
        clean_log(self._log, end, removals, terms)
        self._cache.remove_idle()
        if terms is None:
            return Search()
        self.graph.update()
        return super()._clean_up(removals, terms) + search_database(self.database, self._log, end, terms)

    def restore(self, blocks: Iterable[bytes]) -> None:
        with self._log.restoring():
            super().restore(blocks)
        self.graph.nudge()

    def close(self) -> None:
        self.graph.close()
        self._follower.close()
        super().close()
        self._cache.close()
        self.database.close()
