"""The store in a folder: a DuckDB file of record, and its columns in the memory of the process."""

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.orders import Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.impact.columns import Columns, Visits
from impactgraph.ports.store import Intake, OrderStory, Refused, TopologyVersion
from impactgraph.stores.local.aside import Aside
from impactgraph.stores.local.items import Item, read_items, told
from impactgraph.stores.local.memory import Memory
from impactgraph.stores.local.rebuild import catch_up, rebuild
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.sharing import Sharing
from impactgraph.stores.local.story import numbers_of, stories
from impactgraph.stores.local.take import State, take
from impactgraph.stores.local.topologies import Topologies
from impactgraph.stores.local.write import write_words
from impactgraph.stores.state.failures import FailureNews, fold_failures
from impactgraph.stores.state.fits import Fits
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.lexicon import Lexicon, Reading
from impactgraph.stores.state.orders import order_page, orders_of
from impactgraph.stores.state.snapshot import Meta, load, read_meta, save
from impactgraph.stores.state.visits import visits

BLOCK = 20_000
"""Events of one transaction: enough that its price does not count, few enough that memory does not."""
SAVE_AFTER = 2_000_000
"""Events after which the columns are saved while events come: so many are folded again after a crash at most."""
MOST_PAST = 2
"""States of past moments that are kept: each is as large as the live one."""
MANY = 300_000
"""Fulfillments of which only one past state is kept."""
SAVE_ON_CLOSE = 50_000
"""Fewer are folded as fast as they are loaded."""


