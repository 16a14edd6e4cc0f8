"""A store as somebody sees it who may see some of its orders, or not all of their attributes."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from graph_models.access import View
from graph_models.diagnosis import StockFigure
from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.journal import Journal, NoticeLevel
from graph_models.masking import Masks
from graph_models.orders import Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.baselines import Baselines
from impactgraph.columns import Columns, ErrorTexts, Visits
from impactgraph.columns.system_lists import ListContent, SystemLists
from impactgraph.ports.backup import BackupHead, Part, PartKey, Totals
from impactgraph.ports.condition import StoreCondition
from impactgraph.ports.ingest import Ingest, IngestedFile, IngestResult, QuarantinedEvent, UndoResult
from impactgraph.ports.removal import (
    Elsewhere,
    ForgetRequest,
    ForgetResult,
    RetainedFrom,
    RetentionCount,
    RetentionRule,
)
from impactgraph.ports.search import OrderNumber, SearchMatch
from impactgraph.ports.sources import SourceBatch, SourceProgress
from impactgraph.ports.state import EventsAhead, OrderTimeline
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.stores.local.cut_state import CutState
from impactgraph.stores.local.existing_orders import existing_orders
from impactgraph.stores.local.id_search import search_ids, search_number
from impactgraph.stores.local.lists import documents_of
from impactgraph.stores.local.masked_texts import masked_entry
from impactgraph.stores.local.payload import error_texts
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.local.shown_lists import shown_content, shown_rows
from impactgraph.stores.local.timelines import timelines
from impactgraph.stores.local.view_states import ViewStates
from impactgraph.stores.local.visible_orders import is_in_regions
from impactgraph.stores.state.orders import order_page
from impactgraph.stores.state.visits import visits

_MORE = 8
"""By how much more matches are looked for where too many were hidden."""

Reading = Callable[[], AbstractContextManager[Replica]]


class ViewedStore:
    """Implements `impactgraph.ports.store.Store` for one view of another store.

    It answers as a store that only ever got the events of the orders that the view shows. What counts events
    of all orders (ingests, the progress of sources, the quarantine) is empty where it shows some of them.
    Changes go to the whole store.
    """

    def __init__(self, whole: Store, reading: Reading, states: ViewStates, now: Callable[[], Millis]) -> None:
        self._whole = whole
        self._reading = reading
        self._states = states
        self._now = now
        self.baselines = Baselines()

    @property
    def shown(self) -> View:
        return self._states.view

    @property
    def _shows_all_orders(self) -> bool:
        return self.shown.rows.shows_everything

    @contextmanager
    def _cut(self, as_of: Millis | None = None) -> Generator[tuple[Replica, CutState]]:
        """The replica, and what the view shows of it; unchanged while the context is open."""
        with self._reading() as replica:
            yield replica, self._states.at(replica, as_of)

    # Orders

    @contextmanager
    def columns(self, as_of: Millis | None = None) -> Generator[Columns]:
        with self._cut(as_of) as (_, cut):
            yield cut.columns

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        with self._cut(as_of) as (replica, cut):
            return visits(cut.instances, replica.state.lookup, per_step)

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        with self._cut(as_of) as (replica, cut):
            orders = existing_orders(replica.record, cut.instances, cut.columns, keys)
        return {order.key: order for order in orders.values()}

    def timeline(self, order: str, as_of: Millis | None = None) -> OrderTimeline | None:
        return self.timelines([order], as_of).get(order)

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        with self._cut(as_of) as (replica, cut):
            return timelines(
                replica.record,
                replica.state.event_dictionaries,
                existing_orders(replica.record, cut.instances, cut.columns, orders),
                replica.horizon(as_of),
            )

    def find_orders(
        self,
        where: OrderFilter,
        sort: OrderSort,
        *,
        first: int,
        after: str | None,
        as_of: Millis | None = None,
    ) -> Page[Order]:
        with self._cut(as_of) as (replica, cut):
            at = self._now() if as_of is None else as_of
            topology = replica.topologies.at(at) if replica.topologies.count else Topology()
            return order_page(cut.columns, topology, where, sort, first, after)

    def find(self, text: str, first: int, *, inside: bool = False) -> Sequence[SearchMatch]:
        with self._cut() as (replica, cut):

            def search(most: int) -> Sequence[SearchMatch]:
                return search_ids(replica.record, cut.columns, text, most, inside=inside)

            return _shown_matches(cut, search, first)

    def find_number(self, number: OrderNumber, first: int) -> Sequence[SearchMatch]:
        with self._cut() as (replica, cut):
            return _shown_matches(cut, lambda most: search_number(replica.record, number, most), first)

    def error_texts(self, since: Millis, as_of: Millis | None = None) -> ErrorTexts:
        with self._cut(as_of) as (replica, cut):
            words, until = replica.state.event_dictionaries, replica.horizon(as_of)
            return error_texts(replica.record, cut.instances, words, since, until)

    def documents(self, numbers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        with self._cut() as (replica, cut):
            return documents_of(replica.record, numbers, cut.instances)

    def quarantine_reasons(self, orders: Sequence[str]) -> Mapping[str, str]:
        """Without the values of masked attributes, which a reason may quote."""
        with self._cut() as (replica, cut):
            is_shown = [True] * len(orders) if self._shows_all_orders else cut.has_orders(orders)
            visible_orders = [key for key, has in zip(orders, is_shown, strict=True) if has]
            entries = replica.quarantine.entries_of(visible_orders)
        return {
            order: masked_entry(entry, self.shown.masked).reason if self.shown.masked else entry.reason
            for order, entry in entries.items()
        }

    def system_lists(self, as_of: Millis | None = None) -> Mapping[str, SystemLists]:
        with self._cut(as_of) as (replica, cut):
            lists = replica.system_lists(as_of)
            if self._shows_all_orders:
                return lists
            return {key: shown_rows(each, replica.record, cut) for key, each in lists.items()}

    def list_content(self, system: str, key: str, at: Millis) -> ListContent:
        if self._shows_all_orders:
            return self._whole.list_content(system, key, at)
        with self._cut() as (replica, cut):
            return shown_content(system, replica.lists.events(system, key, at), replica.record, cut)

    def has_events_between(self, watermark: int, as_of: Millis) -> bool:
        if self._shows_all_orders:
            return self._whole.has_events_between(watermark, as_of)
        with self._cut() as (replica, cut):
            return self._states.digest(replica, cut.numbers, as_of) != watermark

    def events_ahead(self, of: Millis) -> EventsAhead:
        """Those of failures and incidents, and of orders that are there already."""
        if self._shows_all_orders:
            return self._whole.events_ahead(of)
        with self._cut() as (replica, cut):
            waiting = replica.waiting.after(of)
            times = waiting.time[(waiting.order < 0) | np.isin(waiting.order, cut.numbers)]
        return EventsAhead(len(times), int(times[0]), int(times[-1])) if len(times) else EventsAhead()

    # What is of no order

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        failures = self._whole.failures(as_of)
        if not self.shown.masked:
            return failures
        masks = Masks.of(self.shown.masked, failures, self._whole.journal(as_of))
        return [masks.failure(failure) for failure in failures]

    def journal(self, as_of: Millis | None = None) -> Journal:
        """Notices without their text and level, which count all orders."""
        journal = self._whole.journal(as_of)
        if self.shown.masked:
            journal = Masks.of(self.shown.masked, self._whole.failures(as_of), journal).journal(journal)
        if self._shows_all_orders:
            return journal
        notices = tuple(replace(each, text="", level=NoticeLevel.NONE) for each in journal.notices)
        return replace(journal, notices=notices)

    def differing_stock(self, as_of: Millis | None = None) -> Sequence[StockFigure]:
        """Figures have a location and its region only: a filter of anything else shows none."""
        rows = self.shown.rows
        if rows.brands or rows.channels:
            return ()
        figures = self._whole.differing_stock(as_of)
        if self._shows_all_orders or not figures:
            return figures
        topology = self.topology(as_of)
        return [
            figure
            for figure in figures
            if (not rows.locations or figure.location in rows.locations)
            and (not rows.regions or is_in_regions(topology, figure.location, rows.regions))
        ]

    def topology(self, as_of: Millis | None = None) -> Topology:
        return self._whole.topology(as_of)

    def topology_version(self, key: str) -> Topology:
        return self._whole.topology_version(key)

    def topologies(self) -> Sequence[TopologyVersion]:
        return self._whole.topologies()

    @property
    def identity(self) -> str:
        return self._whole.identity

    @property
    def generation(self) -> str:
        return self._whole.generation

    # What counts events of all orders

    def quarantined(self, limit: int = 1000) -> Sequence[QuarantinedEvent]:
        return self._masked(self._whole.quarantined(limit)) if self._shows_all_orders else ()

    def quarantined_documents(self, numbers: Sequence[int] | None = None) -> Sequence[QuarantinedEvent]:
        return self._masked(self._whole.quarantined_documents(numbers)) if self._shows_all_orders else ()

    def _masked(self, entries: Sequence[QuarantinedEvent]) -> Sequence[QuarantinedEvent]:
        return [masked_entry(each, self.shown.masked) for each in entries]

    def source_progress(self) -> Mapping[str, SourceProgress]:
        return self._whole.source_progress() if self._shows_all_orders else {}

    def ingests(self, limit: int, before: int | None = None) -> Sequence[Ingest]:
        return self._whole.ingests(limit, before) if self._shows_all_orders else ()

    # Changes

    def apply_topology(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> TopologyVersion:
        return self._whole.apply_topology(topology, documents, at)

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False, ingest: int = 0
    ) -> IngestResult:
        return self._whole.ingest(lines, places=places, results=results, ingest=ingest)

    def ingest_source(
        self, batch: SourceBatch, lines: Sequence[bytes], *, places: Sequence[str] = ()
    ) -> IngestResult:
        return self._whole.ingest_source(batch, lines, places=places)

    def begin_ingest(self, files: Sequence[IngestedFile], at: Millis) -> int:
        return self._whole.begin_ingest(files, at)

    def end_ingest(self, number: int, report: Mapping[str, Any], at: Millis) -> None:
        self._whole.end_ingest(number, report, at)

    def undo_ingest(self, number: int, at: Millis) -> UndoResult:
        return self._whole.undo_ingest(number, at)

    def replay_quarantined(self, numbers: Sequence[int] | None = None) -> IngestResult:
        return self._whole.replay_quarantined(numbers)

    @contextmanager
    def backup(self, known: Mapping[PartKey, str]) -> Generator[tuple[BackupHead, Iterator[Part]]]:
        with self._whole.backup(known) as parts:
            yield parts

    def totals(self) -> Totals:
        return self._whole.totals()

    def restore(self, blocks: Iterable[bytes]) -> None:
        self._whole.restore(blocks)

    def forget(self, request: ForgetRequest, at: Millis, elsewhere: Elsewhere = lambda _: 0) -> ForgetResult:
        return self._whole.forget(request, at, elsewhere)

    def retain(self, rule: RetentionRule, at: Millis, *, dry_run: bool = False) -> RetentionCount:
        return self._whole.retain(rule, at, dry_run=dry_run)

    def retained_from(self) -> RetainedFrom | None:
        return self._whole.retained_from()

    def forgotten_at(self, order: str) -> Millis | None:
        """None where some orders are hidden: whether it was one of them is not known any more."""
        return self._whole.forgotten_at(order) if self._shows_all_orders else None

    def condition(self) -> StoreCondition:
        return self._whole.condition()

    @contextmanager
    def copy(self) -> Generator[Store]:
        with self._whole.copy() as trial:
            yield trial.view(self.shown)

    def view(self, view: View) -> Store:
        """Of the whole store: a view is given to whoever may see it."""
        return self._whole.view(view)

    def close(self) -> None:
        """The whole store is closed by whoever opened it."""


def _shown_matches(
    cut: CutState, search: Callable[[int], Sequence[SearchMatch]], first: int
) -> Sequence[SearchMatch]:
    """The first of the matches that are of orders shown; `search` gives at most so many of all."""
    most = first
    while True:
        matches = search(most)
        is_shown = cut.has_orders([match.order for match in matches])
        visible_matches = [match for match, has in zip(matches, is_shown, strict=True) if has]
        if len(visible_matches) >= first or len(matches) < most:
            return visible_matches[:first]
        most *= _MORE
