"""Common state of all stores: a replica of the record, its locks, and its place in time.

A subclass decides how a change is committed, and brings in what other processes commit.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager

from graph_models.time import Millis
from impactgraph.baselines import Baselines
from impactgraph.ingest.personal import PersonalRules
from impactgraph.ports.condition import StoreCondition
from impactgraph.stores.local.read_write_lock import ReadWriteLock
from impactgraph.stores.local.replica import Change, Replica


class ReplicaStore(ABC):
    """Holds a replica, lets many threads read it and one change it.

    Any thread may ask; one at a time writes, the others wait.
    """

    def __init__(self, replica: Replica, now: Callable[[], Millis]) -> None:
        self.personal = PersonalRules()
        """What is kept of personal attributes."""
        self._now = now
        self._use(replica)
        self._write_lock = threading.RLock()
        self._state_lock = ReadWriteLock()

    def _use(self, replica: Replica) -> None:
        """Answers from this replica from now on; what was learned from another one is dropped."""
        self._replica = replica
        replica.keep_personal(self.personal)
        self._baselines = Baselines()
        replica.on_change = self._forget_since

    def _forget_since(self, earliest: Millis) -> None:
        """Drops what is kept of the state from that moment on."""
        self._baselines.forget_since(earliest)

    def keep_personal(self, rules: PersonalRules) -> None:
        """What is kept of personal attributes from now on; what is recorded stays as it is."""
        with self._write_lock, self._state_lock.writing():
            self.personal = rules
            self._replica.keep_personal(rules)

    @property
    def baselines(self) -> Baselines:
        """What was learned from this store; empty at first."""
        return self._baselines

    @abstractmethod
    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        """Commits a prepared change and publishes it.

        `prepare` is called with the state that the change applies to, and again where a try failed.
        """

    @contextmanager
    def _reading(self) -> Generator[Replica]:
        """The replica, as current as the store promises, not changed while the context is open."""
        self._follow_clock()
        with self._state_lock.reading():
            yield self._replica

    def _follow_clock(self) -> None:
        """Lets events take effect whose time has come. Where a thread writes, it does so itself."""
        self._mend()
        now = self._now()
        if now < self._replica.waiting.next_at or self._state_lock.is_reading:
            return
        if self._write_lock.acquire(blocking=False):
            try:
                with self._state_lock.writing():
                    self._replica.advance(now)
            finally:
                self._write_lock.release()

    def _follow_clock_to(self, now: Millis) -> None:
        """Moves the present to `now`. Needs the write lock."""
        if now >= self._replica.waiting.next_at:
            with self._state_lock.writing():
                self._replica.advance(now)
        else:
            self._replica.advance(now)

    def _mend(self) -> None:
        """Opens the record again after a commit that left it unusable, with the state of what it has then.

        Raises StoreUnavailableError where it cannot be opened.
        """
        if not self._replica.record.is_broken or self._state_lock.is_reading:
            return
        with self._write_lock, self._state_lock.writing():
            if self._replica.record.is_broken:
                self._replica.reopen()
                self._use(self._replica)

    def _watermark(self) -> int:
        """The sequence number that the next events follow."""
        return self._replica.watermark

    def reload(self) -> None:
        """Drops the state in memory and folds the record again."""
        with self._write_lock, self._state_lock.writing():
            self._replica.load()
            self._forget_since(0)

    @property
    def identity(self) -> str:
        record = self._replica.record
        return record.identity if record.position is None else record.position.identity

    @property
    def generation(self) -> str:
        return self._replica.generation_of(self.identity)

    def condition(self) -> StoreCondition:
        replica = self._replica
        return StoreCondition("folder", replica.record.size, len(replica.quarantine))
