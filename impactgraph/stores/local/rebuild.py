"""Folds the state from the record, a range of orders at a time: memory holds the state and one range."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.columns import Codes, Ints
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.event_tables import EventRows
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.increment import increment, plan_increment
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.state_tables import FoldResult
from impactgraph.stores.state.workflow_lookup import WorkflowLookup

_ORDERS_PER_RANGE = 50_000
_EVENTS_PER_RANGE = 200_000
_NONE: Codes = np.zeros(0, np.int32)


def rebuild(
    record: Record, event_dictionaries: EventDictionaries, lookup: WorkflowLookup, as_of: Millis | None = None
) -> Instances:
    """The state of all events, or of those at or before `as_of`; rows are sorted as matching reads them."""
    instances = Instances(event_dictionaries, lookup.most_steps)
    watermark = record.watermark()
    instances.records.reserve(record.count_of_records(as_of))
    for orders in _ranges(record, lookup, as_of):
        instances.put(orders.fold_result, orders.order_ids, orders.fulfillment_ids)
        instances.add_errors(orders.errors)
        instances.add_records(orders.records)
    instances.columns.watermark = watermark
    instances.arrange()
    instances.refresh(lookup)
    return instances


@dataclass
class _OrderRange:
    """The orders with successive numbers; ids by number."""

    fold_result: FoldResult
    order_ids: dict[int, str]
    fulfillment_ids: dict[int, str]
    errors: EventRows
    records: EventRows


def _ranges(record: Record, lookup: WorkflowLookup, as_of: Millis | None) -> Iterator[_OrderRange]:
    """All orders in ranges; while the caller uses one, a thread reads and folds the next."""
    until = "" if as_of is None else f" and time <= {as_of}"

    def fold_range(first: int) -> _OrderRange:
        last = first + _ORDERS_PER_RANGE - 1
        batch = record.event_batch(f"order_number between {first} and {last}{until}")
        events = batch.events
        is_record = (events.kind >= EventKind.POSTING) & (events.kind <= EventKind.SUPPLIER_ORDER)
        return _OrderRange(
            fold(batch, lookup, record.names),
            *record.ids_between(first, last),
            errors=events.take(events.kind == EventKind.FAILED),
            records=events.take(is_record),
        )

    with ThreadPoolExecutor(1) as executor:
        pending: Future[_OrderRange] | None = None
        for first in range(0, record.last_order() + 1, _ORDERS_PER_RANGE):
            following = executor.submit(fold_range, first)
            if pending is not None:
                yield pending.result()
            pending = following
        if pending is not None:
            yield pending.result()


def catch_up(
    record: Record,
    instances: Instances,
    lookup: WorkflowLookup,
    present: Millis,
    changed_orders: Codes = _NONE,
) -> Millis:
    """Brings a state up to the end of the record, without events later than `present`; the greatest time of
    an event of an order that was added, 0 without.

    `changed_orders` are numbers of orders that lost an event: they are folded again in any case.
    """
    end = record.watermark()
    latest = 0
    while (first := instances.columns.watermark) < end or len(changed_orders):
        last = min(first + _EVENTS_PER_RANGE, end)
        condition = "seq > ? and seq <= ? and order_number >= 0 and time <= ?"
        events = record.event_batch(condition, [first, last, present]).events
        _add(record, instances, lookup, events, present, changed_orders)
        changed_orders = _NONE
        instances.columns.watermark = last
        latest = max(latest, int(events.time.max(initial=0)))
    instances.refresh(lookup)
    return latest


def add_records(
    record: Record, instances: Instances, lookup: WorkflowLookup, seqs: Ints, present: Millis
) -> Millis:
    """Adds recorded events of orders, by sequence number, that the state lacks as they were later than the
    present; `present` is the new one. Returns the greatest of their times, 0 without.
    """
    if not len(seqs):
        return 0
    bounds = f"seq between {int(seqs.min())} and {int(seqs.max())}"
    condition = f"{bounds} and order_number >= 0 and seq in (select seq from wanted)"
    events = record.event_batch(condition, wanted={"seq": seqs}).events
    _add(record, instances, lookup, events, present, _NONE)
    instances.refresh(lookup)
    return int(events.time.max(initial=0))


def _add(
    record: Record,
    instances: Instances,
    lookup: WorkflowLookup,
    events: EventRows,
    present: Millis,
    changed_orders: Codes,
) -> None:
    """Adds events of orders that are in the record and not in the state; orders are folded again where they
    must be.
    """
    of_known_orders = events.take(instances.order_rows(events.order) >= 0)
    must_refold = plan_increment(of_known_orders, instances, lookup).orders_to_fold
    new_orders = events.order[instances.order_rows(events.order) < 0]
    numbers = np.unique(np.concatenate([must_refold, new_orders, changed_orders]))
    batch = record.of_orders(numbers, present)
    order_ids, fulfillment_ids = record.ids(numbers)
    instances.put(fold(batch, lookup, record.names), order_ids, fulfillment_ids)
    is_folded = np.isin(of_known_orders.order, numbers)
    increment(of_known_orders.take(~is_folded), instances, lookup)
    instances.add_errors(events.take(events.kind == EventKind.FAILED))
    instances.add_records(events)
    instances.keep_errors(numbers, batch.events.seq)
