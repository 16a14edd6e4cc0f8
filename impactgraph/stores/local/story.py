"""The stories of orders: every event of theirs as a line, and the records that came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from graph_models.money import Money
from graph_models.orders import Order, OrderRecord, TimelineEntry
from graph_models.time import Millis
from impactgraph.ports.store import OrderTimeline
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.kinds import RECORDS, TYPES, Kind

_QUERY = """
select e.order_number, e.kind, e.time, coalesce(f.id, ''), e.workflow, e.step, e.location, e.type, e.code, e.element,
  e.amount, e.currency, e.document, e.note, e.extra, w.word, e.id
from events e left join fulfillments f on f.number = e.fulfillment_number
join words w on w.domain = 'source' and w.code = e.source
where e.order_number in (select unnest(?::integer[])) and e.time <= ?
"""
_PLACEMENTS = """
select p.order_number, p.time, f.id, p.workflow from placements p join fulfillments f on f.number = p.fulfillment_number
where p.order_number in (select unnest(?::integer[])) and p.time <= ?
"""
_RANKS = {
    Kind.PLACED: 0,
    Kind.ENTERED: 1,
    Kind.REROUTED: 2,
    Kind.FAILED: 3,
    Kind.COMPLETED: 4,
    Kind.CANCELLED: 5,
    Kind.ORDER_CANCELLED: 5,
}
_EVER: Millis = 2**62


@dataclass(frozen=True, slots=True)
class _Line:
    kind: Kind
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
        """Events of a moment in the order in which they count."""
        return (
            self.at,
            _RANKS.get(self.kind, 6),
            position if self.kind is Kind.ENTERED else 0,
            self.source,
            self.id,
        )


def stories(
    record: Record, lexicon: EventDictionaries, orders: Mapping[int, Order], as_of: Millis | None
) -> dict[str, OrderTimeline]:
    """By key of the order; `orders` are by number, as they were at `as_of`. Two queries, whatever their number."""
    bounds = [list(orders), _EVER if as_of is None else as_of]
    lines: dict[int, list[_Line]] = {number: [] for number in orders}
    for row in record.rows(_QUERY, bounds):
        lines[row[0]].append(_Line(Kind(row[1]), *row[2:]))
    workflows: dict[int, dict[str, int]] = {number: {} for number in orders}
    for number, _, fulfillment, workflow in sorted(record.rows(_PLACEMENTS, bounds)):
        workflows[number].setdefault(fulfillment, workflow)
    return {
        order.key: _story(order, lines[number], workflows[number], lexicon)
        for number, order in orders.items()
    }


def _story(
    order: Order, lines: list[_Line], workflows: dict[str, int], lexicon: EventDictionaries
) -> OrderTimeline:
    entries: list[TimelineEntry] = []
    known = lexicon.dictionaries.workflows

    def position(line: _Line) -> int:
        workflow = workflows.get(line.fulfillment, -1)
        steps = known[workflow].steps if workflow >= 0 else []
        word = lexicon.steps.values[line.step]
        return steps.index(word) if word in steps else -1

    several = len(order.fulfillments) > 1
    for line in sorted(lines, key=lambda line: line.key(position(line))):
        if line.kind is Kind.REROUTED:
            workflows[line.fulfillment] = line.workflow
        entries.append(_entry(line, workflows.get(line.fulfillment, -1), lexicon, several))
    records = [
        _recorded(line, lexicon)
        for line in sorted(lines, key=lambda line: (line.at, line.source, line.id))
        if line.kind in RECORDS
    ]
    return OrderTimeline(order, tuple(entries), tuple(records))


def _entry(line: _Line, workflow: int, lexicon: EventDictionaries, several: bool) -> TimelineEntry:
    v = lexicon.dictionaries
    extra: dict[str, Any] = msgspec.json.decode(line.extra) if line.extra else {}
    step, key = lexicon.steps.values[line.step], v.workflows[workflow].key if workflow >= 0 else ""
    details = [
        _what(line, lexicon, extra),
        f"at {v.locations.values[line.location]}" if line.location else "",
    ]
    details += [line.fulfillment if several and line.fulfillment else ""]
    element = f"step:{key}/{step}" if step and key else None
    if line.kind is Kind.FAILED and line.element:
        element = v.elements.values[line.element]
    said = next((str(extra[name]) for name in ("message", "reason") if extra.get(name)), None)
    record = lexicon.types.values[line.type] if line.kind in RECORDS else None
    title, detail = _title(line, step, key, lexicon), "; ".join(filter(None, details)) or None
    return TimelineEntry(
        line.at,
        TYPES[line.kind],
        title,
        detail,
        element=element,
        fulfillment=line.fulfillment or None,
        record=record,
        message=said,
    )


def _title(line: _Line, step: str, workflow: str, lexicon: EventDictionaries) -> str:
    type_ = lexicon.types.values[line.type]
    match line.kind:
        case Kind.PLACED:
            return "Order placed"
        case Kind.ENTERED:
            return f"{step} begins"
        case Kind.REROUTED:
            return f"Rerouted to {step} of {workflow}"
        case Kind.FAILED:
            return f"{step or 'The step'} failed: {lexicon.dictionaries.fail_codes.values[line.code] or 'no code'}"
        case Kind.COMPLETED:
            return "Completed"
        case Kind.CANCELLED:
            return "Cancelled"
        case Kind.ORDER_CANCELLED:
            return "Order cancelled"
        case Kind.POSTING:
            return f"{type_} posted"
        case Kind.NOTIFICATION:
            return f"{type_} sent"
        case Kind.TASK:
            return f"Task {type_} closed"
        case _:
            return (
                f"{type_} confirmed by the supplier" if line.kind is Kind.SUPPLIER_ORDER else TYPES[line.kind]
            )


def _what(line: _Line, lexicon: EventDictionaries, extra: Mapping[str, Any]) -> str:
    """What the event says in its own words."""
    said = [str(extra[name]) for name in ("message", "reason") if extra.get(name)]
    if line.kind is Kind.POSTING and line.amount is not None:
        said.append(f"{line.amount} {lexicon.dictionaries.currencies.values[line.currency]}".strip())
    if line.document:
        said.append(f"document {line.document}")
    if line.note:
        said.append(f"by {lexicon.notes.values[line.note]}")
    return ", ".join(said)


def _recorded(line: _Line, lexicon: EventDictionaries) -> OrderRecord:
    note = lexicon.notes.values[line.note] or None
    return OrderRecord(
        kind=RECORDS[line.kind],
        type=lexicon.types.values[line.type],
        fulfillment=line.fulfillment,
        at=line.at,
        amount=Money(Decimal(line.amount), lexicon.dictionaries.currencies.values[line.currency])
        if line.amount is not None
        else None,
        document=line.document,
        channel=note if line.kind is Kind.NOTIFICATION else None,
        supplier=note if line.kind is Kind.SUPPLIER_ORDER else None,
    )


def numbers_of(record: Record, keys: Sequence[str]) -> dict[str, int]:
    """Number of each order that is known, by key."""
    return dict(
        record.rows("select id, number from orders where id in (select unnest(?::varchar[]))", [list(keys)])
    )
