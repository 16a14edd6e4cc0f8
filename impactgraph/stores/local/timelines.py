"""The timelines of orders: every event of theirs as a line, and the records that came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import msgspec

from graph_models.money import Money, say_amount
from graph_models.orders import Order, OrderEdit, OrderRecord, TimelineEntry
from graph_models.time import Millis, moment
from impactgraph.ports.state import OrderTimeline
from impactgraph.stores.local.edits import edits_of
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import RECORDS, TYPES, EventKind

_QUERY = """
select e.order_number, e.kind, e.time, coalesce(f.id, ''), e.workflow, e.step, e.location, e.type, e.code,
  e.element, e.amount, e.currency, e.document, e.note, e.extra, w.word, e.id
from events e left join fulfillments f on f.number = e.fulfillment_number
join words w on w.domain = 'source' and w.code = e.source
where e.order_number in (select unnest(?::integer[])) and e.time <= ?
"""
_PLACEMENTS = """
select p.order_number, p.time, f.id, p.workflow
from placements p join fulfillments f on f.number = p.fulfillment_number
where p.order_number in (select unnest(?::integer[])) and p.time <= ?
"""
_RANKS = {
    EventKind.PLACED: 0,
    EventKind.ENTERED: 1,
    EventKind.REROUTED: 2,
    EventKind.FAILED: 3,
    EventKind.COMPLETED: 4,
    EventKind.CANCELLED: 5,
    EventKind.ORDER_CANCELLED: 5,
}
_EVER: Millis = 2**62


@dataclass(frozen=True, slots=True)
class _Line:
    kind: EventKind
    at: Millis
    fulfillment: str
    workflow: int
    step: int
    location: int
    type: int
    code: int
    element: int
    amount: str | None
    currency: int
    document: str | None
    note: int
    extra: str | None
    source: str
    id: str

    def key(self, position: int) -> tuple[Millis, int, int, str, str]:
        """Sort key: events of one moment in the order in which the fold applies them.

        `position` is that of the event's step in its workflow.
        """
        step_rank = position if self.kind is EventKind.ENTERED else 0
        return (self.at, _RANKS.get(self.kind, 6), step_rank, self.source, self.id)


def timelines(
    record: Record, event_dictionaries: EventDictionaries, orders: Mapping[int, Order], as_of: Millis | None
) -> dict[str, OrderTimeline]:
    """Timelines by order key, up to `as_of`; `orders` are by number, in their state at `as_of`.

    Takes three queries, one more where an order was placed again.
    """
    until = _EVER if as_of is None else as_of
    bounds = [list(orders), until]
    lines: dict[int, list[_Line]] = {number: [] for number in orders}
    for row in record.rows(_QUERY, bounds):
        lines[row[0]].append(_Line(EventKind(row[1]), *row[2:]))
    workflows: dict[int, dict[str, int]] = {number: {} for number in orders}
    for number, _, fulfillment, workflow in sorted(record.rows(_PLACEMENTS, bounds)):
        workflows[number].setdefault(fulfillment, workflow)
    edits = edits_of(record, event_dictionaries, list(orders), until)
    return {
        order.key: _timeline(
            OrderTimeline(order, (), (), edits.get(number, ())),
            lines[number],
            workflows[number],
            event_dictionaries,
        )
        for number, order in orders.items()
    }


def _timeline(
    blank: OrderTimeline, lines: list[_Line], workflows: dict[str, int], event_dictionaries: EventDictionaries
) -> OrderTimeline:
    """`blank`: with the edits of the order, without entries and records."""
    order = blank.order
    edits = {edit.at: edit for edit in blank.edits}
    entries: list[TimelineEntry] = []
    all_workflows = event_dictionaries.workflows

    def position(line: _Line) -> int:
        workflow = workflows.get(line.fulfillment, -1)
        steps = all_workflows[workflow].steps if workflow >= 0 else []
        word = event_dictionaries.steps.values[line.step]
        return steps.index(word) if word in steps else -1

    several = len(order.fulfillments) > 1
    for line in sorted(lines, key=lambda line: line.key(position(line))):
        if line.kind is EventKind.REROUTED:
            workflows[line.fulfillment] = line.workflow
        entry = _entry(line, workflows.get(line.fulfillment, -1), event_dictionaries, several)
        if line.kind is EventKind.PLACED and line.at in edits:
            entry = replace(entry, title="Order changed", detail=_edit_detail(edits[line.at]))
        entries.append(entry)
    records = [
        _record_of(line, event_dictionaries)
        for line in sorted(lines, key=lambda line: (line.at, line.source, line.id))
        if line.kind in RECORDS
    ]
    return replace(blank, entries=tuple(entries), records=tuple(records))


def _entry(line: _Line, workflow: int, event_dictionaries: EventDictionaries, several: bool) -> TimelineEntry:
    """`several`: the order has several fulfillments, so that the entry must name its own."""
    words = event_dictionaries
    extra: dict[str, Any] = msgspec.json.decode(line.extra) if line.extra else {}
    step = event_dictionaries.steps.values[line.step]
    workflow_key = words.workflows[workflow].key if workflow >= 0 else ""
    details = (
        _event_detail(line, event_dictionaries, extra),
        f"at {words.locations.values[line.location]}" if line.location else "",
        line.fulfillment if several else "",
    )
    element = f"step:{workflow_key}/{step}" if step and workflow_key else None
    if line.kind is EventKind.FAILED and line.element:
        element = words.elements.values[line.element]
    return TimelineEntry(
        at=line.at,
        kind=TYPES[line.kind],
        title=_title(line, step, workflow_key, event_dictionaries),
        detail="; ".join(filter(None, details)) or None,
        element=element,
        fulfillment=line.fulfillment or None,
        record=event_dictionaries.types.values[line.type] if line.kind in RECORDS else None,
        message=next((str(extra[name]) for name in ("message", "reason") if extra.get(name)), None),
    )


def _edit_detail(edit: OrderEdit) -> str:
    """`value 80.00 EUR instead of 100.00 EUR, O-1/2 added`."""
    parts: list[str] = []
    if edit.value is not None:
        before, after = (say_amount(each.amount, each.currency) for each in edit.value)
        parts.append(f"value {after} instead of {before}")
    if edit.promised_by is not None:
        before, after = (f"{moment(each):%Y-%m-%d %H:%M} UTC" for each in edit.promised_by)
        parts.append(f"promised by {after} instead of {before}")
    parts += [f"{part} added" for part in edit.added]
    parts += [f"{part} left out" for part in edit.left_out]
    return ", ".join(parts)


def _title(line: _Line, step: str, workflow: str, event_dictionaries: EventDictionaries) -> str:
    type_ = event_dictionaries.types.values[line.type].replace("_", " ")
    match line.kind:
        case EventKind.PLACED:
            return "Order placed"
        case EventKind.ENTERED:
            return f"{step} begins"
        case EventKind.REROUTED:
            return f"Rerouted to {step} of {workflow}"
        case EventKind.FAILED:
            code = event_dictionaries.fail_codes.values[line.code]
            return f"{step or 'The step'} failed: {code or 'no code'}"
        case EventKind.COMPLETED:
            return "Completed"
        case EventKind.CANCELLED:
            return "Cancelled"
        case EventKind.ORDER_CANCELLED:
            return "Order cancelled"
        case EventKind.POSTING:
            return f"{type_} posted"
        case EventKind.NOTIFICATION:
            return f'Message "{type_}" sent'
        case EventKind.TASK:
            return f"Task {type_} closed"
        case EventKind.SUPPLIER_ORDER:
            return f"{type_} confirmed by the supplier"
        case _:
            return TYPES[line.kind]


def _event_detail(line: _Line, event_dictionaries: EventDictionaries, extra: Mapping[str, Any]) -> str:
    """Texts that the event itself carries: message, amount, document, sender."""
    parts = [str(extra[name]) for name in ("message", "reason") if extra.get(name)]
    if line.kind is EventKind.POSTING and line.amount is not None:
        currency = event_dictionaries.currencies.values[line.currency]
        parts.append(say_amount(Decimal(line.amount), currency).strip())
    if line.document:
        parts.append(f"document {line.document}")
    if line.note:
        parts.append(f"by {event_dictionaries.notes.values[line.note]}")
    return ", ".join(parts)


def _record_of(line: _Line, event_dictionaries: EventDictionaries) -> OrderRecord:
    note = event_dictionaries.notes.values[line.note] or None
    return OrderRecord(
        kind=RECORDS[line.kind],
        type=event_dictionaries.types.values[line.type],
        fulfillment=line.fulfillment,
        at=line.at,
        amount=Money(Decimal(line.amount), event_dictionaries.currencies.values[line.currency])
        if line.amount is not None
        else None,
        document=line.document,
        channel=note if line.kind is EventKind.NOTIFICATION else None,
        supplier=note if line.kind is EventKind.SUPPLIER_ORDER else None,
    )


def order_numbers(record: Record, keys: Sequence[str]) -> dict[str, int]:
    """Numbers of the orders that exist, by key."""
    return dict(
        record.rows("select id, number from orders where id in (select unnest(?::varchar[]))", [list(keys)])
    )
