"""Orders as rows: their state out of the columns, their records out of the log's copy."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from impactgraph.impact.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes
from impactgraph.stores.local.copy import Copy
from impactgraph.stores.state.coding import bounded_micros
from impactgraph.stores.state.kinds import RECORDS, Kind

Row = dict[str, Any]
Records = dict[int, dict[str, list[Row]]]
"""Of each fulfillment by number, its records by the word of their kind."""

_STATUS = {IN_FLIGHT: "IN_FLIGHT", COMPLETED: "COMPLETED", CANCELLED: "CANCELLED"}
_WORDS = {int(kind): record.value for kind, record in RECORDS.items()}
_TOUCHED = "select distinct order_number from events where seq > ? and seq <= ? and order_number >= 0 order by 1"
_RECORDS = f"""
select fulfillment_number, seq, kind, type, time, amount, currency, document, note from events
where order_number between ? and ? and order_number in (select number from wanted) and kind between {int(Kind.POSTING)} and {int(Kind.SUPPLIER_ORDER)}
order by seq
"""


def touched(copy: Copy, after: int, until: int) -> Codes:
    """Numbers of the orders that events with these sequence numbers are about; ascending."""
    return copy.record.arrays(_TOUCHED, [after, until])[0].astype(np.int32)


def places(copy: Copy) -> dict[str, list[str]]:
    """Ids of all steps and locations that orders can be at, by label."""
    v = copy.state.lexicon.vocabulary
    steps = [f"step:{workflow.key}/{step}" for workflow in v.workflows for step in workflow.steps]
    return {"Step": steps, "Location": [f"location:{word}" for word in v.locations.words if word]}


def order_rows(copy: Copy, numbers: Codes) -> list[Row]:
    """A row an order, with its parts and their records, as `cypher.create_orders` takes them. Nothing may change meanwhile."""
    instances = copy.state.instances
    rows = instances.order_rows(numbers)
    rows = rows[rows >= 0]
    of_orders: dict[int, list[Row]] = defaultdict(list)
    for order, part in _parts(copy, rows):
        of_orders[order].append(part)
    found = _orders(copy, rows)
    for row, order in zip(found, rows.tolist(), strict=True):
        row["parts"] = of_orders[order]
    return found


def _orders(copy: Copy, rows: Codes) -> list[Row]:
    o, v = copy.state.instances.columns.orders, copy.state.lexicon.vocabulary
    columns: dict[str, Sequence[Any]] = {
        "id": [f"order:{key}" for key in o.ids[rows].tolist()],
        "channel": _said(v.channels.words, o.channel[rows]),
        "mode": _said(v.modes.words, o.mode[rows]),
        "region": _said(v.regions.words, o.region[rows]),
        "tier": _said(v.tiers.words, o.tier[rows]),
        "currency": _said(v.currencies.words, o.currency[rows]),
        "valueMicros": o.value[rows].tolist(),
        "placedAt": _moments(o.placed_at[rows]),
        "promisedBy": _moments(o.promised_by[rows]),
        "attributes": _attributes(copy, rows),
    }
    return _rows(columns)


def _attributes(copy: Copy, rows: Codes) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{} for _ in range(len(rows))]
    words = copy.state.lexicon.vocabulary.attributes
    for name, codes in copy.state.instances.columns.orders.attributes.items():
        for attributes, word in zip(found, _said(words[name].words, codes[rows]), strict=True):
            if word:
                attributes[f"attribute_{name}"] = word
    return found


def _parts(copy: Copy, orders: Codes) -> list[tuple[int, Row]]:
    """(row of the order, its part), the parts of an order in the order of their numbers."""
    instances, v = copy.state.instances, copy.state.lexicon.vocabulary
    f, rows = instances.columns.fulfillments, instances.columns.parts_of(orders)
    numbers = instances.fulfillments["number"][rows]
    by_number = np.argsort(numbers)
    rows, numbers = rows[by_number], numbers[by_number]
    failed = f.failed_at[rows] > 0
    workflows = [""] + [workflow.key for workflow in v.workflows]
    columns: dict[str, Sequence[Any]] = {
        "id": [f"fulfillment:{key}" for key in f.ids[rows].tolist()],
        "status": [_STATUS[code] for code in f.status[rows].tolist()],
        "workflow": _said(workflows, f.workflow[rows] + 1),
        "valueMicros": f.value[rows].tolist(),
        "enteredAt": _moments(f.entered_at[rows]),
        "endedAt": _moments(f.ended_at[rows]),
        "failedAt": _moments(f.failed_at[rows]),
        "failedCode": _said(v.fail_codes.words, np.where(failed, f.failed_code[rows], 0)),
        "failedElement": _said(v.elements.words, np.where(failed, f.failed_element[rows], 0)),
        "reroutedAt": _moments(f.rerouted_at[rows]),
        "step": _steps(copy, rows),
        "location": [f"location:{word}" if word else None for word in _said(v.locations.words, f.location[rows])],
    }
    found = _rows(columns)
    records = _records(copy, instances.orders["number"][orders])
    for row, number in zip(found, numbers.tolist(), strict=True):
        mine = records.get(number, {})
        for kind in RecordKind:
            row[kind.value] = mine.get(kind.value, [])
    return list(zip(f.order[rows].tolist(), found, strict=True))


def _steps(copy: Copy, rows: Codes) -> list[str | None]:
    """Id of the step that each fulfillment is in, None where it is in none."""
    f, workflows = copy.state.instances.columns.fulfillments, copy.state.lexicon.vocabulary.workflows
    inside = (f.status[rows] == IN_FLIGHT) & (f.workflow[rows] >= 0) & (f.step[rows] >= 0)
    ids = [[f"step:{workflow.key}/{step}" for step in workflow.steps] for workflow in workflows]
    places = zip(inside.tolist(), f.workflow[rows].tolist(), f.step[rows].tolist(), strict=True)
    return [ids[workflow][step] if there else None for there, workflow, step in places]


def _records(copy: Copy, orders: Codes) -> Records:
    found: Records = defaultdict(lambda: defaultdict(list))
    if not len(orders):
        return found
    bounds = [int(orders.min()), int(orders.max())]
    columns = copy.record.arrays(_RECORDS, bounds, wanted={"number": orders})
    lexicon = copy.state.lexicon
    types, currencies, notes = lexicon.types.words, lexicon.vocabulary.currencies.words, lexicon.notes.words
    for number, seq, kind, type_, time, amount, currency, document, note in zip(*(column.tolist() for column in columns), strict=True):
        row: Row = {"seq": seq, "type": types[type_], "at": time}
        match kind:
            case Kind.POSTING:
                row["document"] = document or None
                if amount is not None:
                    row |= {"amountMicros": bounded_micros(Decimal(amount)), "currency": currencies[currency] or None}
            case Kind.NOTIFICATION:
                row["channel"] = notes[note] or None
            case Kind.SUPPLIER_ORDER:
                row["supplier"] = notes[note] or None
            case _:
                pass
        found[number][_WORDS[kind]].append(row)
    return found


def _said(words: Sequence[str], codes: NDArray[Any]) -> list[str | None]:
    known: list[str | None] = [word or None for word in words]
    return [known[code] for code in codes.tolist()]


def _moments(at: NDArray[np.int64]) -> list[int | None]:
    return [moment or None for moment in at.tolist()]


def _rows(columns: dict[str, Sequence[Any]]) -> list[Row]:
    names = tuple(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
