"""What a store shows, by ids, so that two stores can be compared whatever their rows and codes are."""

from typing import Any

from graph_models.time import Millis
from impactgraph.columns import NO_AMOUNT, RECORD_KINDS, Columns
from impactgraph.columns.system_lists import ListRows
from impactgraph.ports.store import Store


def fulfillments(store: Store, as_of: Millis | None = None) -> dict[str, dict[str, Any]]:
    with store.columns(as_of) as columns:
        return {str(id_): _fulfillment(columns, row) for row, id_ in enumerate(columns.fulfillments.ids)}


def orders(store: Store, as_of: Millis | None = None) -> dict[str, dict[str, Any]]:
    with store.columns(as_of) as columns:
        return {str(id_): _order(columns, row) for row, id_ in enumerate(columns.orders.ids)}


def visits(store: Store, as_of: Millis | None = None, per_step: int = 20_000) -> list[tuple[Any, ...]]:
    """(workflow, step, location, entered, left)."""
    found = store.visits(as_of, per_step=per_step)
    with store.columns(as_of) as columns:
        v = columns.dictionaries
        rows = zip(found.workflow, found.step, found.location, found.entered_at, found.left_at, strict=True)
        return sorted(
            (v.workflows[w].key, v.workflows[w].steps[s], v.locations.values[place], int(entered), int(left))
            for w, s, place, entered, left in rows
        )


def everything(store: Store, as_of: Millis | None = None) -> dict[str, Any]:
    """All that answers are made of."""
    return {
        "orders": orders(store, as_of),
        "fulfillments": fulfillments(store, as_of),
        "visits": visits(store, as_of),
        "failures": store.failures(as_of),
        "lists": lists(store, as_of),
    }


def lists(store: Store, as_of: Millis | None = None) -> dict[str, Any]:
    """By system: its lists, and of each id the latest row."""
    return {
        system: {
            "lists": [(each.key, each.at, each.complete, sorted(each.parts)) for each in found.lists],
            "rows": {id_: _row(found.rows, row) for row, id_ in enumerate(found.rows.ids)},
        }
        for system, found in store.system_lists(as_of).items()
    }


def _row(rows: ListRows, row: int) -> tuple[Any, ...]:
    texts = [rows.texts[getattr(rows, name)[row]] for name in ("currency", "state", "meaning")]
    numbers = [int(getattr(rows, name)[row]) for name in ("first_at", "at", "place", "amount")]
    return (*numbers, rows.keys[rows.source[row]], *texts)


_NUMBERS = ("value", "placed_at", "stated_at", "promised_by")


def _order(columns: Columns, row: int) -> dict[str, Any]:
    o, v = columns.orders, columns.dictionaries
    words = {
        "channel": v.channels,
        "mode": v.modes,
        "region": v.regions,
        "tier": v.tiers,
        "currency": v.currencies,
    }
    shown: dict[str, Any] = {
        name: vocabulary.values[getattr(o, name)[row]] for name, vocabulary in words.items()
    }
    shown |= {name: int(getattr(o, name)[row]) for name in _NUMBERS}
    return shown | {
        "attributes": {
            name: v.attributes[name].values[codes[row]] for name, codes in o.attributes.items() if codes[row]
        }
    }


def _fulfillment(columns: Columns, row: int) -> dict[str, Any]:
    f, v = columns.fulfillments, columns.dictionaries
    workflow = v.workflows[f.workflow[row]] if f.workflow[row] >= 0 else None
    steps = workflow.steps if workflow else []
    shown: dict[str, Any] = {
        "order": str(columns.orders.ids[f.order[row]]),
        "workflow": workflow.key if workflow else None,
        "step": steps[f.step[row]] if f.step[row] >= 0 else None,
        "location": v.locations.values[f.location[row]],
        "entered": {
            step: int(f.entered_step_at[row, index])
            for index, step in enumerate(steps)
            if f.entered_step_at[row, index]
        },
        "told": {
            step: int(f.first_recorded_at[row, index])
            for index, step in enumerate(steps)
            if f.first_recorded_at[row, index]
        },
        "records": [
            record
            for bit, record in enumerate(workflow.records if workflow else [])
            if int(f.records[row]) >> bit & 1
        ],
        "failed_code": v.fail_codes.values[f.failed_code[row]],
        "failed_element": v.elements.values[f.failed_element[row]],
        "errors": sorted(_errors(columns, row)),
        "came": sorted(_came(columns, row)),
    }
    return shown | {
        name: int(getattr(f, name)[row])
        for name in ("value", "entered_at", "failed_at", "rerouted_at", "ended_at", "status")
    }


def _came(columns: Columns, row: int) -> list[tuple[Any, ...]]:
    """(moment, kind, type, millionths or None, currency, code of the document)."""
    r, v = columns.records, columns.dictionaries
    return [
        (
            int(r.at[i]),
            RECORD_KINDS[r.kind[i]].value,
            v.types.values[r.type[i]],
            str(None if r.amount[i] == NO_AMOUNT else int(r.amount[i])),
            v.currencies.values[r.currency[i]],
            int(r.document[i]),
        )
        for i in range(len(r))
        if r.fulfillment[i] == row
    ]


def _errors(columns: Columns, row: int) -> list[tuple[int, int, str, str]]:
    e, v = columns.errors, columns.dictionaries
    return [
        (int(e.at[i]), int(e.step[i]), v.fail_codes.values[e.code[i]], v.elements.values[e.element[i]])
        for i in range(len(e))
        if e.fulfillment[i] == row
    ]
