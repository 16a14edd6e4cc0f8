"""The state folded from the record, some orders at a time, so that memory holds no more than the state and one part."""

import numpy as np

from graph_models.time import Millis
from impactgraph.stores.embedded.record import Record
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.increment import examine, increment
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.kinds import Kind
from impactgraph.stores.state.lexicon import Lexicon, Reading

_ORDERS_A_PART = 50_000
_EVENTS_A_PART = 200_000


def rebuild(record: Record, lexicon: Lexicon, reading: Reading, as_of: Millis | None = None) -> Instances:
    """The state that all events make, or those at or before `as_of`."""
    instances = Instances(lexicon, reading.most_steps)
    last, watermark = record.last_order(), record.watermark()
    until = "" if as_of is None else f" and time <= {as_of}"
    for first in range(0, last + 1, _ORDERS_A_PART):
        part = f"between {first} and {first + _ORDERS_A_PART - 1}"
        happened = record.happened(f"order_number {part}{until}")
        orders, fulfillments = record.ids_between(first, first + _ORDERS_A_PART - 1)
        instances.put(fold(happened, reading, record.names), orders, fulfillments)
        instances.add_errors(happened.events.take(happened.events.kind == Kind.FAILED))
    instances.arrange()
    instances.columns.watermark = watermark
    instances.refresh(reading)
    return instances


def catch_up(record: Record, instances: Instances, reading: Reading, latest: Millis) -> Millis:
    """Brings a state to where the record is; gives the greatest time of an event of an order."""
    end = record.watermark()
    while (first := instances.columns.watermark) < end:
        last = min(first + _EVENTS_A_PART, end)
        events = record.happened("seq > ? and seq <= ? and order_number >= 0", [first, last]).events
        known = events.take(instances.order_rows(events.order) >= 0)
        fold_these = examine(known, instances, reading).fold
        new = events.order[instances.order_rows(events.order) < 0]
        numbers = np.unique(np.concatenate([fold_these, new]))
        happened = record.of_orders(numbers)
        orders, fulfillments = record.ids(numbers)
        instances.put(fold(happened, reading, record.names), orders, fulfillments)
        increment(known.take(~np.isin(known.order, numbers)), instances, reading)
        instances.add_errors(events.take(events.kind == Kind.FAILED))
        instances.keep_errors(numbers, happened.events.seq)
        instances.columns.watermark = last
        latest = max(latest, int(events.time.max(initial=0)))
    instances.refresh(reading)
    return latest
