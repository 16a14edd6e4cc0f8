"""Orders and fulfillments as rows: how they stand now, out of the columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes
from impactgraph.stores.local.copy import Copy

Row = dict[str, Any]

_STATUS = {IN_FLIGHT: "IN_FLIGHT", COMPLETED: "COMPLETED", CANCELLED: "CANCELLED"}


def places(copy: Copy) -> dict[str, list[str]]:
    """Ids of all steps and locations that orders can be at, by label."""
    v = copy.state.lexicon.dictionaries
    steps = [f"step:{workflow.key}/{step}" for workflow in v.workflows for step in workflow.steps]
    return {"Step": steps, "Location": [f"location:{word}" for word in v.locations.values if word]}


def order_rows(copy: Copy, rows: Codes) -> list[Row]:
    """A row an order, by its row in the columns."""
    o, v = copy.state.instances.columns.orders, copy.state.lexicon.dictionaries
    return _rows(
        {
            "id": [f"order:{key}" for key in o.ids[rows].tolist()],
            "channel": _said(v.channels.values, o.channel[rows]),
            "mode": _said(v.modes.values, o.mode[rows]),
            "region": _said(v.regions.values, o.region[rows]),
            "tier": _said(v.tiers.values, o.tier[rows]),
            "currency": _said(v.currencies.values, o.currency[rows]),
            "valueMicros": o.value[rows].tolist(),
            "placedAt": _moments(o.placed_at[rows]),
            "promisedBy": _moments(o.promised_by[rows]),
            "attributes": _attributes(copy, rows),
        }
    )


def _attributes(copy: Copy, rows: Codes) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{} for _ in range(len(rows))]
    words = copy.state.lexicon.dictionaries.attributes
    for name, codes in copy.state.instances.columns.orders.attributes.items():
        for attributes, word in zip(found, _said(words[name].values, codes[rows]), strict=True):
            if word:
                attributes[f"attribute_{name}"] = word
    return found


def part_rows(copy: Copy, rows: Codes) -> list[Row]:
    """A row a fulfillment, by its row in the columns; each with the id of its order."""
    columns, v = copy.state.instances.columns, copy.state.lexicon.dictionaries
    f = columns.fulfillments
    failed = f.failed_at[rows] > 0
    workflows = [""] + [workflow.key for workflow in v.workflows]
    return _rows(
        {
            "id": fulfillment_ids(copy, rows),
            "order": [f"order:{key}" for key in columns.orders.ids[f.order[rows]].tolist()],
            "status": [_STATUS[code] for code in f.status[rows].tolist()],
            "workflow": _said(workflows, f.workflow[rows] + 1),
            "valueMicros": f.value[rows].tolist(),
            "enteredAt": _moments(f.entered_at[rows]),
            "endedAt": _moments(f.ended_at[rows]),
            "failedAt": _moments(f.failed_at[rows]),
            "failedCode": _said(v.fail_codes.values, np.where(failed, f.failed_code[rows], 0)),
            "failedElement": _said(v.elements.values, np.where(failed, f.failed_element[rows], 0)),
            "reroutedAt": _moments(f.rerouted_at[rows]),
            "step": _steps(copy, rows),
            "location": [
                f"location:{word}" if word else None for word in _said(v.locations.values, f.location[rows])
            ],
        }
    )


def fulfillment_ids(copy: Copy, rows: Codes) -> list[str]:
    return [f"fulfillment:{key}" for key in copy.state.instances.columns.fulfillments.ids[rows].tolist()]


def _steps(copy: Copy, rows: Codes) -> list[str | None]:
    """Id of the step that each fulfillment is in, None where it is in none."""
    f, workflows = copy.state.instances.columns.fulfillments, copy.state.lexicon.dictionaries.workflows
    inside = (f.status[rows] == IN_FLIGHT) & (f.workflow[rows] >= 0) & (f.step[rows] >= 0)
    ids = [[f"step:{workflow.key}/{step}" for step in workflow.steps] for workflow in workflows]
    places = zip(inside.tolist(), f.workflow[rows].tolist(), f.step[rows].tolist(), strict=True)
    return [ids[workflow][step] if there else None for there, workflow, step in places]


def _said(words: Sequence[str], codes: NDArray[Any]) -> list[str | None]:
    known: list[str | None] = [word or None for word in words]
    return [known[code] for code in codes.tolist()]


def _moments(at: NDArray[np.int64]) -> list[int | None]:
    return [moment or None for moment in at.tolist()]


def _rows(columns: Mapping[str, Sequence[Any]]) -> list[Row]:
    names = tuple(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
