"""What every store answers and changes the same way, over its copy of the log. How a change is committed, and what others committed, is the store's own."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager

from graph_models.diagnosis import StockFigure
from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.orders import Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns, ErrorTexts, Visits
from impactgraph.ports.store import (
    IngestResult,
    OrderTimeline,
    QuarantinedEvent,
    SearchMatch,
    TopologyVersion,
)
from impactgraph.stores.local.copy import Change, Copy
from impactgraph.stores.local.find import find
from impactgraph.stores.local.items import Item, ingest_result, read_items
from impactgraph.stores.local.payload import differing_stock, error_texts
from impactgraph.stores.local.sharing import Sharing
from impactgraph.stores.local.story import stories
from impactgraph.stores.state.fits import Fits
from impactgraph.stores.state.orders import order_page
from impactgraph.stores.state.visits import visits

BLOCK = 20_000
"""Events of one transaction: enough that its price does not count, few enough that memory does not."""
SAVE_AFTER = 2_000_000
"""Events after which the columns are saved while events come: so many are folded again after a crash at most."""
SAVE_ON_CLOSE = 50_000
"""Fewer are folded as fast as they are loaded."""


class LocalStore(ABC):
    """Implements `impactgraph.ports.store.Store`. Any thread may ask; one at a time writes, the others wait for it."""

    def __init__(self, copy: Copy, now: Callable[[], Millis]) -> None:
        self._copy, self._now = copy, now
        self._writing, self._sharing = threading.RLock(), Sharing()

    @abstractmethod
    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        """Commits what is prepared and shows it. `prepare` sees the state that the change is of, and may be called again where a try came to nothing."""

    @contextmanager
    def _reading(self) -> Generator[Copy]:
        """The copy, as current as the store promises, not changed while the context is open."""
        with self._sharing.reading():
            yield self._copy

    # Questions

    @contextmanager
    def columns(self, as_of: Millis | None = None) -> Generator[Columns]:
        with self._reading() as copy:
            yield copy.instances(as_of).columns

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        with self._reading() as copy:
            return visits(copy.instances(as_of), copy.state.reading, per_step)

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        with self._reading() as copy:
            return copy.failures(as_of)

    def topology(self, as_of: Millis | None = None) -> Topology:
        with self._reading() as copy:
            return copy.topologies.at(as_of)

    def topology_version(self, key: str) -> Topology:
        with self._reading() as copy:
            return copy.topologies.version(key)

    def topologies(self) -> Sequence[TopologyVersion]:
        with self._reading() as copy:
            return copy.topologies.listed()

    def quarantined(self, limit: int = 1000) -> Sequence[QuarantinedEvent]:
        with self._reading() as copy:
            return copy.aside.listed(limit)

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        with self._reading() as copy:
            return {order.key: order for order in copy.orders(keys, as_of).values()}

    def timeline(self, order: str, as_of: Millis | None = None) -> OrderTimeline | None:
        return self.timelines([order], as_of).get(order)

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        with self._reading() as copy:
            return stories(copy.record, copy.state.lexicon, copy.orders(orders, as_of), as_of)

    def find_orders(
        self,
        where: OrderFilter,
        sort: OrderSort,
        *,
        first: int,
        after: str | None,
        as_of: Millis | None = None,
    ) -> Page[Order]:
        with self._reading() as copy:
            topology = copy.topologies.at(as_of) if copy.topologies.listed() else Topology()
            return order_page(copy.instances(as_of).columns, topology, where, sort, first, after)

    def find(self, text: str, first: int, *, inside: bool = False) -> Sequence[SearchMatch]:
        with self._reading() as copy:
            return find(copy.record, copy.instances(None).columns, text, first, inside=inside)

    def error_texts(self, since: Millis, as_of: Millis | None = None) -> ErrorTexts:
        with self._reading() as copy:
            return error_texts(copy.record, copy.instances(as_of), copy.state.lexicon, since, as_of)

    def differing_stock(self, as_of: Millis | None = None) -> Sequence[StockFigure]:
        with self._reading() as copy:
            return differing_stock(copy.record, copy.state.lexicon, as_of)

    # Changes

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False
    ) -> IngestResult:
        intake = IngestResult()
        for start in range(0, len(lines), BLOCK):
            block, where = lines[start : start + BLOCK], places[start : start + BLOCK]
            intake.extend(
                self._take(
                    lambda fits, block=block, where=where: read_items(block, where, fits), results=results
                )
            )
            with self._writing:
                self._copy.save(least=SAVE_AFTER)
        return intake

    def _take(self, read: Callable[[Fits], list[Item]], *, results: bool = False) -> IngestResult:
        """Reads the items and commits what can be taken. They are read before anybody has to wait, and again where that was in vain."""
        fits, now = self._copy.state.fits, self._now()
        ahead: list[Item] | None = read(fits)
        asked: list[Item] = []

        def prepare() -> Change:
            nonlocal ahead, asked
            items = (
                ahead if ahead is not None and self._copy.state.fits is fits else read(self._copy.state.fits)
            )
            ahead, asked = None, list(items)
            return self._copy.prepare(items, self._watermark(), now)

        self._commit(prepare)
        return ingest_result(asked, now, results=results)

    def _watermark(self) -> int:
        """The sequence number that the next events follow."""
        return self._copy.watermark

    def replay_quarantined(self, numbers: Sequence[int] | None = None) -> IngestResult:
        intake = IngestResult()
        with self._reading() as copy:
            entries = copy.aside.entries(numbers)
        for start in range(0, len(entries), BLOCK):
            block = entries[start : start + BLOCK]
            intake.extend(
                self._take(
                    lambda fits, block=block: _read_again(
                        [e for e in block if self._copy.aside.has(e.number)], fits
                    )
                )
            )
        return intake

    def apply_topology(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> TopologyVersion:
        applied = False

        def prepare() -> Change | None:
            nonlocal applied
            applied = not self._copy.topologies.unchanged(documents)
            return self._copy.prepare_version(topology, documents, at) if applied else None

        self._commit(prepare)
        with self._reading() as copy:
            version = copy.topologies.listed()[0]
        if applied:
            self.replay_quarantined()
        return version

    def close(self) -> None:
        with self._writing, self._sharing.writing():
            self._copy.save(least=SAVE_ON_CLOSE, arranged=True)
            self._copy.record.close()


def _read_again(entries: Sequence[Item], fits: Fits) -> list[Item]:
    items = read_items([item.text for item in entries], [item.place for item in entries], fits)
    for item, entry in zip(items, entries, strict=True):
        item.number, item.reason_before = entry.number, entry.reason_before
    return items
