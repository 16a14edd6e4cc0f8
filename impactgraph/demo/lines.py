"""The order book as events: CloudEvents a line, in blocks of neighbouring orders, each block by time.

The text is put together from templates, as a general writer of JSON would take most of the demo's minute. Nothing that goes into it needs escaping.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from graph_models.enums import RecordKind
from graph_models.money import minor_digits
from graph_models.time import Millis
from graph_models.topology import Emission, Step, Topology
from impactgraph.demo.book import Book
from impactgraph.demo.journeys import Journeys, past
from impactgraph.demo.landscape.places import REGIONS, SUPPLIERS
from impactgraph.demo.orders import CARRIERS, CHANNELS, CURRENCIES, MODES, PLACES, TIERS, VERSIONS, WORKFLOWS, Ints

BLOCK = 10_000
"""Orders a block: about 100,000 events."""
_SHORT_PICK = "The item was not found at the location"
_TYPES = {
    RecordKind.POSTING: "posting.recorded",
    RecordKind.NOTIFICATION: "notification.sent",
    RecordKind.TASK: "task.closed",
    RecordKind.SUPPLIER_ORDER: "supplier_order.confirmed",
}


@dataclass
class _Block:
    """The orders [first, last) of the book, and the lines about them so far."""

    first: int
    last: int
    order_ids: list[str]
    ids: list[str]
    """Of the fulfillments from row `offset` on."""
    offset: int
    times: list[Ints] = field(default_factory=list[Ints])
    lines: list[str] = field(default_factory=list[str])

    def add(self, times: Ints, lines: list[str]) -> None:
        self.times.append(times)
        self.lines.extend(lines)

    def names(self, rows: Ints) -> list[str]:
        return [self.ids[row] for row in (rows - self.offset).tolist()]

    def text(self) -> bytes:
        """Lines by time; of one time in the order they were added."""
        by_time: list[int] = np.argsort(np.concatenate(self.times), kind="stable").tolist()
        return "\n".join([self.lines[index] for index in by_time]).encode() + b"\n"


def event_blocks(book: Book, topology: Topology, now: Millis) -> Iterator[bytes]:
    """Every event up to `now`, as blocks of lines."""
    width = max(6, len(str(len(book.orders))))
    starts = np.searchsorted(book.fulfillments.order, np.arange(0, len(book.orders) + BLOCK, BLOCK))
    for index, first in enumerate(range(0, len(book.orders), BLOCK)):
        last, rows = min(first + BLOCK, len(book.orders)), slice(int(starts[index]), int(starts[index + 1]))
        order_ids = [f"O-{number:0{width}}" for number in range(first + 1, last + 1)]
        orders, numbers = (book.fulfillments.order[rows] - first).tolist(), book.fulfillments.number[rows].tolist()
        ids = [f"{order_ids[order]}/{number}" for order, number in zip(orders, numbers, strict=True)]
        block = _Block(first, last, order_ids, ids, rows.start)
        _placed(block, book)
        for journeys in book.journeys:
            since, until = np.searchsorted(journeys.rows, (rows.start, rows.stop)).tolist()
            _journeys(block, book, topology, journeys, slice(since, until), now)
        yield block.text()


def blocks_of(book: Book) -> int:
    """How many blocks there are."""
    return -(-len(book.orders) // BLOCK)


def _times(moments: Ints) -> list[str]:
    return np.datetime_as_string(moments.astype("datetime64[ms]")).tolist()


def _placed(block: _Block, book: Book) -> None:
    orders, part = book.orders, slice(block.first, block.last)
    currencies = orders.currency[part].tolist()
    columns = zip(
        block.order_ids,
        _times(orders.placed[part]),
        _times(orders.promised[part]),
        orders.channel[part].tolist(),
        orders.mode[part].tolist(),
        orders.region[part].tolist(),
        orders.tier[part].tolist(),
        currencies,
        [_AMOUNT[currency](value) for currency, value in zip(currencies, orders.value[part].tolist(), strict=True)],
        orders.version[part].tolist(),
        orders.carrier[part].tolist(),
        orders.supplier[part].tolist(),
        _parts(block, book),
        strict=True,
    )
    block.add(orders.placed[part], [
        f'{{"specversion":"1.0","id":"{order}","source":"/commerce","type":"order.placed","time":"{placed}Z","data":{{"order":"{order}",'
        f'"channel":"{CHANNELS[channel]}","mode":"{MODES[mode]}","region":"{_REGIONS[region]}","customer_tier":"{TIERS[tier]}",'
        f'"currency":"{CURRENCIES[currency]}","value":"{value}","promised_by":"{promised}Z",'
        f'"attributes":{{"payload_version":"{VERSIONS[version]}","carrier":"{CARRIERS[carrier]}"{_SUPPLIED[supplier]}}},"fulfillments":[{parts}]}}}}'
        for order, placed, promised, channel, mode, region, tier, currency, value, version, carrier, supplier, parts in columns
    ])  # fmt: skip


def _parts(block: _Block, book: Book) -> list[str]:
    """The fulfillments of each order as JSON."""
    parts = [""] * len(block.order_ids)
    rows = slice(block.offset, block.offset + len(block.ids))
    order = book.fulfillments.order[rows]
    columns = (block.ids, (order - block.first).tolist(), book.fulfillments.workflow[rows].tolist(), book.fulfillments.location[rows].tolist(),
               book.orders.currency[order].tolist(), book.fulfillments.value[rows].tolist())  # fmt: skip
    for name, place, workflow, location, currency, value in zip(*columns, strict=True):
        text = f'{{"fulfillment":"{name}","workflow":"{WORKFLOWS[workflow]}","location":"{_PLACES[location]}","value":"{_AMOUNT[currency](value)}"}}'
        parts[place] = f"{parts[place]},{text}" if parts[place] else text
    return parts


def _journeys(block: _Block, book: Book, topology: Topology, journeys: Journeys, part: slice, now: Millis) -> None:
    rows = journeys.rows[part]
    for position, step in enumerate(journeys.workflow.steps):
        source = "/" + step.runs_on.partition(":")[2]
        _told(block, rows, journeys.entered[part, position], now, step.key, source, "fulfillment.entered", f',"step":"{step.key}"')
        error = f',"step":"{step.key}","code":"TIMEOUT","message":"The call was not answered in time","element":"{_called(step)}"'
        _told(block, rows, journeys.errors[part, position], now, f"{step.key}.error", source, "fulfillment.failed", error)
    for index, (position, emission) in enumerate(journeys.workflow.records):
        _record(block, book, topology, journeys.workflow.steps[position], emission, rows, journeys.records[part, index], now)
    _outcomes(block, journeys, part, now)


def _outcomes(block: _Block, journeys: Journeys, part: slice, now: Millis) -> None:
    rows, steps = journeys.rows[part], [step.key for step in journeys.workflow.steps]
    ended, cancelled = journeys.ended[part], journeys.cancelled[part]
    _told(block, rows, np.where(cancelled, 0, ended), now, "completed", "/oms", "fulfillment.completed", "")
    _told(block, rows, np.where(cancelled, ended, 0), now, "cancelled", "/oms", "fulfillment.cancelled", ',"reason":"The item is not available"')
    for position in np.unique(journeys.missed_step[part][past(journeys.missed[part], now)]).tolist():
        missed = np.where(journeys.missed_step[part] == position, journeys.missed[part], 0)
        data = f',"step":"{steps[position]}","code":"SHORT_PICK","message":"{_SHORT_PICK}"'
        _told(block, rows, missed, now, "missed", "/storeops", "fulfillment.failed", data)
        moved = np.flatnonzero((journeys.missed_step[part] == position) & past(journeys.rerouted[part], now))
        places: list[int] = journeys.rerouted_to[part][moved].tolist()
        tails = [f',"workflow":"{journeys.workflow.key}","location":"{_PLACES[to]}","step":"{steps[position]}"' for to in places]
        _lines(block, rows[moved], journeys.rerouted[part][moved], "rerouted", "/oms", "fulfillment.rerouted", tails)


def _record(block: _Block, book: Book, topology: Topology, step: Step, emission: Emission, rows: Ints, at: Ints, now: Millis) -> None:
    here = np.flatnonzero(past(at, now))
    rows, at, kind, name = rows[here], at[here], _TYPES[emission.kind], f"{emission.kind.value}.{emission.type}"
    head = f',"type":"{emission.type}"'
    order = book.fulfillments.order[rows]
    match emission.kind:
        case RecordKind.POSTING:
            currency = book.orders.currency[order].tolist()
            amounts = (book.fulfillments.value[rows] * (emission.amount or 0)).round().astype(np.int64).tolist()
            tails = [
                f'{head},"amount":"{_AMOUNT[code](amount)}","currency":"{CURRENCIES[code]}","document":"{emission.type[:3].upper()}-{document}"'
                for code, amount, document in zip(currency, amounts, block.names(rows), strict=True)
            ]
        case RecordKind.NOTIFICATION:
            tails = [f'{head},"channel":"{emission.channel}"'] * len(rows)
        case RecordKind.TASK:
            tails = [head] * len(rows)
        case RecordKind.SUPPLIER_ORDER:
            tails = [f'{head},"supplier":"{SUPPLIERS[supplier]}"' for supplier in book.orders.supplier[order].tolist()]
    _lines(block, rows, at, f"{step.key}.{name}", _receiver(topology, step, emission), kind, tails)


def _told(block: _Block, rows: Ints, at: Ints, now: Millis, name: str, source: str, kind: str, tail: str) -> None:
    here = np.flatnonzero(past(at, now))
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
    return "/" + topology.integrations[emission.via.partition(":")[2]].target.partition(":")[2].partition(".")[0]


def _amount(digits: int) -> Callable[[int], str]:
    """From the smallest unit to the text of the main unit."""
    unit = 10**digits
    return (lambda value: f"{value // unit}.{value % unit:0{digits}}") if digits else str


_AMOUNT = [_amount(minor_digits(code)) for code in CURRENCIES]
_REGIONS = [region.key for region in REGIONS]
_PLACES = [place.key for place in PLACES]
_SUPPLIED = [*(f',"supplier":"{name}"' for name in SUPPLIERS), ""]
"""The last one, also reached by -1, is for orders without a supplier."""
