"""State made by the recorded events: orders, failures and the journal, at any moment."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from graph_models.diagnosis import StockFigure
from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.journal import Journal
from graph_models.orders import Order, OrderEdit, OrderFilter, OrderRecord, Page, TimelineEntry
from graph_models.time import Millis
from impactgraph.columns import Columns, ErrorTexts, Visits
from impactgraph.columns.system_lists import ListContent, SystemLists


@dataclass(frozen=True, slots=True)
class OrderTimeline:
    """An order with its events and records, oldest first."""

    order: Order
    entries: tuple[TimelineEntry, ...]
    records: tuple[OrderRecord, ...]
    edits: tuple[OrderEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class EventsAhead:
    """Recorded events that are stamped ahead of the clock: they take effect when their time comes."""

    count: int = 0
    next_at: Millis | None = None
    """Time of the earliest; None where there is none."""
    last_at: Millis | None = None


class RecordedState(Protocol):
    """Questions about what was recorded; `as_of` as in `Store`."""

    def columns(self, as_of: Millis | None = None) -> AbstractContextManager[Columns]:
        """The state of all orders as arrays, which do not change while the context is open."""
        ...

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        """The latest `per_step` visits of each (workflow, step), ordered by (entered, fulfillment id).

        Includes visits that have not ended.
        """
        ...

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        """Those of the orders that exist, with their fulfillments, by bare key: one call for a page."""
        ...

    def find_orders(
        self,
        where: OrderFilter,
        sort: OrderSort,
        *,
        first: int,
        after: str | None,
        as_of: Millis | None = None,
    ) -> Page[Order]:
        """A page of all orders, ended ones too; cursors are keysets.

        Raises:
            BadInputError: `after` is not a cursor of this store.
        """
        ...

    def timeline(self, order: str, as_of: Millis | None = None) -> OrderTimeline | None:
        """Of the order with this bare key; None where it does not exist (then)."""
        ...

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        """Timelines by bare key of those orders that exist (then): one call for a page."""
        ...

    def error_texts(self, since: Millis, as_of: Millis | None = None) -> ErrorTexts:
        """Texts of every fulfillment.failed from `since` on.

        Rows are those of `columns(as_of)`, so call it while that context is open.
        """
        ...

    def differing_stock(self, as_of: Millis | None = None) -> Sequence[StockFigure]:
        """Latest figure of each system for the items whose systems disagree, by location, item and system."""
        ...

    def system_lists(self, as_of: Millis | None = None) -> Mapping[str, SystemLists]:
        """By bare key of the system, what its lists say it has."""
        ...

    def list_content(self, system: str, key: str, at: Millis) -> ListContent:
        """The list of a system (bare key) with this key and moment."""
        ...

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        """Every failure reported by then, in its state at that time; oldest first."""
        ...

    def journal(self, as_of: Millis | None = None) -> Journal:
        """What was recorded about incidents, changes, maintenance and notices."""
        ...

    def events_ahead(self, of: Millis) -> EventsAhead:
        """The waiting events with a time after `of`."""
        ...

    def has_events_between(self, watermark: int, as_of: Millis) -> bool:
        """Whether an event with a number after `watermark` has a time at or before `as_of`."""
        ...
