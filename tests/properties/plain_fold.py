"""What events add up to, said as plainly as possible: one fulfillment at a time, its events in order, a
look at each.
"""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from graph_models.time import millis
from graph_models.topology import Topology, Workflow
from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, document_code

RANK = {
    "order.placed": 0,
    "fulfillment.entered": 1,
    "fulfillment.rerouted": 2,
    "fulfillment.failed": 3,
    "fulfillment.completed": 4,
    "fulfillment.cancelled": 5,
    "order.cancelled": 5,
}
RECORD = {
    "posting.recorded": "posting",
    "notification.sent": "notification",
    "task.closed": "task",
    "supplier_order.confirmed": "supplier_order",
}


def plainly(lines: list[bytes], topology: Topology) -> dict[str, dict[str, Any]]:
    """State of each fulfillment whose workflow is known, by id."""
    events = list({event["id"]: event for event in map(json.loads, lines)}.values())
    for event in events:
        event["at"] = millis(datetime.fromisoformat(event["time"]))
    names = {name for event in events for name in _named(event)}
    found = {name: _state(name, events, topology) for name in names}
    return {name: state for name, state in found.items() if state is not None}


def _named(event: dict[str, Any]) -> list[str]:
    data = event["data"]
    return (
        [part["fulfillment"] for part in data["fulfillments"]]
        if event["type"] == "order.placed"
        else [data["fulfillment"]]
        if "fulfillment" in data
        else []
    )


def _state(name: str, events: list[dict[str, Any]], topology: Topology) -> dict[str, Any] | None:
    mine = [event for event in events if name in _named(event)]
    order = mine[0]["data"]["order"]
    mine += [
        event for event in events if event["type"] == "order.cancelled" and event["data"]["order"] == order
    ]
    setters = sorted((e for e in mine if e["type"] in ("order.placed", "fulfillment.rerouted")), key=_when)
    if not setters:
        return None
    workflow = _workflow_of(setters[-1], name, topology)
    moves = [(e, _in_force(e, setters, name, topology)) for e in mine if e["type"] in RANK]
    moves = [(e, w) for e, w in moves if w is None or "step" not in e["data"] or _has(w, e["data"]["step"])]
    if removal := _removal(name, order, events):
        moves.append((removal, None))
    moves.sort(key=lambda move: _key(*move))
    state: dict[str, Any] = {
        "order": order,
        "workflow": workflow.key,
        "step": None,
        "location": "",
        "entered": {},
        "entered_at": 0,
        "failed_at": 0,
    }
    state |= {"failed_code": "", "rerouted_at": 0, "ended_at": 0, "status": IN_FLIGHT}
    for event, then in moves:
        _apply(state, event, then, name, workflow)
    records = {(RECORD[e["type"]], e["data"]["type"]) for e in mine if e["type"] in RECORD}
    expected = [(emission.kind.value, emission.type) for _, emission in workflow.records]
    state["records"] = [record for record in dict.fromkeys(expected) if record in records]
    state["came"] = sorted(_came(e) for e in mine if e["type"] in RECORD)
    return state


def _came(event: dict[str, Any]) -> tuple[Any, ...]:
    data = event["data"]
    amount = (
        None
        if data.get("amount") is None
        else int((Decimal(str(data["amount"])) * 1_000_000).to_integral_value())
    )
    document = document_code(data.get("document"))
    return (
        event["at"],
        RECORD[event["type"]],
        data["type"],
        str(amount),
        data.get("currency") or "",
        document,
    )


def _apply(
    state: dict[str, Any], event: dict[str, Any], then: Workflow | None, name: str, final: Workflow
) -> None:
    data, at = event["data"], event["at"]
    place = _part(event, name).get("location") if event["type"] == "order.placed" else data.get("location")
    state["location"] = place or state["location"]
    match event["type"]:
        case "fulfillment.entered" | "fulfillment.rerouted":
            if event["type"] == "fulfillment.rerouted":
                state["rerouted_at"] = at
            if then is not None and then.key == final.key:
                state["entered"][data["step"]] = at
                state |= {
                    "step": data["step"],
                    "entered_at": at,
                    "ended_at": 0,
                    "status": IN_FLIGHT,
                    "failed_at": 0,
                    "failed_code": "",
                }
        case "fulfillment.failed":
            state |= {"failed_at": at, "failed_code": data["code"]}
        case "fulfillment.completed":
            state |= {"ended_at": at, "status": COMPLETED}
        case "fulfillment.cancelled" | "order.cancelled":
            state |= {"ended_at": at, "status": CANCELLED}
        case _:
            pass


def _removal(name: str, order: str, events: list[dict[str, Any]]) -> dict[str, Any] | None:
    """A cancellation by the first order.placed after the last that names the fulfillment, unless it adds."""
    placings = [e for e in events if e["type"] == "order.placed" and e["data"]["order"] == order]
    placings.sort(key=_when)
    naming = [number for number, e in enumerate(placings) if name in _named(e)]
    if not naming:
        return None
    later = [e for e in placings[naming[-1] + 1 :] if not e["data"].get("adds")]
    return {**later[0], "type": "fulfillment.cancelled", "data": {}} if later else None


def _when(event: dict[str, Any]) -> tuple[int, int, str, str]:
    return (event["at"], RANK[event["type"]], event["source"], event["id"])


def _key(event: dict[str, Any], workflow: Workflow | None) -> tuple[int, int, int, str, str]:
    position = (
        workflow.position(event["data"]["step"])
        if workflow is not None and event["type"] == "fulfillment.entered"
        else 0
    )
    return (event["at"], RANK[event["type"]], position, event["source"], event["id"])


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    return next(part for part in event["data"]["fulfillments"] if part["fulfillment"] == name)


def _workflow_of(setter: dict[str, Any], name: str, topology: Topology) -> Workflow:
    return topology.workflows[
        _part(setter, name)["workflow"] if setter["type"] == "order.placed" else setter["data"]["workflow"]
    ]


def _in_force(
    event: dict[str, Any], setters: list[dict[str, Any]], name: str, topology: Topology
) -> Workflow | None:
    """That of the last setter up to the event; before the first, that of the first if it is the order's
    placing.
    """
    before = [setter for setter in setters if _when(setter) <= _when(event)]
    if before:
        return _workflow_of(before[-1], name, topology)
    return _workflow_of(setters[0], name, topology) if setters[0]["type"] == "order.placed" else None


def _has(workflow: Workflow, step: str) -> bool:
    return any(known.key == step for known in workflow.steps)
