"""The demo's orders at a moment: orders in flight and ended ones, with all their past and future steps.

The orders of each later hour are order books of their own.
"""

from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

import numpy as np

from graph_models.time import HOUR, Millis
from graph_models.topology import Topology
from impactgraph.demo.failures import NO_EFFECTS, failure_effects, live_failures
from impactgraph.demo.orders import (
    LOOKBACK,
    WORKFLOWS,
    Flags,
    Fulfillments,
    Ints,
    Orders,
    Rng,
    place_hour,
    place_orders,
    select_rows,
)
from impactgraph.demo.simulate import NEVER, Simulation, WorkflowRuns, simulate_workflow

Columns = TypeVar("Columns", Orders, Fulfillments, WorkflowRuns)

_SMALLEST_DRAW = 2_000
_LARGEST_DRAW = 250_000
"""Orders generated at once: few enough for the memory, enough to be fast."""


@dataclass
class OrderBook:
    """Orders by the moment they were placed; runs by workflow, their rows by order."""

    orders: Orders
    fulfillments: Fulfillments
    runs: list[WorkflowRuns]
    first_number: int = 0
    """Number of orders in the books before: this book's orders are numbered after them."""

    @property
    def last_moment(self) -> Millis:
        """Moment of the last event; NEVER where there is none."""
        moments = (
            moment
            for runs in self.runs
            for moment in (runs.entered_at, runs.error_at, runs.recorded_at, runs.ended_at)
        )
        return max(int(moment.max(initial=NEVER)) for moment in moments)


@dataclass(frozen=True)
class DemoSetting:
    """What the order books of one demo share: topology, present and random numbers."""

    topology: Topology
    now: Millis
    rng: Rng
    pace: dict[str, float] = field(default_factory=dict[str, float])
    """As in Simulation."""
    has_failures: bool = True
    """Whether the live failures have their effects on the orders."""


def generate_order_book(setting: DemoSetting, in_flight: int, past: int) -> tuple[OrderBook, float]:
    """An order book with `in_flight` orders in flight at the present and `past` ended ones of the days
    before.

    Also returns the mean number of orders placed per hour for so many to be in flight.
    """
    draws: list[OrderBook] = []
    live_count = 0
    past_count = 0
    placed_count = 0.0
    size = min(_LARGEST_DRAW, max(_SMALLEST_DRAW, 2 * in_flight))
    while live_count < in_flight:
        draw = _simulate(setting, *place_orders(size, setting.now, setting.rng))
        live = _is_live(draw, setting.now)
        take_live = min(in_flight - live_count, int(live.sum()))
        take_past = round(past * (live_count + take_live) / in_flight) - past_count
        take_past = min(take_past, int((~live).sum()))
        live_rows = setting.rng.permutation(np.flatnonzero(live))
        past_rows = setting.rng.permutation(np.flatnonzero(~live))
        if setting.has_failures:
            past_rows = _victims_first(draw, past_rows, setting.now)
        draws.append(_select_orders(draw, np.concatenate((live_rows[:take_live], past_rows[:take_past]))))
        live_count += take_live
        past_count += take_past
        placed_count += size * take_live / live.sum()
    return _concatenate(draws), placed_count * HOUR / LOOKBACK


def next_hour(setting: DemoSetting, hourly: float, since: Millis, first_number: int) -> OrderBook:
    """The orders of the hour from `since` on:

    `hourly` is the mean over a day, `first_number` the number of orders before.
    """
    book = _simulate(setting, *place_hour(hourly, since, setting.rng))
    return replace(_select_orders(book, np.arange(len(book.orders))), first_number=first_number)


def _simulate(setting: DemoSetting, orders: Orders, fulfillments: Fulfillments) -> OrderBook:
    topology = setting.topology
    simulation = Simulation(
        topology=topology,
        orders=orders,
        fulfillments=fulfillments,
        effects=failure_effects(topology, setting.now) if setting.has_failures else NO_EFFECTS,
        rng=setting.rng,
        pace=setting.pace,
    )
    runs = [
        simulate_workflow(simulation, topology.workflows[key], np.flatnonzero(fulfillments.workflow == code))
        for code, key in enumerate(WORKFLOWS)
    ]
    return OrderBook(orders, fulfillments, runs)