class EmbeddedStore:
    """Implements `impactgraph.ports.store.Store`. Any thread may ask; one at a time writes, the others wait for it."""

    def __init__(self, record: Record, now: Callable[[], Millis]) -> None:
        self._record, self._now = record, now
        self._writing, self._sharing, self._folding = threading.RLock(), Sharing(), threading.Lock()
        self._load()

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], Millis]) -> "EmbeddedStore":
        """The store in the folder, made where there is none. Raises StoreUnavailableError where another process holds it, or it cannot be read."""
        return cls(Record(path), now)

    @classmethod
    def in_memory(cls, *, now: Callable[[], Millis]) -> "EmbeddedStore":
        """Nothing is kept when it is closed."""
        return cls(Record(None), now)

    def _load(self) -> None:
        """Everything that is derived from the record."""
        self._topologies = Topologies(self._record)
        self._aside = Aside(self._record)
        self._memory: Memory | None = None
        self._news: tuple[FailureNews, ...] | None = None
        self._past: dict[Millis, tuple[tuple[int, int], Instances]] = {}
        """States of past moments, each with the live state that it was folded beside."""
        lexicon, topology = Lexicon.of(self._record.words()), self._topologies.current()
        reading = Reading.of(lexicon, topology or Topology())
        instances = self._from_snapshot(lexicon, reading)
        if instances is None:
            instances, self._latest = rebuild(self._record, lexicon, reading), self._record.latest()
        self._state = State(lexicon, reading, Fits(topology), instances)

    def _from_snapshot(self, lexicon: Lexicon, reading: Reading) -> Instances | None:
        """None where there is no snapshot of this record, or none by this topology."""
        folder = self._record.folder
        meta = read_meta(folder) if folder else None
        self._saved = 0
        if folder is None or meta is None or (meta.identity, meta.topology) != (self._record.identity, self._topologies.current_key):
            return None
        if meta.watermark > self._record.watermark() or (instances := load(folder, meta, lexicon, reading.most_steps)) is None:
            return None
        instances.columns.watermark = self._saved = meta.watermark
        self._latest = catch_up(self._record, instances, reading, meta.latest)
        return instances

    def _save(self, *, least: int, arranged: bool = False) -> None:
        """Writes a snapshot where at least so many events came since the last one. A disk that has no room for it does no harm.

        `arranged` moves rows, for those who open it next: nobody may be reading.
        """
        instances, folder = self._state.instances, self._record.folder
        if folder is None or instances.columns.watermark - self._saved < least:
            return
        meta = Meta(
            identity=self._record.identity, topology=self._topologies.current_key, watermark=instances.columns.watermark, latest=self._latest
        )  # fmt: skip
        if arranged:
            instances.arrange()
        with suppress(OSError):
            save(folder, instances, meta)
            self._saved = meta.watermark

    def reload(self) -> None:
        """Forgets what is in memory and folds the record anew."""
        with self._writing, self._sharing.writing():
            self._load()

    # Questions

    @contextmanager
    def columns(self, as_of: Millis | None = None) -> Generator[Columns]:
        with self._sharing.reading():
            yield self._instances(as_of).columns

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        with self._sharing.reading():
            return visits(self._instances(as_of), self._state.reading, per_step)

    def _instances(self, as_of: Millis | None) -> Instances:
        """Of a past moment they are folded from the record, and kept for the questions that follow until events come."""
        live = self._state.instances
        if as_of is None or as_of >= self._latest:
            return live
        with self._folding:
            stands = (id(live), live.columns.watermark)
            found = self._past.get(as_of)
            if found is None or found[0] != stands:
                most = MOST_PAST if len(live.columns.fulfillments) < MANY else 1
                self._past = {moment: past for moment, past in list(self._past.items())[len(self._past) + 1 - most :] if past[0] == stands}
                found = self._past[as_of] = (stands, rebuild(self._record, self._state.lexicon, self._state.reading, as_of))
            return found[1]

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        if (news := self._news) is None:
            news = self._news = self._record.failure_news()
        return fold_failures(news, as_of)

    def topology(self, as_of: Millis | None = None) -> Topology:
        return self._topologies.at(as_of)

    def topology_version(self, key: str) -> Topology:
        return self._topologies.version(key)

    def topologies(self) -> Sequence[TopologyVersion]:
        return self._topologies.listed()

    def aside(self, limit: int = 1000) -> Sequence[Refused]:
        return self._aside.listed(limit)

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        with self._sharing.reading():
            return {order.key: order for order in self._orders(keys, as_of).values()}

    def story(self, order: str, as_of: Millis | None = None) -> OrderStory | None:
        return self.stories([order], as_of).get(order)

    def stories(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderStory]:
        with self._sharing.reading():
            return stories(self._record, self._state.lexicon, self._orders(orders, as_of), as_of)

    def _orders(self, keys: Sequence[str], as_of: Millis | None) -> dict[int, Order]:
        """By number, those that are known (then), in the order of the keys."""
        instances, numbers = self._instances(as_of), numbers_of(self._record, keys)
        asked = np.array([numbers[key] for key in dict.fromkeys(keys) if key in numbers], np.int32)
        rows = instances.order_rows(asked)
        found = orders_of(instances.columns, rows[rows >= 0])
        return dict(zip(asked[rows >= 0].tolist(), found, strict=True))

    def find_orders(self, where: OrderFilter, sort: OrderSort, *, first: int, after: str | None, as_of: Millis | None = None) -> Page[Order]:
        with self._sharing.reading():
            topology = self._topologies.at(as_of) if self._topologies.listed() else Topology()
            return order_page(self._instances(as_of).columns, topology, where, sort, first, after)

    # Changes

    def ingest(self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False) -> Intake:
        intake = Intake()
        for start in range(0, len(lines), BLOCK):
            with self._writing:
                items = read_items(lines[start : start + BLOCK], places[start : start + BLOCK], self._state.fits)
                _add(intake, self._take(items, results=results))
                self._save(least=SAVE_AFTER)
        return intake

    def _take(self, items: list[Item], *, results: bool = False) -> Intake:
        asked, now = list(items), self._now()
        if self._memory is None:
            self._memory = Memory(self._record)
        watermark = self._state.instances.columns.watermark
        try:
            taken = take(items, self._state, self._record, self._memory, self._aside, watermark, now)
        except BaseException:
            # Nothing of it is on disk, but words and numbers were given in memory: forget them.
            self.reload()
            raise
        with self._sharing.writing():
            taken.bring(self._state)
            self._latest = max(self._latest, taken.latest)
            if taken.news_of_failures:
                self._news = None
        return told(asked, now, results=results)

    def replay(self, numbers: Sequence[int] | None = None) -> Intake:
        intake = Intake()
        with self._writing:
            entries = self._aside.entries(numbers)
            for start in range(0, len(entries), BLOCK):
                block = entries[start : start + BLOCK]
                items = read_items([item.text for item in block], [item.place for item in block], self._state.fits)
                for item, entry in zip(items, block, strict=True):
                    item.number, item.reason_before = entry.number, entry.reason_before
                _add(intake, self._take(items))
        return intake

    def apply_topology(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> TopologyVersion:
        with self._writing:
            if not self._topologies.unchanged(documents):
                self._apply(topology, documents, at)
            return self._topologies.listed()[0]

    def _apply(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> None:
        key = self._topologies.next_key(documents)
        version, lexicon = replace(topology, version=key), self._state.lexicon
        grown = lexicon.learn(version)
        with self._record.transaction():
            write_words(self._record, lexicon)
            self._topologies.write(key, at, version, documents)
        self._topologies.settle(key, at, version)
        reading = Reading.of(lexicon, version)
        with self._sharing.writing():
            instances = rebuild(self._record, lexicon, reading) if grown and self._record.watermark() else self._state.instances
            instances.fulfillments.widen(reading.most_steps)
            instances.refresh(reading)
            self._state = State(lexicon, reading, Fits(version), instances)
            self._saved = 0
        self.replay()

    def close(self) -> None:
        with self._writing, self._sharing.writing():
            self._save(least=SAVE_ON_CLOSE, arranged=True)
            self._record.close()

    @cached_property
    def identity(self) -> str:
        """Of this folder's record, whatever its path."""
        return self._record.identity


def _add(intake: Intake, part: Intake) -> None:
    intake.taken += part.taken
    intake.repeated += part.repeated
    intake.rejected += part.rejected
    intake.results += part.results
