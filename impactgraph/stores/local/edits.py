"""Edits of orders: what each order.placed after the first one changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from graph_models.money import Money, from_micros
from graph_models.orders import OrderEdit
from graph_models.time import Millis
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries

_PLACED = """
select p.order_number, p.time, p.value, p.currency, p.promised_by, w.word, e.id, p.seq, p.adds
from placed p join events e on e.seq = p.seq join words w on w.domain = 'source' and w.code = e.source
where p.order_number in (select unnest(?::integer[])) and p.time <= ?
"""
_PARTS = """
select p.seq, f.id from placements p join fulfillments f on f.number = p.fulfillment_number
where p.order_number in (select unnest(?::integer[])) and p.time <= ?
"""


@dataclass
class _Placement:
    """An order.placed. `promised_by`: 0 where it states none."""

    at: Millis
    value: Money
    promised_by: Millis
    parts: list[str] = field(default_factory=list[str])
    adds: bool = False
    """Whether its fulfillments come beside those of the earlier ones."""


def edits_of(
    record: Record, event_dictionaries: EventDictionaries, orders: Sequence[int], until: Millis
) -> dict[int, tuple[OrderEdit, ...]]:
    """By number of the order, the oldest first; without orders that nobody edited."""
    currencies = event_dictionaries.currencies
    # Of one moment by source and id, as the fold applies them.
    rows = sorted(record.rows(_PLACED, [list(orders), until]), key=lambda row: (row[1], *row[5:]))
    by_order: dict[int, list[_Placement]] = {}
    by_seq: dict[int, _Placement] = {}
    for number, at, value, currency, promised_by, _, _, seq, adds in rows:
        money = from_micros(value, currencies.values[int(currency)])
        placement = _Placement(at, money, promised_by, adds=bool(adds))
        by_seq[seq] = placement
        by_order.setdefault(number, []).append(placement)
    edits_by_number = {number: each for number, each in by_order.items() if len(each) > 1}
    if not edits_by_number:
        return {}
    for seq, part in sorted(record.rows(_PARTS, [list(edits_by_number), until])):
        by_seq[seq].parts.append(part)
    edits = {number: tuple(_edits(placements)) for number, placements in edits_by_number.items()}
    return {number: each for number, each in edits.items() if each}


def _edits(placements: Sequence[_Placement]) -> Iterator[OrderEdit]:
    """A repeated order.placed that changes nothing is no edit, nor is one that leaves the promise out."""
    parts = dict.fromkeys(placements[0].parts)
    promised_by = placements[0].promised_by
    for before, after in pairwise(placements):
        promise = (promised_by, after.promised_by) if 0 not in (promised_by, after.promised_by) else None
        edit = OrderEdit(
            at=after.at,
            value=(before.value, after.value) if before.value != after.value else None,
            promised_by=promise if promise is not None and promise[0] != promise[1] else None,
            added=tuple(part for part in after.parts if part not in parts),
            left_out=() if after.adds else tuple(part for part in before.parts if part not in after.parts),
        )
        parts |= dict.fromkeys(after.parts)
        promised_by = after.promised_by or promised_by
        if edit != OrderEdit(after.at):
            yield edit