def _victims_first(book: OrderBook, past_rows: Ints, now: Millis) -> Ints:
    """Past orders, those cancelled since the live failures began first: they are the past effect of the
    failures.
    """
    onset = min(failure.started_at for failure in live_failures(now))
    is_victim = np.zeros(len(book.orders), np.bool_)
    for runs in book.runs:
        rows = runs.rows[runs.is_cancelled & (runs.ended_at >= onset)]
        is_victim[book.fulfillments.order[rows]] = True
    victim_mask = is_victim[past_rows]
    return np.concatenate((past_rows[victim_mask], past_rows[~victim_mask]))


def _is_live(book: OrderBook, now: Millis) -> Flags:
    """Whether each order has a fulfillment that has not ended."""
    live = np.zeros(len(book.orders), np.bool_)
    for runs in book.runs:
        live[book.fulfillments.order[runs.rows[runs.ended_at > now]]] = True
    return live


def _select_orders(book: OrderBook, rows: Ints) -> OrderBook:
    """Only those orders, by the moment they were placed."""
    rows = rows[np.argsort(book.orders.placed_at[rows], kind="stable")]
    new_row = np.full(len(book.orders), -1)
    new_row[rows] = np.arange(len(rows))
    return OrderBook(select_rows(book.orders, rows), *_select_fulfillments(book, new_row))


def _select_fulfillments(book: OrderBook, new_row: Ints) -> tuple[Fulfillments, list[WorkflowRuns]]:
    """The fulfillments by the new row of their order and their number; without those whose order has none
    (-1).
    """
    order = new_row[book.fulfillments.order]
    by_order = np.lexsort((book.fulfillments.number, order))
    rows = by_order[order[by_order] >= 0]
    fulfillments = select_rows(book.fulfillments, rows)
    fulfillments.order = order[rows]
    new_fulfillment_row = np.full(len(order), -1)
    new_fulfillment_row[rows] = np.arange(len(rows))
    return fulfillments, [_select_runs(runs, new_fulfillment_row) for runs in book.runs]


def _select_runs(runs: WorkflowRuns, new_row: Ints) -> WorkflowRuns:
    """The runs by the new row of their fulfillment; without those that have none (-1)."""
    rows = new_row[runs.rows]
    by_row = np.argsort(rows, kind="stable")
    selection = by_row[rows[by_row] >= 0]
    columns = {name: getattr(runs, name)[selection] for name in _column_names(runs)}
    return replace(runs, **{**columns, "rows": rows[selection]})


def _concatenate(books: list[OrderBook]) -> OrderBook:
    """All books as one, by the moment the orders were placed."""
    order_offsets = np.cumsum([0, *(len(book.orders) for book in books)])
    row_offsets = np.cumsum([0, *(len(book.fulfillments) for book in books)])
    offsets = zip(books, order_offsets.tolist(), row_offsets.tolist(), strict=False)
    for book, order_offset, row_offset in offsets:
        book.fulfillments.order += order_offset
        for runs in book.runs:
            runs.rows += row_offset
    whole = OrderBook(
        _concatenate_columns([book.orders for book in books]),
        _concatenate_columns([book.fulfillments for book in books]),
        [_concatenate_columns([book.runs[index] for book in books]) for index in range(len(WORKFLOWS))],
    )
    return _select_orders(whole, np.arange(len(whole.orders)))


def _concatenate_columns(tables: list[Columns]) -> Columns:
    """The rows of all tables; fields that are not columns are the same in all."""
    columns = {
        name: np.concatenate([getattr(table, name) for table in tables]) for name in _column_names(tables[0])
    }
    return replace(tables[0], **columns)


def _column_names(table: Orders | Fulfillments | WorkflowRuns) -> list[str]:
    return [column.name for column in fields(table) if isinstance(getattr(table, column.name), np.ndarray)]
