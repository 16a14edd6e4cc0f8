"""One process's copy of all that was recorded: the DuckDB record, and the state that it adds up to in memory.

A change is prepared (sorted out and turned into a block, while nothing changes but words that the lexicon is given), kept (on disk), and shown
(in memory): in this order, so that a change that was not committed leaves no trace. Whose commit it is that counts is for the store to say.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from graph_models.failure import Failure
from graph_models.orders import Order
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes
from impactgraph.impact.orders import orders_of
from impactgraph.stores.local.aside import Aside
from impactgraph.stores.local.block import Block, joined
from impactgraph.stores.local.items import Item
from impactgraph.stores.local.memory import Memory
from impactgraph.stores.local.rebuild import catch_up, rebuild
from impactgraph.stores.local.record import Position, Record
from impactgraph.stores.local.story import numbers_of
from impactgraph.stores.local.take import State, take
from impactgraph.stores.local.topologies import Topologies
from impactgraph.stores.local.write import add_words
from impactgraph.stores.state.event_dictionaries import EventDictionaries, Reading
from impactgraph.stores.state.failures import FailureNews, fold_failures
from impactgraph.stores.state.fits import Fits
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.snapshot import Meta, load, read_meta, save

MOST_PAST = 2
"""States of past moments that are kept: each is as large as the live one."""
MANY = 300_000
"""Fulfillments of which only one past state is kept."""


@dataclass
class Change:
    """What was prepared: the block, and how the state comes to have it once it is kept."""

    block: Block
    show: Callable[[], None]


class Copy:
    """One thread at a time changes it, and shows changes while nobody reads."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.load()

    def load(self) -> None:
        """Everything that is derived from the record."""
        self.topologies = Topologies(self.record)
        self.aside = Aside(self.record)
        self._memory: Memory | None = None
        self._news: tuple[FailureNews, ...] | None = None
        self._folding = Lock()
        self._past: dict[Millis, tuple[tuple[int, int], Instances]] = {}
        """States of past moments, each with the live state that it was folded beside."""
        lexicon, topology = EventDictionaries.of(self.record.words()), self.topologies.current()
        reading = Reading.of(lexicon, topology or Topology())
        instances = self._from_snapshot(lexicon, reading)
        if instances is None:
            instances, self._latest = rebuild(self.record, lexicon, reading), self.record.latest()
        self.state = State(lexicon, reading, Fits(topology), instances)

    def _from_snapshot(self, lexicon: EventDictionaries, reading: Reading) -> Instances | None:
        """None where there is no snapshot of this record, or none by this topology."""
        folder = self.record.folder
        meta = read_meta(folder) if folder else None
        self._saved = 0
        if (
            folder is None
            or meta is None
            or (meta.identity, meta.topology) != (self.record.identity, self.topologies.current_key)
        ):
            return None
        if (
            meta.watermark > self.record.watermark()
            or (instances := load(folder, meta, lexicon, reading.most_steps)) is None
        ):
            return None
        instances.columns.watermark = self._saved = meta.watermark
        self._latest = catch_up(self.record, instances, reading, meta.latest)
        return instances

    def save(self, *, least: int, arranged: bool = False) -> None:
        """Writes a snapshot where at least so many events came since the last one. A disk that has no room for it does no harm.

        `arranged` moves rows, for those who open it next: nobody may be reading.
        """
        instances, folder = self.state.instances, self.record.folder
        if folder is None or instances.columns.watermark - self._saved < least:
            return
        meta = Meta(
            identity=self.record.identity, topology=self.topologies.current_key, watermark=instances.columns.watermark, latest=self._latest
        )  # fmt: skip
        if arranged:
            instances.arrange()
        with suppress(OSError):
            save(folder, instances, meta)
            self._saved = meta.watermark

    # Questions

    @property
    def watermark(self) -> int:
        """Sequence number of the last event."""
        return self.state.instances.columns.watermark

    def instances(self, as_of: Millis | None) -> Instances:
        """Of a past moment they are folded from the record, and kept for the questions that follow until events come."""
        live = self.state.instances
        if as_of is None or as_of >= self._latest:
            return live
        with self._folding:
            stands = (id(live), live.columns.watermark)
            found = self._past.get(as_of)
            if found is None or found[0] != stands:
                most = MOST_PAST if len(live.columns.fulfillments) < MANY else 1
                self._past = {
                    moment: past
                    for moment, past in list(self._past.items())[len(self._past) + 1 - most :]
                    if past[0] == stands
                }
                found = self._past[as_of] = (
                    stands,
                    rebuild(self.record, self.state.lexicon, self.state.reading, as_of),
                )
            return found[1]

    def failures(self, as_of: Millis | None) -> Sequence[Failure]:
        if (news := self._news) is None:
            news = self._news = self.record.failure_news()
        return fold_failures(news, as_of)

    def orders(self, keys: Sequence[str], as_of: Millis | None) -> dict[int, Order]:
        """By number, those that are known (then), in the order of the keys."""
        instances, numbers = self.instances(as_of), numbers_of(self.record, keys)
        asked: Codes = np.array([numbers[key] for key in dict.fromkeys(keys) if key in numbers], np.int32)
        rows = instances.order_rows(asked)
        found = orders_of(instances.columns, rows[rows >= 0])
        return dict(zip(asked[rows >= 0].tolist(), found, strict=True))

    # Changes

    def prepare(self, items: list[Item], watermark: int, now: Millis) -> Change:
        """What becomes of the items, which tell it themselves; their events get the numbers that follow the watermark."""
        if self._memory is None:
            self._memory = Memory(self.record)
        taken = take(items, self.state, self.record, self._memory, self.aside, watermark, now)

        def show() -> None:
            taken.bring(self.state)
            self._latest = max(self._latest, taken.latest)

        return Change(taken.block, show)

    def prepare_version(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> Change:
        """The next version of the topology."""
        key = self.topologies.next_key(documents)
        version = replace(topology, version=key)
        self.state.lexicon.learn(version)
        block = Block()
        add_words(block, self.state.lexicon, self.record.words_kept)
        block.add("topologies", self.topologies.row(key, at, version, documents))

        def show() -> None:
            self.topologies.adopt(version)
            self._read_anew(block)

        return Change(block, show)

    def keep(self, block: Block, position: Position | None = None) -> None:
        """On disk when it returns; where it raises, nothing of it is."""
        self.record.apply(block, position)

    def show(self, change: Change) -> None:
        """Once it is kept. Nobody may be reading."""
        self._follow(change.block)
        change.show()

    def bring(self, blocks: Sequence[Block], position: Position) -> Callable[[], None]:
        """Keeps blocks that others committed, in their order; what it gives shows them. A version of the topology comes alone."""
        block = joined(blocks)
        touched = self.record.orders_of_events(block.removed)
        self.keep(block, position)

        def show() -> None:
            self.state.lexicon.extend(block.words)
            self._follow(block)
            if "topologies" in block.rows:
                self._read_anew(block)
            if "events" in block.rows or len(touched):
                self._latest = catch_up(
                    self.record, self.state.instances, self.state.reading, self._latest, touched
                )

        return show

    def _follow(self, block: Block) -> None:
        if self._memory is not None:
            self._memory.follow(block)
        self.aside.follow(block)
        self.topologies.follow(block)
        if block.tells_of_failures:
            self._news = None

    def _read_anew(self, block: Block) -> None:
        """Events as the current topology has it: folded again where it brought a step or record."""
        lexicon, topology, state = self.state.lexicon, self.topologies.current(), self.state
        reading, instances = Reading.of(lexicon, topology or Topology()), state.instances
        if self.watermark and any(domain.startswith(("steps:", "records:")) for domain in block.words):
            instances = rebuild(self.record, lexicon, reading)
        instances.fulfillments.widen(reading.most_steps)
        instances.refresh(reading)
        self.state = State(lexicon, reading, Fits(topology), instances)
        self._saved = 0
