"""The store over a Neo4j database that many processes share: the log there is the record, the copy here is what questions are answered from."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from neo4j import ManagedTransaction

from graph_models.time import Millis
from impactgraph.stores.local.copy import Change, Copy
from impactgraph.stores.local.store import LocalStore
from impactgraph.stores.neo4j.address import Address
from impactgraph.stores.neo4j.database import CommitUnknownError, Database
from impactgraph.stores.neo4j.following import Following
from impactgraph.stores.neo4j.graph.keeper import Keeper
from impactgraph.stores.neo4j.graph.projection import Projection
from impactgraph.stores.neo4j.log import Emptied, End, Entry, Log
from impactgraph.stores.neo4j.replica import Replica, Say, groups

FRESHNESS = 0.25
"""Seconds that what was read may be old. A process always sees what it wrote itself."""
EVERY = 0.25
"""Seconds after which a process that nobody asks looks at the log."""
PATIENCE = 6.0
"""Seconds that a question waits for the database before it is an error."""

FEW = 5
"""Blocks that are brought in while the log is locked; where there are more, it is let go meanwhile."""


class Behind(Exception):
    """The copy lacks much that others wrote."""


def _quiet(_: str) -> None: ...


class Neo4jStore(LocalStore):
    """Any number of processes may have the same database, any of them may write.

    A change is committed in one transaction that holds the log's lock: it brings in what others committed since, sorts the events out against
    that, and appends the block. What is in memory and on the disk of this process follows the commit, so a transaction that is tried again,
    or fails, leaves nothing behind.
    """

    def __init__(
        self,
        database: Database,
        replica: Replica,
        now: Callable[[], Millis],
        *,
        tick: Callable[[], float],
        freshness: float,
        graph: bool,
        say: Say,
    ) -> None:
        """Raises StoreUnavailableError where the database cannot be reached, or holds what this version cannot read."""
        self.database, self._log, self._replica = database, Log(database), replica
        copy, self._end = replica.opened(self._log.set_up())
        super().__init__(copy, now)
        self._following = Following(self._ask, tick=tick, freshness=freshness, every=EVERY, patience=PATIENCE)
        self._following.start()
        holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        self.graph = Keeper(Projection(database, self._as_it_is, holder, say), lambda: self.identity, now)
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
        tick: Callable[[], float] = time.monotonic,
        freshness: float = FRESHNESS,
        graph: bool = True,
    ) -> "Neo4jStore":
        """`cache` is the folder for copies of the log (None: nothing is kept); `say` is told of what takes long.

        `graph`: whether this process takes part in bringing the graph beside the log up to date; without, it does so when `graph.follow()` is called.
        """
        database = Database(address)
        try:
            return cls(
                database,
                Replica(cache, Log(database), say),
                now,
                tick=tick,
                freshness=freshness,
                graph=graph,
                say=say,
            )
        except BaseException:
            database.close()
            raise

    @property
    def identity(self) -> str:
        """Of the database's log."""
        return self._end.position.identity

    # Keeping up

    @contextmanager
    def _reading(self) -> Generator[Copy]:
        if not self._sharing.inside:  # what a thread looks at does not change under it
            self._following.current()
        with self._sharing.reading():
            yield self._copy

    @contextmanager
    def _as_it_is(self) -> Generator[Copy]:
        """The copy, without a look at the log."""
        with self._sharing.reading():
            yield self._copy

    def _ask(self) -> None:
        """Looks where the log ends, and brings in what is new."""
        end = self._log.end() or self._log.set_up()
        if end == self._end or not self._writing.acquire(blocking=False):
            return  # whoever writes brings in what is new, and shows it, within one block
        try:
            self._catch_up(end)
        finally:
            self._writing.release()

    def _catch_up(self, end: End) -> None:
        """The caller writes."""
        here, there = self._end.position, end.position
        if not there.may_follow(here):
            with self._sharing.writing():
                self._copy, self._end = self._replica.anew(self._copy, end)
        elif there.block > here.block:
            for group in groups(self._log.between(here, end)):
                self._bring(group)

    def _bring(self, entries: Sequence[Entry]) -> None:
        show = self._copy.bring([entry.block for entry in entries], entries[-1].end.position)
        with self._sharing.writing():
            show()
        self._end = entries[-1].end

    # Changes

    def _watermark(self) -> int:
        return self._end.last

    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        while True:
            try:
                return self._commit_here(prepare)
            except (Emptied, Behind):
                with self._writing:
                    self._catch_up(self._log.end() or self._log.set_up())

    def _commit_here(self, prepare: Callable[[], Change | None]) -> None:
        change: Change | None = None
        at: End | None = None
        kept = False

        def work(tx: ManagedTransaction) -> None:
            nonlocal change, at
            held.close()  # what an earlier try held
            change = at = None
            end = Log.lock(tx)
            held.enter_context(self._writing)
            self._catch_up_to(tx, end)
            held.callback(self._give_back_words(unless=lambda: kept))
            change = prepare()
            if change and change.block:
                at = Log.append(tx, end, change.block)

        with ExitStack() as held:
            try:
                self.database.write(work)
            except CommitUnknownError as error:
                at = self._log.settled(at, error)
            if change and at:
                self._copy.keep(
                    change.block, at.position
                )  # where this fails, the block is brought in from the log
                kept = True
                with self._sharing.writing():
                    self._copy.show(change)
                self._end = at
                self.graph.nudge()

    def _give_back_words(self, *, unless: Callable[[], bool]) -> Callable[[], None]:
        """What makes the lexicon forget the words that it is given from now on."""
        lexicon = self._copy.state.lexicon
        sizes = lexicon.sizes()
        return lambda: None if unless() else lexicon.cut(sizes)

    def _catch_up_to(self, tx: ManagedTransaction, end: End) -> None:
        """To an end that is locked. Raises Emptied where the copy is not of this log, Behind where all others would have to wait for long."""
        here, there = self._end.position, end.position
        if not there.may_follow(here):
            raise Emptied
        if there.block - here.block > FEW:
            raise Behind
        for group in groups(Log.missing(tx, here, end)):
            self._bring(group)

    def close(self) -> None:
        self.graph.close()
        self._following.close()
        super().close()
        self._replica.close()
        self.database.close()
