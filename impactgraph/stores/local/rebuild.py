"""The state folded from the record, some orders at a time, so that memory holds no more than the state and one part."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.columns import Codes
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries, Reading
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.increment import examine, increment
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.kinds import Kind
from impactgraph.stores.state.rows import EventRows
from impactgraph.stores.state.states import Folded

_ORDERS_A_PART = 50_000
_EVENTS_A_PART = 200_000
_NONE: Codes = np.zeros(0, np.int32)


def rebuild(
    record: Record, lexicon: EventDictionaries, reading: Reading, as_of: Millis | None = None
) -> Instances:
    """The state that all events make, or those at or before `as_of`; rows are arranged as matching reads them."""
    instances = Instances(lexicon, reading.most_steps)
    watermark = record.watermark()
    instances.records.reserve(record.count_of_records(as_of))
    for part in _parts(record, reading, as_of):
        instances.put(part.folded, part.orders, part.fulfillments)
        instances.add_errors(part.failed)
        instances.add_records(part.records)
    instances.columns.watermark = watermark
    instances.arrange()
    instances.refresh(reading)
    return instances


@dataclass
class _Part:
    folded: Folded
    orders: dict[int, str]
    fulfillments: dict[int, str]
    failed: EventRows
    records: EventRows


def _parts(record: Record, reading: Reading, as_of: Millis | None) -> Iterator[_Part]:
    """The orders in parts; while one is put in place the next is read and folded in another thread."""
    until = "" if as_of is None else f" and time <= {as_of}"

    def part(first: int) -> _Part:
        last = first + _ORDERS_A_PART - 1
        happened = record.happened(f"order_number between {first} and {last}{until}")
        e = happened.events
        failed, records = (
            e.take(e.kind == Kind.FAILED),
            e.take((e.kind >= Kind.POSTING) & (e.kind <= Kind.SUPPLIER_ORDER)),
        )
        return _Part(fold(happened, reading, record.names), *record.ids_between(first, last), failed, records)

    with ThreadPoolExecutor(1) as other:
        ahead: Future[_Part] | None = None
        for first in range(0, record.last_order() + 1, _ORDERS_A_PART):
            following = other.submit(part, first)
            if ahead is not None:
                yield ahead.result()
            ahead = following
        if ahead is not None:
            yield ahead.result()


def catch_up(
    record: Record, instances: Instances, reading: Reading, latest: Millis, touched: Codes = _NONE
) -> Millis:
    """Brings a state to where the record is; gives the greatest time of an event of an order.

    `touched` are numbers of orders that lost an event: they are folded again whatever came.
    """
    end = record.watermark()
    while (first := instances.columns.watermark) < end or len(touched):
        last = min(first + _EVENTS_A_PART, end)
        events = record.happened("seq > ? and seq <= ? and order_number >= 0", [first, last]).events
        known = events.take(instances.order_rows(events.order) >= 0)
        fold_these = examine(known, instances, reading).fold
        new = events.order[instances.order_rows(events.order) < 0]
        numbers, touched = np.unique(np.concatenate([fold_these, new, touched])), _NONE
        happened = record.of_orders(numbers)
        orders, fulfillments = record.ids(numbers)
        instances.put(fold(happened, reading, record.names), orders, fulfillments)
        increment(known.take(~np.isin(known.order, numbers)), instances, reading)
        instances.add_errors(events.take(events.kind == Kind.FAILED))
        instances.add_records(events)
        instances.keep_errors(numbers, happened.events.seq)
        instances.columns.watermark = last
        latest = max(latest, int(events.time.max(initial=0)))
    instances.refresh(reading)
    return latest
