"""CloudEvents of an order book: past events in blocks of neighbouring orders, later ones by time window.

The text is formatted from templates, as a JSON encoder would take most of the demo's minute. No value needs
escaping.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from graph_models.enums import RecordKind
from graph_models.money import minor_digits
from graph_models.time import Millis
from graph_models.topology import Emission, Step, Topology
from impactgraph.demo.order_book import OrderBook
from impactgraph.demo.orders import (
    CARRIERS,
    CHANNELS,
    CURRENCIES,
    MODES,
    PLACES,
    TIERS,
    VERSIONS,
    WORKFLOWS,
    Flags,
    Ints,
)
from impactgraph.demo.simulate import NEVER, WorkflowRuns
from impactgraph.demo.topology.places import REGIONS, SUPPLIERS

BLOCK = 10_000
"""Orders per block: about 100,000 events."""
_SHORT_PICK = "The item was not found at the location"
_TYPES = {
    RecordKind.POSTING: "posting.recorded",
    RecordKind.NOTIFICATION: "notification.sent",
    RecordKind.TASK: "task.closed",
    RecordKind.SUPPLIER_ORDER: "supplier_order.confirmed",
}


class TimeWindow(NamedTuple):
    """The moments after `since`, up to and including `until`."""

    since: Millis
    until: Millis

    def mask(self, moments: Ints) -> Flags:
        """Whether each moment is in the window; NEVER is in none."""
        return (moments > self.since) & (moments <= self.until)


class _EventKind(NamedTuple):
    """What all events of one kind share. `name` makes their ids unique for a fulfillment."""

    name: str
    source: str
    type: str


class _Placement(NamedTuple):
    """The values of an `order.placed` event: codes as in Orders, moments and amounts as text."""

    id: str
    placed_at: str
    promised_by: str
    channel: int
    mode: int
    region: int
    tier: int
    currency: int
    value: str
    version: int
    carrier: int
    supplier: int
    fulfillments: str
    """JSON without the brackets."""


@dataclass
class _Block:
    """Some orders of the book, and their events in the window so far."""

    book: OrderBook
    topology: Topology
    window: TimeWindow
    orders: slice
    moments: list[Ints] = field(default_factory=list[Ints])
    lines: list[str] = field(default_factory=list[str])

    def add(self, moments: Ints, lines: list[str]) -> None:
        self.moments.append(moments)
        self.lines.extend(lines)

    def fulfillment_ids(self, rows: Ints) -> list[str]:
        """Ids of the fulfillments at the rows."""
        template = f"{_order_template(self.book)}/%d"
        fulfillments = self.book.fulfillments
        orders = fulfillments.order[rows] + (self.book.first_number + 1)
        numbers = fulfillments.number[rows]
        return [template % pair for pair in zip(orders.tolist(), numbers.tolist(), strict=True)]

    def by_time(self) -> tuple[list[Millis], list[str]]:
        """Moments and lines; those of one moment in the order they were added."""
        moments = np.concatenate(self.moments)
        order = np.argsort(moments, kind="stable")
        return moments[order].tolist(), [self.lines[index] for index in order.tolist()]


def event_blocks(book: OrderBook, topology: Topology, until: Millis) -> Iterator[bytes]:
    """Every event up to `until`, as blocks of lines."""
    window = TimeWindow(NEVER, until)
    for first in range(0, len(book.orders), BLOCK):
        orders = slice(first, min(first + BLOCK, len(book.orders)))
        _, lines = _fill(_Block(book, topology, window, orders)).by_time()
        yield "\n".join(lines).encode() + b"\n"


def events_within(book: OrderBook, topology: Topology, window: TimeWindow) -> Iterator[tuple[Millis, bytes]]:
    """Every event of the window, by time.

    Reads every moment of the book, and formats only the events of the window.
    """
    moments, lines = _fill(_Block(book, topology, window, slice(0, len(book.orders)))).by_time()
    return zip(moments, map(str.encode, lines), strict=True)


def _fill(block: _Block) -> _Block:
    _add_placements(block)
    rows = _range_of(block.book.fulfillments.order, block.orders)
    for runs in block.book.runs:
        _add_runs(block, runs, _range_of(runs.rows, rows))
    return block


def count_blocks(book: OrderBook) -> int:
    """Number of blocks that `event_blocks` yields."""
    return -(-len(book.orders) // BLOCK)


def _range_of(ascending: Ints, values: slice) -> slice:
    """Where an ascending array has the values [start, stop)."""
    start, stop = np.searchsorted(ascending, np.array((values.start, values.stop))).tolist()
    return slice(start, stop)


def _order_template(book: OrderBook) -> str:
    """Format of the order ids: wide enough for the last number."""
    return f"O-%0{max(6, len(str(book.first_number + len(book.orders))))}d"


def _iso(moments: Ints) -> list[str]:
    return np.datetime_as_string(moments.astype("datetime64[ms]")).tolist()


def _add_placements(block: _Block) -> None:
    book = block.book
    orders = book.orders
    window = _range_of(orders.placed_at, slice(block.window.since + 1, block.window.until + 1))
    rows = slice(max(block.orders.start, window.start), min(block.orders.stop, window.stop))
    currencies = orders.currency[rows].tolist()
    values = zip(currencies, orders.value[rows].tolist(), strict=True)
    template = _order_template(book)
    placements = map(
        _Placement,
        [template % (book.first_number + row + 1) for row in range(rows.start, rows.stop)],
        _iso(orders.placed_at[rows]),
        _iso(orders.promised_by[rows]),
        orders.channel[rows].tolist(),
        orders.mode[rows].tolist(),
        orders.region[rows].tolist(),
        orders.tier[rows].tolist(),
        currencies,
        [_FORMAT_AMOUNT[currency](value) for currency, value in values],
        orders.version[rows].tolist(),
        orders.carrier[rows].tolist(),
        orders.supplier[rows].tolist(),
        _fulfillment_lists(block, rows),
    )
    block.add(orders.placed_at[rows], list(map(_placement, placements)))


def _placement(order: _Placement) -> str:
    return (
        f'{{"specversion":"1.0","id":"{order.id}","source":"/commerce","type":"order.placed",'
        f'"time":"{order.placed_at}Z","data":{{"order":"{order.id}",'
        f'"channel":"{CHANNELS[order.channel]}","mode":"{MODES[order.mode]}",'
        f'"region":"{_REGIONS[order.region]}","customer_tier":"{TIERS[order.tier]}",'
        f'"currency":"{CURRENCIES[order.currency]}","value":"{order.value}",'
        f'"promised_by":"{order.promised_by}Z","attributes":{{"payload_version":"{VERSIONS[order.version]}",'
        f'"carrier":"{CARRIERS[order.carrier]}"{_SUPPLIER_ATTRIBUTE[order.supplier]}}},'
        f'"fulfillments":[{order.fulfillments}]}}}}'
    )


def _fulfillment_lists(block: _Block, orders: slice) -> list[str]:
    """The fulfillments of each order as JSON, without the brackets."""
    book = block.book
    lists = [""] * (orders.stop - orders.start)
    rows = _range_of(book.fulfillments.order, orders)
    order = book.fulfillments.order[rows]
    columns = (
        block.fulfillment_ids(np.arange(rows.start, rows.stop, dtype=np.int64)),
        (order - orders.start).tolist(),
        book.fulfillments.workflow[rows].tolist(),
        book.fulfillments.location[rows].tolist(),
        book.orders.currency[order].tolist(),
        book.fulfillments.value[rows].tolist(),
    )
    for identifier, place, workflow, location, currency, value in zip(*columns, strict=True):
        text = (
            f'{{"fulfillment":"{identifier}","workflow":"{WORKFLOWS[workflow]}",'
            f'"location":"{_PLACES[location]}","value":"{_FORMAT_AMOUNT[currency](value)}"}}'
        )
        lists[place] = f"{lists[place]},{text}" if lists[place] else text
    return lists


def _add_runs(block: _Block, runs: WorkflowRuns, part: slice) -> None:
    rows = runs.rows[part]
    for position, step in enumerate(runs.workflow.steps):
        source = "/" + step.runs_on.partition(":")[2]
        entry = _EventKind(step.key, source, "fulfillment.entered")
        _add_events(block, rows, runs.entered_at[part, position], entry, f',"step":"{step.key}"')
        error = _EventKind(f"{step.key}.error", source, "fulfillment.failed")
        error_data = (
            f',"step":"{step.key}","code":"TIMEOUT","message":"The call was not answered in time",'
            f'"element":"{_first_need(step)}"'
        )
        _add_events(block, rows, runs.error_at[part, position], error, error_data)
    for index, (position, emission) in enumerate(runs.workflow.records):
        step = runs.workflow.steps[position]
        _add_records(block, step, emission, rows, runs.recorded_at[part, index])
    _add_ends(block, runs, part)
    _add_short_picks(block, runs, part)


def _add_ends(block: _Block, runs: WorkflowRuns, part: slice) -> None:
    rows = runs.rows[part]
    is_cancelled = runs.is_cancelled[part]
    ended_at = runs.ended_at[part]
    completion = _EventKind("completed", "/oms", "fulfillment.completed")
    cancellation = _EventKind("cancelled", "/oms", "fulfillment.cancelled")
    _add_events(block, rows, np.where(is_cancelled, NEVER, ended_at), completion, "")
    _add_events(
        block,
        rows,
        np.where(is_cancelled, ended_at, NEVER),
        cancellation,
        ',"reason":"The item is not available"',
    )


def _add_short_picks(block: _Block, runs: WorkflowRuns, part: slice) -> None:
    """Adds the events of missing goods, and of the reroutes that follow."""
    rows = runs.rows[part]
    short_at = runs.short_at[part]
    short_step = runs.short_step[part]
    reroute_mask = block.window.mask(runs.rerouted_at[part])
    short_pick = _EventKind("missed", "/storeops", "fulfillment.failed")
    reroute = _EventKind("rerouted", "/oms", "fulfillment.rerouted")
    positions: list[int] = np.unique(short_step[block.window.mask(short_at) | reroute_mask]).tolist()
    for position in positions:
        step = runs.workflow.steps[position].key
        at = np.where(short_step == position, short_at, NEVER)
        data = f',"step":"{step}","code":"SHORT_PICK","message":"{_SHORT_PICK}"'
        _add_events(block, rows, at, short_pick, data)
        selection = np.flatnonzero((short_step == position) & reroute_mask)
        places: list[int] = runs.location[part][selection].tolist()
        tails = [
            f',"workflow":"{runs.workflow.key}","location":"{_PLACES[place]}","step":"{step}"'
            for place in places
        ]
        _add_lines(block, rows[selection], runs.rerouted_at[part][selection], reroute, tails)


def _add_records(block: _Block, step: Step, emission: Emission, rows: Ints, at: Ints) -> None:
    selection = np.flatnonzero(block.window.mask(at))
    if not len(selection):
        return
    rows = rows[selection]
    kind = _EventKind(
        f"{step.key}.{emission.kind.value}.{emission.type}",
        _record_source(block.topology, step, emission),
        _TYPES[emission.kind],
    )
    _add_lines(block, rows, at[selection], kind, _record_data(block, emission, rows))


def _record_data(block: _Block, emission: Emission, rows: Ints) -> list[str]:
    """The data of each record after its order and fulfillment, as JSON."""
    book = block.book
    head = f',"type":"{emission.type}"'
    order = book.fulfillments.order[rows]
    match emission.kind:
        case RecordKind.POSTING:
            currencies = book.orders.currency[order].tolist()
            values = (book.fulfillments.value[rows] * (emission.amount or 0)).round().astype(np.int64)
            prefix = emission.type[:3].upper()
            ids = block.fulfillment_ids(rows)
            return [
                f'{head},"amount":"{_FORMAT_AMOUNT[code](value)}","currency":"{CURRENCIES[code]}",'
                f'"document":"{prefix}-{identifier}"'
                for code, value, identifier in zip(currencies, values.tolist(), ids, strict=True)
            ]
        case RecordKind.NOTIFICATION:
            return [f'{head},"channel":"{emission.channel}"'] * len(rows)
        case RecordKind.TASK:
            return [head] * len(rows)
        case RecordKind.SUPPLIER_ORDER:
            suppliers = book.orders.supplier[order].tolist()
            return [f'{head},"supplier":"{SUPPLIERS[supplier]}"' for supplier in suppliers]
        case RecordKind.LISTING:
            raise ValueError("no step emits what a system lists")


def _add_events(block: _Block, rows: Ints, at: Ints, kind: _EventKind, tail: str) -> None:
    """Adds the events within the window, with the same data."""
    selection = np.flatnonzero(block.window.mask(at))
    if len(selection):
        _add_lines(block, rows[selection], at[selection], kind, [tail] * len(selection))


def _add_lines(block: _Block, rows: Ints, at: Ints, kind: _EventKind, tails: list[str]) -> None:
    """Adds one event per row; `tails` are the data after order and fulfillment."""
    middle = f'.{kind.name}","source":"{kind.source}","type":"{kind.type}","time":"'
    events = zip(block.fulfillment_ids(rows), _iso(at), tails, strict=True)
    block.add(
        at,
        [
            f'{{"specversion":"1.0","id":"{fulfillment}{middle}{time}Z",'
            f'"data":{{"order":"{fulfillment[:-2]}","fulfillment":"{fulfillment}"{tail}}}}}'
            for fulfillment, time, tail in events
        ],
    )


def _first_need(step: Step) -> str:
    """The first element that the step requires: the source of its errors."""
    for need in step.needs.required:
        return need if isinstance(need, str) else need.alternatives[0][0]
    return step.runs_on


def _record_source(topology: Topology, step: Step, emission: Emission) -> str:
    """The system that reports a record: the one it was sent to."""
    if emission.via is None:
        return "/" + step.runs_on.partition(":")[2]
    target = topology.integrations[emission.via.partition(":")[2]].target
    return "/" + target.partition(":")[2].partition(".")[0]


def _amount_format(digits: int) -> Callable[[int], str]:
    """Formats an amount of the smallest unit in the main unit."""
    unit = 10**digits
    return (lambda value: f"{value // unit}.{value % unit:0{digits}}") if digits else str


_FORMAT_AMOUNT = [_amount_format(minor_digits(code)) for code in CURRENCIES]
_REGIONS = [region.key for region in REGIONS]
_PLACES = [place.key for place in PLACES]
_SUPPLIER_ATTRIBUTE = [*(f',"supplier":"{name}"' for name in SUPPLIERS), ""]
"""The last one, also reached by -1, is for orders without a supplier."""
