"""Random small shops: a topology, and events of orders, failures, incidents, stock and lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graph_models.access import RowFilter
from graph_models.time import MINUTE, Millis, moment
from impactgraph.topology.load import parse_topology
from tests.stores.events import at

TOPOLOGY = """
impactgraph: 1
teams:
  shop: {name: Shop}
locations:
  store-1: {kind: store, region: emea}
  store-2: {kind: store, region: apac}
  store-3: {kind: store}
systems:
  oms: {name: Order management, owner: shop}
  wms: {name: Warehouse, owner: shop}
  erp: {name: Finance, owner: shop}
integrations:
  oms-to-wms: {from: oms, to: wms, transport: queue, buffer: {rate: 2/h}, owner: shop}
  oms-to-erp: {from: oms, to: erp, transport: queue, owner: shop}
  wms-to-erp: {from: wms, to: erp, transport: sync, retry: {attempts: 3}}
workflows:
  collect:
    steps:
      promise: {runs_on: oms, takes: 1m, then: [{step: pick, via: oms-to-wms}]}
      pick: {runs_on: wms, takes: 10m, needs: [wms-to-erp], then: [hand-over], emits: {tasks: [{type: pick}]}}
      hand-over:
        runs_on: wms
        takes: 1h
        emits: {postings: [{type: invoice, via: oms-to-erp, due: 1h}], notifications: [{type: thanks}]}
  ship:
    steps:
      promise: {runs_on: oms, takes: 1m, then: [{step: pack, via: oms-to-wms}]}
      pack: {runs_on: wms, takes: 10m, then: [deliver], emits: {notifications: [{type: shipped}]}}
      deliver: {runs_on: oms, takes: 1d, emits: {postings: [{type: invoice, via: oms-to-erp}]}}
