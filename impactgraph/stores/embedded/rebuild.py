"""The state folded from the record, some orders at a time, so that memory holds no more than the state and one part."""

from graph_models.time import Millis
from impactgraph.stores.embedded.record import Record
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.kinds import Kind
from impactgraph.stores.state.lexicon import Lexicon, Reading

_ORDERS_A_PART = 50_000


def rebuild(record: Record, lexicon: Lexicon, reading: Reading, as_of: Millis | None = None) -> Instances:
    """The state that all events make, or those at or before `as_of`."""
    instances = Instances(lexicon, reading.most_steps)
    last, watermark = record.last_order(), record.watermark()
    until = "" if as_of is None else f" and time <= {as_of}"
    for first in range(0, last + 1, _ORDERS_A_PART):
        part = f"between {first} and {first + _ORDERS_A_PART - 1}"
        happened = record.happened(f"order_number {part}{until}")
        orders = dict(record.rows(f"select number, id from orders where number {part}"))
        fulfillments = dict(record.rows(f"select number, id from fulfillments where order_number {part}"))
        instances.put(fold(happened, reading, record.names), orders, fulfillments)
        instances.add_errors(happened.events.take(happened.events.kind == Kind.FAILED))
    instances.columns.watermark = watermark
    instances.refresh(reading)
    return instances
