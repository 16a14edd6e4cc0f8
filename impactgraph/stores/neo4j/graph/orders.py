"""Rows of orders and fulfillments in their present state, from the columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes
from impactgraph.stores.local.replica import Replica

Row = dict[str, Any]

_STATUS = {IN_FLIGHT: "IN_FLIGHT", COMPLETED: "COMPLETED", CANCELLED: "CANCELLED"}


def places(replica: Replica) -> dict[str, list[str]]:
    """Ids by label of all steps and locations that orders can be at."""
    v = replica.state.event_dictionaries
    steps = [f"step:{workflow.key}/{step}" for workflow in v.workflows for step in workflow.steps]
    return {"Step": steps, "Location": [f"location:{word}" for word in v.locations.values if word]}


def order_rows(replica: Replica, rows: Codes) -> list[Row]:
    """One row for each order; `rows` are those of the columns."""
    o = replica.state.instances.columns.orders
    v = replica.state.event_dictionaries
    return _rows(
        {
            "id": [f"order:{key}" for key in o.ids[rows].tolist()],
            "channel": _decode(v.channels.values, o.channel[rows]),
            "mode": _decode(v.modes.values, o.mode[rows]),
            "region": _decode(v.regions.values, o.region[rows]),
            "tier": _decode(v.tiers.values, o.tier[rows]),
            "currency": _decode(v.currencies.values, o.currency[rows]),
            "valueMicros": o.value[rows].tolist(),
            "placedAt": _moments(o.placed_at[rows]),
            "promisedBy": _moments(o.promised_by[rows]),
            "attributes": _attributes(replica, rows),
        }
    )


def _attributes(replica: Replica, rows: Codes) -> list[dict[str, str]]:
    """Properties of each order for its attributes."""
    by_order: list[dict[str, str]] = [{} for _ in range(len(rows))]
    words = replica.state.event_dictionaries.attributes
    for name, codes in replica.state.instances.columns.orders.attributes.items():
        for attributes, word in zip(by_order, _decode(words[name].values, codes[rows]), strict=True):
            if word:
                attributes[f"attribute_{name}"] = word
    return by_order


def part_rows(replica: Replica, rows: Codes) -> list[Row]:
    """One row for each fulfillment, with the id of its order; `rows` are those of the columns."""
    columns = replica.state.instances.columns
    v = replica.state.event_dictionaries
    f = columns.fulfillments
    has_failed = f.failed_at[rows] > 0
    workflows = [""] + [workflow.key for workflow in v.workflows]
    return _rows(
        {
            "id": fulfillment_ids(replica, rows),
            "order": [f"order:{key}" for key in columns.orders.ids[f.order[rows]].tolist()],
            "status": [_STATUS[code] for code in f.status[rows].tolist()],
            "workflow": _decode(workflows, f.workflow[rows] + 1),
            "valueMicros": f.value[rows].tolist(),
            "enteredAt": _moments(f.entered_at[rows]),
            "endedAt": _moments(f.ended_at[rows]),
            "failedAt": _moments(f.failed_at[rows]),
            "failedCode": _decode(v.fail_codes.values, np.where(has_failed, f.failed_code[rows], 0)),
            "failedElement": _decode(v.elements.values, np.where(has_failed, f.failed_element[rows], 0)),
            "reroutedAt": _moments(f.rerouted_at[rows]),
            "step": _steps(replica, rows),
            "location": [
                f"location:{word}" if word else None for word in _decode(v.locations.values, f.location[rows])
            ],
        }
    )


def fulfillment_ids(replica: Replica, rows: Codes) -> list[str]:
    return [f"fulfillment:{key}" for key in replica.state.instances.columns.fulfillments.ids[rows].tolist()]


def _steps(replica: Replica, rows: Codes) -> list[str | None]:
    """Id of each fulfillment's step; None where it is in none."""
    f = replica.state.instances.columns.fulfillments
    workflows = replica.state.event_dictionaries.workflows
    is_inside = (f.status[rows] == IN_FLIGHT) & (f.workflow[rows] >= 0) & (f.step[rows] >= 0)
    ids = [[f"step:{workflow.key}/{step}" for step in workflow.steps] for workflow in workflows]
    columns = zip(is_inside.tolist(), f.workflow[rows].tolist(), f.step[rows].tolist(), strict=True)
    return [ids[workflow][step] if inside else None for inside, workflow, step in columns]


def _decode(words: Sequence[str], codes: NDArray[Any]) -> list[str | None]:
    values: list[str | None] = [word or None for word in words]
    return [values[code] for code in codes.tolist()]


def _moments(at: NDArray[np.int64]) -> list[int | None]:
    return [moment or None for moment in at.tolist()]


def _rows(columns: Mapping[str, Sequence[Any]]) -> list[Row]:
    names = tuple(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
