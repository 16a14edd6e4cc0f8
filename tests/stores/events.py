"""Events and a small topology for tests of stores: short to write, real to read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from graph_models.time import Millis, millis
from graph_models.topology import Topology
from impactgraph.topology.load import parse_topology

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

TOPOLOGY = """
impactgraph: 1
teams:
  shop: {name: Shop}
locations:
  store-1: {kind: store, region: emea}
  store-2: {kind: store, region: apac}
systems:
  oms: {name: Order management, owner: shop}
  erp: {name: Finance, owner: shop}
integrations:
  oms-to-erp: {from: oms, to: erp, transport: queue, owner: shop}
workflows:
  collect:
    steps:
      promise: {runs_on: oms, takes: 1m, then: [pick]}
      pick: {runs_on: oms, takes: 10m, then: [hand-over], emits: {tasks: [{type: pick}]}}
      hand-over:
        runs_on: oms
        takes: 1h
        emits: {postings: [{type: invoice, via: oms-to-erp, due: 1h}], notifications: [{type: thanks}]}
  ship:
    steps:
      promise: {runs_on: oms, takes: 1m, then: [pack]}
      pack: {runs_on: oms, takes: 10m, then: [deliver], emits: {notifications: [{type: shipped}]}}
      deliver: {runs_on: oms, takes: 1d, emits: {postings: [{type: invoice, via: oms-to-erp}]}}
"""
DOCUMENTS = {"shop.yaml": TOPOLOGY}
MORE = {
    "shop.yaml": TOPOLOGY.replace(
        "pack: {", "wrap: {runs_on: oms, takes: 1m, then: [pack]}\n      pack: {", 1
    )
}
"""The same with a step `wrap` in `ship`."""


def topology(documents: dict[str, str] = DOCUMENTS) -> Topology:
    return parse_topology(documents)


def at(minutes: float) -> Millis:
    """So many minutes after noon."""
    return millis(NOON + timedelta(minutes=minutes))


def event(type_: str, minutes: float, *, id: str = "", source: str = "/oms", **data: Any) -> bytes:
    """A CloudEvent; without an id, its id is all that it says."""
    moment = (NOON + timedelta(minutes=minutes)).isoformat()
    identity = id or json.dumps([type_, moment, data], sort_keys=True)[:500]
    return json.dumps(
        {"specversion": "1.0", "id": identity, "source": source, "type": type_, "time": moment, "data": data}
    ).encode()


def placed(
    order: str = "O-1",
    minutes: float = 0,
    *,
    workflow: str = "collect",
    location: str | None = "store-1",
    parts: int = 1,
    id: str = "",
    **more: Any,
) -> bytes:
    """An order of 60 EUR; its fulfillments are `O-1/1`, `O-1/2`, ..."""
    fulfillments = [
        {"fulfillment": f"{order}/{n + 1}", "workflow": workflow}
        | ({"location": location} if location else {})
        for n in range(parts)
    ]
    data = {
        "order": order,
        "channel": "web",
        "mode": "bopis",
        "currency": "EUR",
        "value": "60.00",
        "fulfillments": fulfillments,
    }
    return event("order.placed", minutes, id=id, **(data | more))


def entered(step: str, minutes: float, fulfillment: str = "O-1/1", **more: Any) -> bytes:
    return of("fulfillment.entered", minutes, fulfillment, step=step, **more)


def of(type_: str, minutes: float, fulfillment: str = "O-1/1", **more: Any) -> bytes:
    """An event of a fulfillment, whose order is what stands before the slash."""
    return event(type_, minutes, order=fulfillment.partition("/")[0], fulfillment=fulfillment, **more)


def reported(failure: str = "F-1", minutes: float = 0, **more: Any) -> bytes:
    return event(
        "failure.reported", minutes, failure=failure, **({"target": "system:oms", "class": "outage"} | more)
    )
