"""Diagnosis and timeline of an order, both from one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_models.diagnosis import Diagnosis
from graph_models.failure import Failure
from graph_models.orders import Order, Presence, TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.records import seen_in
from impactgraph.diagnosis.why.timeline import TimelineSources, timeline_of
from impactgraph.errors import NotFoundError
from impactgraph.impact.orders import orders_of
from impactgraph.ports.state import OrderTimeline
from impactgraph.ports.store import Store
from impactgraph.usecases.examination import Case, Examination
from impactgraph.usecases.identify_order import identify_order
from impactgraph.usecases.orders import near_orders, with_expectations
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.wording import DEFAULT_WORDING, CustomerMessages, Wording

__all__ = ["Case", "CustomerMessages", "WhyAnswer", "cases", "timelines", "why"]

Timeline = tuple[TimelineEntry, ...]


@dataclass(frozen=True)
class WhyAnswer:
    """The answer on one order, as plain values."""

    order: Order
    match_text: str
    """The part of the text that identified it, such as `order O-1001` or `invoice RE-4711`."""
    as_of: Millis | None
    """The moment that was asked for; None: now."""
    at: Millis
    diagnosis: Diagnosis
    timeline: Timeline
    """Oldest first."""
    seen_in: tuple[Presence, ...]
    """The system that had it first comes first."""
    messages: CustomerMessages
    topology: Topology
    failures: Mapping[str, Failure]
    """All that are on record, by bare key."""


def why(
    store: Store,
    text: str,
    now: Millis,
    as_of: Millis | None = None,
    wording: Wording = DEFAULT_WORDING,
) -> WhyAnswer:
    """About the order that the text names. Raises as `identify_order` does; NotFoundError, too, where the
    order was not on record then.
    """
    match = identify_order(store, text)
    key = match.order
    assert key is not None, "an order was identified"
    with snapshot(store, as_of, now) as s:
        by_key = cases(s, [key], wording)
        if key not in by_key:
            raise NotFoundError(key, near=near_orders(s.columns, key))
        case = by_key[key]
        return WhyAnswer(
            order=with_expectations(s, [case.situation.order])[0],
            match_text=match.match_text,
            as_of=as_of,
            at=s.at,
            diagnosis=case.diagnosis,
            messages=case.messages,
            timeline=timelines(s, by_key).get(key, ()),
            seen_in=_seen_in(s, case),
            topology=s.topology,
            failures={failure.key: failure for failure in s.failures},
        )


def cases(s: Snapshot, keys: Sequence[str], wording: Wording = DEFAULT_WORDING) -> dict[str, Case]:
    """Cases of the orders that are on record, by bare key, with a few reads of the store for all of them."""
    rows = s.columns.order_rows(list(dict.fromkeys(keys)))
    orders = {order.key: order for order in orders_of(s.columns, rows[rows >= 0])}
    if not orders:
        return {}
    return Examination(s, orders, s.store.timelines(list(orders), s.as_of), wording).cases()


def timelines(s: Snapshot, cases: Mapping[str, Case]) -> dict[str, Timeline]:
    """Timelines of these cases by bare key, oldest first."""
    return {key: _timeline(s, case, case.events) for key, case in cases.items() if case.events is not None}


def _seen_in(s: Snapshot, case: Case) -> tuple[Presence, ...]:
    events = case.events
    if events is None:
        return ()
    return seen_in(s.topology, events.order, events.entries, events.records, s.system_lists)


def _timeline(s: Snapshot, case: Case, events: OrderTimeline) -> Timeline:
    return timeline_of(
        TimelineSources(
            topology=s.topology,
            situation=case.situation,
            recorded_entries=events.entries,
            records=events.records,
            expected_steps=case.expected_steps,
            affected_records=case.records,
        )
    )
