"""An order book as events: CloudEvents a line, by time; what has happened in blocks of neighbouring orders, what follows in one piece a window.

The text is put together from templates, as a general writer of JSON would take most of the demo's minute. Nothing that goes into it needs escaping.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from graph_models.money import minor_digits
from graph_models.time import Millis
from graph_models.topology import Emission, Step, Topology
from impactgraph.demo.book import Book
from impactgraph.demo.journeys import NEVER, Journeys
from impactgraph.demo.landscape.places import REGIONS, SUPPLIERS
from impactgraph.demo.orders import (
    CARRIERS,
    CHANNELS,
    CURRENCIES,
    MODES,
    PLACES,
    TIERS,
    VERSIONS,
    WORKFLOWS,
    Ints,
)

BLOCK = 10_000
"""Orders a block: about 100,000 events."""
_SHORT_PICK = "The item was not found at the location"
_TYPES = {
    RecordKind.POSTING: "posting.recorded",
    RecordKind.NOTIFICATION: "notification.sent",
    RecordKind.TASK: "task.closed",
    RecordKind.SUPPLIER_ORDER: "supplier_order.confirmed",
}


class Window(NamedTuple):
    """The moments after `since`, up to and with `until`."""

    since: Millis
    until: Millis

    def has(self, moments: Ints) -> NDArray[np.bool_]:
        """Which of the moments are in it; what is NEVER is in none."""
        return (moments > self.since) & (moments <= self.until)


@dataclass
class _Block:
    """Some orders of the book, and the lines about them in the window so far."""

    book: Book
    topology: Topology
    window: Window
    orders: slice
    times: list[Ints] = field(default_factory=list[Ints])
    lines: list[str] = field(default_factory=list[str])

    def add(self, times: Ints, lines: list[str]) -> None:
        self.times.append(times)
        self.lines.extend(lines)

    def names(self, rows: Ints) -> list[str]:
        """Ids of the fulfillments at the rows."""
        name, fulfillments = f"{_order_name(self.book)}/%d", self.book.fulfillments
        numbers = fulfillments.order[rows] + (self.book.before + 1)
        return [
            name % pair for pair in zip(numbers.tolist(), fulfillments.number[rows].tolist(), strict=True)
        ]

    def by_time(self) -> tuple[list[Millis], list[str]]:
        """Moments and lines; of one moment in the order they were added."""
        times = np.concatenate(self.times)
        order = np.argsort(times, kind="stable")
        return times[order].tolist(), [self.lines[index] for index in order.tolist()]


def event_blocks(book: Book, topology: Topology, until: Millis) -> Iterator[bytes]:
    """Every event up to `until`, as blocks of lines."""
    for first in range(0, len(book.orders), BLOCK):
        block = _filled(
            _Block(book, topology, Window(NEVER, until), slice(first, min(first + BLOCK, len(book.orders))))
        )
        _, lines = block.by_time()
        yield "\n".join(lines).encode() + b"\n"


def events_within(book: Book, topology: Topology, window: Window) -> Iterator[tuple[Millis, bytes]]:
    """Every event of the window, by time. Looks at every moment of the book, and writes only those."""
    times, lines = _filled(_Block(book, topology, window, slice(0, len(book.orders)))).by_time()
    return zip(times, map(str.encode, lines), strict=True)


def _filled(block: _Block) -> _Block:
    _placed(block)
    rows = _part(block.book.fulfillments.order, block.orders)
    for journeys in block.book.journeys:
        _journeys(block, journeys, _part(journeys.rows, rows))
    return block


def blocks_of(book: Book) -> int:
    """How many blocks there are."""
    return -(-len(book.orders) // BLOCK)


def _part(ascending: Ints, values: slice) -> slice:
    """Where they have the values [start, stop)."""
    start, stop = np.searchsorted(ascending, np.array((values.start, values.stop))).tolist()
    return slice(start, stop)


def _order_name(book: Book) -> str:
    """What its numbers are put into."""
    return f"O-%0{max(6, len(str(book.before + len(book.orders))))}d"


def _times(moments: Ints) -> list[str]:
    return np.datetime_as_string(moments.astype("datetime64[ms]")).tolist()


def _placed(block: _Block) -> None:
    orders, mine = block.book.orders, block.orders
    window = _part(orders.placed, slice(block.window.since + 1, block.window.until + 1))
    part = slice(max(mine.start, window.start), min(mine.stop, window.stop))
    currencies = orders.currency[part].tolist()
    name, before = _order_name(block.book), block.book.before
    columns = zip(
        [name % (before + row + 1) for row in range(part.start, part.stop)],
        _times(orders.placed[part]),
        _times(orders.promised[part]),
        orders.channel[part].tolist(),
        orders.mode[part].tolist(),
        orders.region[part].tolist(),
        orders.tier[part].tolist(),
        currencies,
        [
            _AMOUNT[currency](value)
            for currency, value in zip(currencies, orders.value[part].tolist(), strict=True)
        ],
        orders.version[part].tolist(),
        orders.carrier[part].tolist(),
        orders.supplier[part].tolist(),
        _parts(block, part),
        strict=True,
    )
    block.add(orders.placed[part], [
        f'{{"specversion":"1.0","id":"{order}","source":"/commerce","type":"order.placed","time":"{placed}Z","data":{{"order":"{order}",'
        f'"channel":"{CHANNELS[channel]}","mode":"{MODES[mode]}","region":"{_REGIONS[region]}","customer_tier":"{TIERS[tier]}",'
        f'"currency":"{CURRENCIES[currency]}","value":"{value}","promised_by":"{promised}Z",'
        f'"attributes":{{"payload_version":"{VERSIONS[version]}","carrier":"{CARRIERS[carrier]}"{_SUPPLIED[supplier]}}},"fulfillments":[{parts}]}}}}'
        for order, placed, promised, channel, mode, region, tier, currency, value, version, carrier, supplier, parts in columns
    ])  # fmt: skip


def _parts(block: _Block, orders: slice) -> list[str]:
    """The fulfillments of each of the orders as JSON."""
    book, parts = block.book, [""] * (orders.stop - orders.start)
    rows = _part(book.fulfillments.order, orders)
    order = book.fulfillments.order[rows]
    columns = (block.names(np.arange(rows.start, rows.stop, dtype=np.int64)), (order - orders.start).tolist(),
               book.fulfillments.workflow[rows].tolist(), book.fulfillments.location[rows].tolist(),
               book.orders.currency[order].tolist(), book.fulfillments.value[rows].tolist())  # fmt: skip
    for name, place, workflow, location, currency, value in zip(*columns, strict=True):
        text = f'{{"fulfillment":"{name}","workflow":"{WORKFLOWS[workflow]}","location":"{_PLACES[location]}","value":"{_AMOUNT[currency](value)}"}}'
        parts[place] = f"{parts[place]},{text}" if parts[place] else text
    return parts


def _journeys(block: _Block, journeys: Journeys, part: slice) -> None:
    rows = journeys.rows[part]
    for position, step in enumerate(journeys.workflow.steps):
        source = "/" + step.runs_on.partition(":")[2]
        _told(
            block,
            rows,
            journeys.entered[part, position],
            step.key,
            source,
            "fulfillment.entered",
            f',"step":"{step.key}"',
        )
        error = f',"step":"{step.key}","code":"TIMEOUT","message":"The call was not answered in time","element":"{_called(step)}"'
        _told(
            block,
            rows,
            journeys.errors[part, position],
            f"{step.key}.error",
            source,
            "fulfillment.failed",
            error,
        )
    for index, (position, emission) in enumerate(journeys.workflow.records):
        _record(block, journeys.workflow.steps[position], emission, rows, journeys.records[part, index])
    _outcomes(block, journeys, part)


def _outcomes(block: _Block, journeys: Journeys, part: slice) -> None:
    rows, steps = journeys.rows[part], [step.key for step in journeys.workflow.steps]
    ended, cancelled = journeys.ended[part], journeys.cancelled[part]
    _told(block, rows, np.where(cancelled, NEVER, ended), "completed", "/oms", "fulfillment.completed", "")
    _told(
        block,
        rows,
        np.where(cancelled, ended, NEVER),
        "cancelled",
        "/oms",
        "fulfillment.cancelled",
        ',"reason":"The item is not available"',
    )
    missing, moving = block.window.has(journeys.missed[part]), block.window.has(journeys.rerouted[part])
    for position in np.unique(journeys.missed_step[part][missing | moving]).tolist():
        missed = np.where(journeys.missed_step[part] == position, journeys.missed[part], NEVER)
        data = f',"step":"{steps[position]}","code":"SHORT_PICK","message":"{_SHORT_PICK}"'
        _told(block, rows, missed, "missed", "/storeops", "fulfillment.failed", data)
        moved = np.flatnonzero((journeys.missed_step[part] == position) & moving)
        places: list[int] = journeys.rerouted_to[part][moved].tolist()
        tails = [
            f',"workflow":"{journeys.workflow.key}","location":"{_PLACES[to]}","step":"{steps[position]}"'
            for to in places
        ]
        _lines(
            block,
            rows[moved],
            journeys.rerouted[part][moved],
            "rerouted",
            "/oms",
            "fulfillment.rerouted",
            tails,
        )


def _record(block: _Block, step: Step, emission: Emission, rows: Ints, at: Ints) -> None:
    book, here = block.book, np.flatnonzero(block.window.has(at))
    if not len(here):
        return
    rows, at, kind, name = (
        rows[here],
        at[here],
        _TYPES[emission.kind],
        f"{emission.kind.value}.{emission.type}",
    )
    head = f',"type":"{emission.type}"'
    order = book.fulfillments.order[rows]
    match emission.kind:
        case RecordKind.POSTING:
            currency = book.orders.currency[order].tolist()
            amounts = (
                (book.fulfillments.value[rows] * (emission.amount or 0)).round().astype(np.int64).tolist()
            )
            tails = [
                f'{head},"amount":"{_AMOUNT[code](amount)}","currency":"{CURRENCIES[code]}","document":"{emission.type[:3].upper()}-{document}"'
                for code, amount, document in zip(currency, amounts, block.names(rows), strict=True)
            ]
        case RecordKind.NOTIFICATION:
            tails = [f'{head},"channel":"{emission.channel}"'] * len(rows)
        case RecordKind.TASK:
            tails = [head] * len(rows)
        case RecordKind.SUPPLIER_ORDER:
            tails = [
                f'{head},"supplier":"{SUPPLIERS[supplier]}"'
                for supplier in book.orders.supplier[order].tolist()
            ]
    _lines(block, rows, at, f"{step.key}.{name}", _receiver(block.topology, step, emission), kind, tails)


def _told(block: _Block, rows: Ints, at: Ints, name: str, source: str, kind: str, tail: str) -> None:
    here = np.flatnonzero(block.window.has(at))
    if len(here):
        _lines(block, rows[here], at[here], name, source, kind, [tail] * len(here))


def _lines(block: _Block, rows: Ints, at: Ints, name: str, source: str, kind: str, tails: list[str]) -> None:
    """One event a row: `name` makes its id unique for the fulfillment, `tails` are the rest of its data."""
    middle = f'.{name}","source":"{source}","type":"{kind}","time":"'
    block.add(at, [
        f'{{"specversion":"1.0","id":"{fulfillment}{middle}{time}Z","data":{{"order":"{fulfillment[:-2]}","fulfillment":"{fulfillment}"{tail}}}}}'
        for fulfillment, time, tail in zip(block.names(rows), _times(at), tails, strict=True)
    ])  # fmt: skip


def _called(step: Step) -> str:
    """The first thing that the step cannot do without: what an error came from."""
    for need in step.needs.required:
        return need if isinstance(need, str) else need.alternatives[0][0]
    return step.runs_on


def _receiver(topology: Topology, step: Step, emission: Emission) -> str:
    """Who tells that the record is there: the system it was sent to."""
    if emission.via is None:
        return "/" + step.runs_on.partition(":")[2]
    return (
        "/" + topology.integrations[emission.via.partition(":")[2]].target.partition(":")[2].partition(".")[0]
    )


def _amount(digits: int) -> Callable[[int], str]:
    """From the smallest unit to the text of the main unit."""
    unit = 10**digits
    return (lambda value: f"{value // unit}.{value % unit:0{digits}}") if digits else str


_AMOUNT = [_amount(minor_digits(code)) for code in CURRENCIES]
_REGIONS = [region.key for region in REGIONS]
_PLACES = [place.key for place in PLACES]
_SUPPLIED = [*(f',"supplier":"{name}"' for name in SUPPLIERS), ""]
"""The last one, also reached by -1, is for orders without a supplier."""
