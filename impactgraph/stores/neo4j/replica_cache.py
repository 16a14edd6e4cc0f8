"""Cached replicas of the log on this machine, so that a restart reads only what is new.

Each process has a folder of its own: it claims the first that no other process has. A folder says which log
it replicates and up to which block. The replica of another log, of one that was set back, or one that cannot
be read, is built again. A folder may be removed whenever no process has it.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from graph_models.counts import say_count
from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block, concatenate_blocks
from impactgraph.stores.local.record import Position, Record
from impactgraph.stores.local.record_file import StoreInUseError
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.neo4j.log import Log, LogEnd, LogEntry

MAX_PROCESSES = 16
"""Processes of one machine that have a cached replica; further ones use a temporary folder."""
GROUP = 50_000
"""Events that are written in one transaction."""
Say = Callable[[str], None]
"""Called with a line about the progress of what takes long."""

_CLAIMED: set[Path] = set()
"""Folders that stores of this process have: DuckDB keeps out other processes only."""
_CLAIMING = threading.Lock()


class ReplicaCache:
    """The folder of this process's replica, claimed until it is closed."""

    def __init__(self, cache: Path | None, log: Log, now: Callable[[], Millis], say: Say) -> None:
        """`cache` None: a temporary folder is used."""
        self._now = now
        self._cache = cache
        self._log = log
        self._say = say
        self._folder: Path | None = None
        self._is_temporary = False

    def open(self, end: LogEnd) -> tuple[Replica, LogEnd]:
        """The replica, brought up to `end` at least, and the end of the log that it has."""
        record = self._claim(end.position.identity)
        if not self._is_valid(record, end):
            record = self._clear(record)
        replica_end = self._catch_up(record, end)
        return Replica(record, self._now), replica_end

    def replace(self, replica: Replica, end: LogEnd) -> tuple[Replica, LogEnd]:
        """A new replica, for one that is of another log, or ahead of it."""
        record = self._clear(replica.record)
        replica_end = self._catch_up(record, end)
        return Replica(record, self._now), replica_end

    def remove_idle(self) -> None:
        """Removes the replicas of this log that no process has: they may hold what was removed for good."""
        if self._folder is None or self._is_temporary:
            return
        for folder in self._folder.parent.iterdir():
            with _CLAIMING:
                if folder in _CLAIMED or not folder.is_dir():
                    continue
                try:
                    Record(folder).close()
                except StoreInUseError:
                    continue
                except StoreUnavailableError:
                    pass
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """The record must be closed."""
        if self._folder is None:
            return
        if self._is_temporary:
            shutil.rmtree(self._folder, ignore_errors=True)
        with _CLAIMING:
            _CLAIMED.discard(self._folder)

    def _claim(self, identity: str) -> Record:
        """The record in the first free folder; in a temporary one, or in memory, where no folder can be
        used.
        """
        for number in range(MAX_PROCESSES if self._cache else 0):
            assert self._cache
            folder = (self._cache / f"neo4j-{identity[:16]}" / str(number)).absolute()
            with _CLAIMING:
                if folder in _CLAIMED:
                    continue
                try:
                    record = _open_or_recreate(folder)
                except StoreInUseError:
                    continue
                except StoreUnavailableError:
                    break
                _CLAIMED.add(folder)
            self._folder = folder
            return record
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="impactgraph-"))
        except OSError:
            return Record(None)
        self._is_temporary = True
        return Record(self._folder)

    def _is_valid(self, record: Record, end: LogEnd) -> bool:
        position = record.position
        if position is None:
            return record.watermark() == 0
        if position.identity != end.position.identity or position.block > end.position.block:
            return False
        return position.block == 0 or self._log.holds(position)

    @staticmethod
    def _clear(record: Record) -> Record:
        folder = record.folder
        record.close()
        if folder is not None:
            for path in folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return Record(folder)

    def _catch_up(self, record: Record, end: LogEnd) -> LogEnd:
        """Fills the record up to `end`; the state is folded once, afterwards."""
        start = record.position or Position(end.position.identity, 0, "")
        replica_end = LogEnd(start, record.watermark())
        if record.position is None:
            record.apply(Block(), start)
        for group in groups(self._log.between(start, end)):
            replica_end = group[-1].end
            record.apply(concatenate_blocks([entry.block for entry in group]), replica_end.position)
            if end.last > GROUP:
                self._say(f"Reading the record: {replica_end.last:,} of {say_count(end.last, 'event')}")
        is_complete = replica_end.position.block == end.position.block
        return LogEnd(replica_end.position, end.last) if is_complete else replica_end


def _open_or_recreate(folder: Path) -> Record:
    """A record that cannot be read is removed: it is a replica, and can be built again.

    Raises:
        StoreInUseError: another process has it.
        StoreUnavailableError: the folder cannot be used.
    """
    try:
        return Record(folder)
    except StoreInUseError:
        raise
    except StoreUnavailableError:
        shutil.rmtree(folder, ignore_errors=True)
        return Record(folder)


def groups(entries: Iterable[LogEntry]) -> Iterator[Sequence[LogEntry]]:
    """Groups of entries to write in one transaction: about `GROUP` events; a version of the topology
    alone.
    """
    group: list[LogEntry] = []
    releases = set[int]()
    events = 0
    for entry in chain(entries, [None]):
        if group and (entry is None or events > GROUP or _must_separate(group[-1], entry, releases)):
            yield group
            group = []
            releases = set[int]()
            events = 0
        if entry is not None:
            group.append(entry)
            events += len(entry.block.rows["events"]["seq"]) if "events" in entry.block.rows else 0
            releases.update(entry.block.quarantine_releases.tolist())


def _must_separate(last: LogEntry, entry: LogEntry, releases: set[int]) -> bool:
    """Whether an entry cannot be in the group that `last` ends and that has released these quarantine
    numbers.
    """
    alone = ("topologies", "undos", "forgotten", "retentions")
    if any(table in each.block.rows for table in alone for each in (entry, last)):
        return True
    quarantine_rows = entry.block.rows.get("aside")
    return bool(quarantine_rows and releases.intersection(quarantine_rows["number"].tolist()))