"""
DOCUMENTS = {"shop.yaml": TOPOLOGY}
TOPOLOGY_OF_SHOP = parse_topology(DOCUMENTS)
STEPS = {"collect": ("promise", "pick", "hand-over"), "ship": ("promise", "pack", "deliver")}
LOCATIONS = ("store-1", "store-2", "store-3")
PERSONAL = ("email",)
NOW: Millis = at(300)


@dataclass
class Shop:
    """Events as (order or "" of none, line), in the order in which they come."""

    random: Random
    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list[tuple[str, Mapping[str, Any]]])

    @property
    def orders(self) -> list[str]:
        return sorted({order for order, _ in self.events if order})

    def add(self, owner: str, type_: str, at_: Millis, **data: Any) -> None:
        self.events.append(
            (
                owner,
                {
                    "specversion": "1.0",
                    "id": str(len(self.events)),
                    "source": "/shop",
                    "type": type_,
                    "time": moment(at_).isoformat(),
                    "data": data,
                },
            )
        )


def random_shop(seed: int) -> Shop:
    shop = Shop(Random(seed))
    for number in range(shop.random.randint(2, 9)):
        _add_order(shop, f"O-{number}")
    _add_failures(shop)
    _add_stock_and_lists(shop)
    if shop.random.random() < 0.5:  # events may come in any order
        shop.random.shuffle(shop.events)
    return shop


def random_filter(random: Random) -> RowFilter:
    values = {
        "regions": ("apac", "emea", "none-such"),
        "brands": ("north", "south"),
        "channels": ("app", "web"),
        "locations": LOCATIONS,
    }
    chosen = random.sample(sorted(values), random.choice((1, 1, 1, 2)))
    return RowFilter(
        **{name: tuple(sorted(random.sample(values[name], random.randint(1, 2)))) for name in chosen}
    )


def lines_of(events: list[Mapping[str, Any]]) -> list[bytes]:
    return [json.dumps(event).encode() for event in events]


def _add_order(shop: Shop, order: str) -> None:
    r = shop.random
    start = NOW - r.choice((20, 90, 200, 280, 3_000)) * MINUTE - r.randint(0, 59_000)
    keys = [f"{order}/{n + 1}" for n in range(r.choice((1, 1, 2)))]
    workflows = {key: r.choice(sorted(STEPS)) for key in keys}
    parts = [
        {"fulfillment": key, "workflow": workflows[key], "value": str(r.randint(1, 50))}
        | ({"location": r.choice(LOCATIONS)} if r.random() < 0.8 else {})
        for key in keys
    ]
    attributes = {"brand": r.choice(("north", "south")), "email": f"{order.lower()}@example.com"}
    if r.random() < 0.5:
        attributes["external_id"] = f"X-{r.randint(1, 3)}"
    if r.random() < 0.3:
        attributes[f"only-{order}"] = f"secret-{order}"
    data: dict[str, Any] = {
        "order": order,
        "channel": r.choice(("web", "app")),
        "mode": r.choice(("bopis", f"mode-{order}")),
        "currency": r.choice(("EUR", "USD", "JPY")),
        "value": str(sum(int(part["value"]) for part in parts)),
        "fulfillments": parts,
        "attributes": attributes,
    }
    if r.random() < 0.7:
        data["region"] = r.choice(("emea", "apac"))
    if r.random() < 0.6:
        data["promised_by"] = moment(start + r.choice((30, 200, 500)) * MINUTE).isoformat()
    if r.random() < 0.9:
        shop.add(order, "order.placed", start, **data)
    if r.random() < 0.25:
        shop.add(order, "order.placed", start + 5 * MINUTE, **data | {"region": r.choice(("emea", "apac"))})
    for key in keys:
        _add_progress(shop, order, key, STEPS[workflows[key]], start)


def _add_progress(shop: Shop, order: str, key: str, steps: tuple[str, ...], at_: Millis) -> None:
    r = shop.random
    about = {"order": order, "fulfillment": key}
    for step in steps[: r.randint(0, 3)]:
        at_ += r.choice((1, 8, 40, 130)) * MINUTE
        place = {"location": r.choice(LOCATIONS)} if r.random() < 0.3 else {}
        shop.add(order, "fulfillment.entered", at_, **about, **place, step=step)
        if r.random() < 0.2:
            error = {"code": r.choice(("E1", f"code-{order}")), "message": f"no stock for {order}"}
            shop.add(
                order, "fulfillment.failed", at_ + MINUTE, **about, step=step, element="system:wms", **error
            )
        if r.random() < 0.5:
            amount = {"amount": str(r.randint(1, 50)), "currency": r.choice(("EUR", "USD"))}
            kind = r.choice(("invoice", f"type-{order}"))
            document = f"D-{r.randint(1, 4)}"
            shop.add(
                order, "posting.recorded", at_ + 2 * MINUTE, **about, type=kind, document=document, **amount
            )
        if r.random() < 0.3:
            shop.add(order, "notification.sent", at_ + 3 * MINUTE, **about, type="shipped", channel="email")
    if r.random() < 0.2:
        shop.add(
            order, r.choice(("fulfillment.completed", "fulfillment.cancelled")), at_ + 9 * MINUTE, **about
        )
    if r.random() < 0.1:
        shop.add(order, "fulfillment.entered", at_, **about, step="no-such-step")


def _add_failures(shop: Shop) -> None:
    r = shop.random
    targets = (
        "system:oms",
        "system:wms",
        "integration:oms-to-wms",
        "integration:oms-to-erp",
        "location:store-1",
    )
    for number in range(r.randint(1, 3)):
        key, since = f"F-{number}", NOW - r.choice((10, 100, 250, 2_000)) * MINUTE
        scope = r.choice(({}, {}, {"locations": ["store-1"]}, {"channels": ["web"]}, {"regions": ["apac"]}))
        shop.add(
            "",
            "failure.reported",
            since,
            failure=key,
            target=r.choice(targets),
            **{"class": r.choice(("outage", "latency", "transient", "duplicate"))},
            **({"scope": scope} if scope else {}),
            summary="broken",
        )
        if r.random() < 0.3:
            shop.add("", "failure.resolved", since + 50 * MINUTE, failure=key)
        if r.random() < 0.4:
            shop.add("", "incident.acknowledged", since + 5 * MINUTE, incident=key, by="ann")


def _add_stock_and_lists(shop: Shop) -> None:
    r = shop.random
    for number in range(r.randint(0, 4)):
        system, item = r.choice(("oms", "wms")), f"item-{r.randint(1, 2)}"
        figures = {"location": r.choice(LOCATIONS), "item": item, "system": system, "on_hand": number}
        shop.add("", "inventory.reported", NOW - 30 * MINUTE, **figures)
    for number in range(r.choice((0, 0, 1, 2))):
        ids = r.sample(
            [*shop.orders, "O-0/1", "D-1", "D-2", "D-3", "stranger"], 4 if len(shop.orders) > 1 else 2
        )
        rows = [
            {"id": id_, "amount": str(r.randint(1, 60)), "state": r.choice(("completed", f"odd-{id_}"))}
            for id_ in ids
        ]
        at_ = NOW - r.choice((1, 60)) * MINUTE
        shop.add("", "list.reported", at_, system="erp", list=f"L{number}", complete=True, rows=rows)
