"""The copy of the log that a process keeps in a folder of its cache, so that a restart reads only what is new.

Each process on a machine has a folder of its own: it takes the first that no other has. A folder says of which log it is a copy and how far; one of
another log, or of one that was set back, is made anew. So is one that cannot be read. It may be removed whenever no process has it.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block, joined
from impactgraph.stores.local.copy import Copy
from impactgraph.stores.local.record import HeldError, Position, Record
from impactgraph.stores.neo4j.log import End, Entry, Log

MOST_PROCESSES = 16
"""Of one machine, that keep a copy; further ones have theirs in a folder that goes with them."""
GROUP = 50_000
"""Events that are written in one transaction."""
Say = Callable[[str], None]

_CLAIMED: set[Path] = set()
"""Folders that stores of this process have: DuckDB keeps out other processes only."""
_CLAIMING = threading.Lock()


class Replica:
    """A folder that is claimed until it is closed."""

    def __init__(self, cache: Path | None, log: Log, say: Say) -> None:
        """None: nothing is kept when it is closed."""
        self._cache, self._log, self._say = cache, log, say
        self._folder: Path | None = None
        self._passing = False

    def opened(self, end: End) -> tuple[Copy, End]:
        """The copy, brought to the end at least, and where it is."""
        record = self._claimed(end.position.identity)
        if not self._valid(record, end):
            record = self._emptied(record)
        at = self._filled(record, end)
        return Copy(record), at

    def anew(self, copy: Copy, end: End) -> tuple[Copy, End]:
        """Instead of a copy that is of another log, or ahead of it."""
        record = self._emptied(copy.record)
        at = self._filled(record, end)
        return Copy(record), at

    def close(self) -> None:
        """After the record was closed."""
        if self._folder is None:
            return
        if self._passing:
            shutil.rmtree(self._folder, ignore_errors=True)
        with _CLAIMING:
            _CLAIMED.discard(self._folder)

    def _claimed(self, identity: str) -> Record:
        """The record in the first folder that nobody has; of this process alone, or in memory, where no folder can be used."""
        for number in range(MOST_PROCESSES if self._cache else 0):
            assert self._cache
            folder = (self._cache / f"neo4j-{identity[:16]}" / str(number)).absolute()
            with _CLAIMING:
                if folder in _CLAIMED:
                    continue
                try:
                    record = _readable(folder)
                except HeldError:
                    continue
                except StoreUnavailableError:
                    break
                _CLAIMED.add(folder)
            self._folder = folder
            return record
        try:
            self._folder, self._passing = Path(tempfile.mkdtemp(prefix="impactgraph-")), True
        except OSError:
            return Record(None)
        return Record(self._folder)

    def _valid(self, record: Record, end: End) -> bool:
        at = record.position
        if at is None:
            return record.watermark() == 0
        if at.identity != end.position.identity or at.block > end.position.block:
            return False
        return at.block == 0 or self._log.holds(at)

    @staticmethod
    def _emptied(record: Record) -> Record:
        folder = record.folder
        record.close()
        if folder is not None:
            for path in folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return Record(folder)

    def _filled(self, record: Record, end: End) -> End:
        """Only the record: the state is folded once, when all is there."""
        start = record.position or Position(end.position.identity, 0, "")
        at = End(start, record.watermark())
        if record.position is None:
            record.apply(Block(), start)
        for group in groups(self._log.between(start, end)):
            at = group[-1].end
            record.apply(joined([entry.block for entry in group]), at.position)
            if end.last > GROUP:
                self._say(f"Reading the record: {at.last:,} of {end.last:,} events")
        return End(at.position, end.last) if at.position.block == end.position.block else at


def _readable(folder: Path) -> Record:
    """A record that cannot be read is a copy that can be made anew. Raises HeldError, StoreUnavailableError where the folder cannot be used."""
    try:
        return Record(folder)
    except HeldError:
        raise
    except StoreUnavailableError:
        shutil.rmtree(folder, ignore_errors=True)
        return Record(folder)


def groups(entries: Iterable[Entry]) -> Iterator[Sequence[Entry]]:
    """Entries that can be written together: so many events at most, a version of the topology alone."""
    group: list[Entry] = []
    let_go = set[int]()
    events = 0
    for entry in chain(entries, [None]):
        if entry is None or (
            group and (events > GROUP or _alone(entry) or _alone(group[-1]) or _given_anew(entry, let_go))
        ):
            if group:
                yield group
            group, events, let_go = [], 0, set[int]()
        if entry is not None:
            group.append(entry)
            events += len(entry.block.rows["events"]["seq"]) if "events" in entry.block.rows else 0
            let_go.update(entry.block.let_go.tolist())


def _alone(entry: Entry) -> bool:
    return "topologies" in entry.block.rows


def _given_anew(entry: Entry, let_go: set[int]) -> bool:
    """A number of an entry kept aside that was free again: it must not be taken for the one before."""
    kept = entry.block.rows.get("aside")
    return bool(kept and let_go and let_go.intersection(kept["number"].tolist()))
