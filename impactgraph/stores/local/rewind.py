"""The state of another moment, from the present one: only orders with events in between are folded again."""

from graph_models.time import Millis
from impactgraph.columns import Codes
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.workflow_lookup import WorkflowLookup

MOST = 0.25
"""Part of the orders from which on it costs less to fold all of them."""


def rewind(
    record: Record,
    live: Instances,
    lookup: WorkflowLookup,
    as_of: Millis,
    live_until: Millis,
    most: float = MOST,
) -> Instances | None:
    """The state at `as_of`, row by row equal to the one that `rebuild` makes; None where too many orders have
    later events.

    `live` has the events up to `live_until`. Costs a copy of the state, a sort of its rows, and a fold of the
    orders with later events.
    """
    orders = record.orders_with_events_after(min(as_of, live_until))
    if len(orders) > most * live.orders.size:
        return None
    return fold_again(record, live, lookup, orders, as_of)


def fold_again(
    record: Record, live: Instances, lookup: WorkflowLookup, orders: Codes, until: Millis
) -> Instances:
    """A copy of the state with these orders (by number) folded from their recorded events up to a moment;
    those without such an event are left out.
    """
    state = live.without_orders(orders)
    batch = record.event_batch(
        f"time <= {until} and order_number in (select number from wanted)", wanted={"number": orders}
    )
    state.put(fold(batch, lookup, record.names), *_ids(record, orders))
    state.add_errors(batch.events.take(batch.events.kind == EventKind.FAILED))
    state.add_records(batch.events)
    state.columns.watermark = live.columns.watermark
    state.arrange()
    state.refresh(lookup)
    return state


def _ids(record: Record, orders: Codes) -> tuple[dict[int, str], dict[int, str]]:
    return record.ids(orders) if len(orders) else ({}, {})
