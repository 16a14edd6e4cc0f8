"""The order book at a moment: exactly so many orders in flight, and some that have ended, with all that happened to them and all that will.

The orders of the hours after it are books of their own.
"""

from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

import numpy as np

from graph_models.time import HOUR, Millis
from graph_models.topology import Topology
from impactgraph.demo.failures import live_failures, troubles
from impactgraph.demo.journeys import NEVER, Journeys, World, travel
from impactgraph.demo.orders import (
    LOOKBACK,
    WORKFLOWS,
    Fulfillments,
    Ints,
    Orders,
    Rng,
    place_hour,
    place_orders,
    taken,
)

Columns = TypeVar("Columns", Orders, Fulfillments, Journeys)

_LEAST, _MOST = 2_000, 250_000
"""Orders that are made up at once: few enough to stay small in memory, enough to be quick."""


@dataclass
class Book:
    """Orders by the moment they were placed; journeys one a workflow, their rows by order."""

    orders: Orders
    fulfillments: Fulfillments
    journeys: list[Journeys]
    before: int = 0
    """How many orders the books before it have: its own are numbered after them."""

    @property
    def last(self) -> Millis:
        """When the last thing happens; NEVER where there is nothing."""
        moments = (
            moment
            for journeys in self.journeys
            for moment in (journeys.entered, journeys.errors, journeys.records, journeys.ended)
        )
        return max(int(moment.max(initial=NEVER)) for moment in moments)


@dataclass(frozen=True)
class Setting:
    """What the books of one demo share: the failures that are live at `now`, and chance."""

    topology: Topology
    now: Millis
    rng: Rng
    pace: dict[str, float] = field(default_factory=dict[str, float])
    """As World has it."""


def order_book(setting: Setting, in_flight: int, ended: int) -> tuple[Book, float]:
    """`in_flight` orders with a fulfillment that has not ended at `now`, and `ended` others, drawn from the days before.

    Answers also how many orders an hour, on the mean, had to be placed for so many to be in flight.
    """
    pages: list[Book] = []
    now, rng = setting.now, setting.rng
    open_, closed, drawn = 0, 0, 0.0
    size = min(_MOST, max(_LEAST, 2 * in_flight))
    while open_ < in_flight:
        page = _page(setting, *place_orders(size, now, rng))
        live = _live(page, now)
        wanted = min(in_flight - open_, int(live.sum()))
        past = min(round(ended * (open_ + wanted) / in_flight) - closed, int((~live).sum()))
        chosen = np.concatenate(
            (
                rng.permutation(np.flatnonzero(live))[:wanted],
                _victims_first(page, rng.permutation(np.flatnonzero(~live)), now)[:past],
            )
        )
        pages.append(_kept(page, chosen))
        open_, closed, drawn = open_ + wanted, closed + past, drawn + size * wanted / live.sum()
    return _bound(pages), drawn * HOUR / LOOKBACK


def next_hour(setting: Setting, hourly: float, since: Millis, before: int) -> Book:
    """The orders of the hour from `since` on, where `hourly` are placed on the mean of a day; `before` were placed until then."""
    page = _page(setting, *place_hour(hourly, since, setting.rng))
    return replace(_kept(page, np.arange(len(page.orders))), before=before)


def _page(setting: Setting, orders: Orders, fulfillments: Fulfillments) -> Book:
    topology = setting.topology
    world = World(topology, orders, fulfillments, troubles(topology, setting.now), setting.rng, setting.pace)
    journeys = [
        travel(world, topology.workflows[key], np.flatnonzero(fulfillments.workflow == code))
        for code, key in enumerate(WORKFLOWS)
    ]
    return Book(orders, fulfillments, journeys)


def _victims_first(book: Book, ended: Ints, now: Millis) -> Ints:
    """Ended orders that were cancelled while the failures are live stay in the sample: they are what the failures have done so far."""
    onset = min(failure.started_at for failure in live_failures(now))
    cancelled = np.zeros(len(book.orders), np.bool_)
    for journeys in book.journeys:
        cancelled[book.fulfillments.order[journeys.rows[journeys.cancelled & (journeys.ended >= onset)]]] = (
            True
        )
    return np.concatenate((ended[cancelled[ended]], ended[~cancelled[ended]]))


def _live(book: Book, now: Millis) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which orders have a fulfillment that has not ended."""
    live = np.zeros(len(book.orders), np.bool_)
    for journeys in book.journeys:
        live[book.fulfillments.order[journeys.rows[journeys.ended > now]]] = True
    return live


def _kept(book: Book, orders: Ints) -> Book:
    """Only those orders, by the moment they were placed."""
    orders = orders[np.argsort(book.orders.placed[orders], kind="stable")]
    place = np.full(len(book.orders), -1)
    place[orders] = np.arange(len(orders))
    return Book(taken(book.orders, orders), *_renumbered(book, place))


def _renumbered(book: Book, place: Ints) -> tuple[Fulfillments, list[Journeys]]:
    """The fulfillments by their order's new place and their number; those of an order without one (-1) are left out."""
    order = place[book.fulfillments.order]
    by_order = np.lexsort((book.fulfillments.number, order))
    kept = by_order[order[by_order] >= 0]
    fulfillments = taken(book.fulfillments, kept)
    fulfillments.order = order[kept]
    row = np.full(len(order), -1)
    row[kept] = np.arange(len(kept))
    return fulfillments, [_reordered(journeys, row) for journeys in book.journeys]


def _reordered(journeys: Journeys, row: Ints) -> Journeys:
    rows = row[journeys.rows]
    by_row = np.argsort(rows, kind="stable")
    kept = by_row[rows[by_row] >= 0]
    columns = {
        column.name: getattr(journeys, column.name)[kept]
        for column in fields(journeys)
        if _is_column(journeys, column.name)
    }
    return replace(journeys, **{**columns, "rows": rows[kept]})


def _bound(pages: list[Book]) -> Book:
    """All pages as one, by the moment the orders were placed."""
    order_offsets = np.cumsum([0, *(len(page.orders) for page in pages)])
    row_offsets = np.cumsum([0, *(len(page.fulfillments) for page in pages)])
    for page, order_offset, row_offset in zip(
        pages, order_offsets.tolist(), row_offsets.tolist(), strict=False
    ):
        page.fulfillments.order += order_offset
        for journeys in page.journeys:
            journeys.rows += row_offset
    whole = Book(
        _joined([page.orders for page in pages]),
        _joined([page.fulfillments for page in pages]),
        [_joined([page.journeys[index] for page in pages]) for index in range(len(WORKFLOWS))],
    )
    return _kept(whole, np.arange(len(whole.orders)))


def _joined(parts: list[Columns]) -> Columns:
    """The rows of all parts; what is not a column is the same in all."""
    first = parts[0]
    columns = {
        column.name: np.concatenate([getattr(part, column.name) for part in parts])
        for column in fields(first)
        if _is_column(first, column.name)
    }
    return replace(first, **columns)


def _is_column(part: Orders | Fulfillments | Journeys, name: str) -> bool:
    return isinstance(getattr(part, name), np.ndarray)
