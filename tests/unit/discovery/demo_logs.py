"""The demo's orders as events, as a CSV and as an OCEL log, with the true durations and shares."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graph_models.time import parse_moment
from impactgraph.demo.event_lines import event_blocks
from impactgraph.demo.order_book import DemoSetting, OrderBook, generate_order_book
from impactgraph.demo.topology import documents
from impactgraph.topology.load import parse_topology

NOW = parse_moment("2026-03-02T18:00:00Z")
ALL = 1_000
"""Ended orders for each one in flight: more than there are, so that the log is no selection."""


@dataclass
class Truth:
    """By (workflow, step): dwell times of all visits, also those that end after the log, and next steps."""

    dwell: dict[tuple[str, str], Any]
    next: dict[tuple[str, str], Counter[str]]


def demo_lines(orders: int, seed: int, *, history: float, has_failures: bool) -> tuple[list[bytes], Truth]:
    """(the events up to the present, the truth about what the orders do)."""
    setting = DemoSetting(
        parse_topology(documents()), NOW, np.random.default_rng(seed), has_failures=has_failures
    )
    book, _ = generate_order_book(setting, orders, round(orders * history))
    lines = [line for block in event_blocks(book, setting.topology, NOW) for line in block.splitlines()]
    whole = book if history >= ALL else generate_order_book(setting, orders // 4, orders * ALL)[0]
    return lines, truth_of(whole)


def truth_of(book: OrderBook) -> Truth:
    truth = Truth({}, {})
    for runs in book.runs:
        entered = runs.entered_at
        keys = [step.key for step in runs.workflow.steps]
        later = np.where(entered > 0, entered, np.iinfo(np.int64).max)
        for position, key in enumerate(keys):
            others = np.where(later > entered[:, [position]], later, np.iinfo(np.int64).max)
            following = others.argmin(axis=1)
            next_at = others.min(axis=1)
            is_last = next_at == np.iinfo(np.int64).max
            left_at = np.where(is_last, runs.ended_at, next_at)
            counts = (entered[:, position] > 0) & (runs.short_step != position) | (
                (entered[:, position] > 0) & (runs.short_at == 0)
            )
            truth.dwell[runs.workflow.key, key] = (left_at - entered[:, position])[counts]
            targets = [keys[place] for place in following[counts & ~is_last].tolist()]
            truth.next[runs.workflow.key, key] = Counter(targets)
    return truth


_NAMES = {
    "fulfillment.completed": "Order part delivered",
    "fulfillment.cancelled": "Cancel order part",
    "order.placed": "Order placed",
}


def rows_of(lines: Iterable[bytes]) -> list[dict[str, str]]:
    """A row for each event, as an export of an order management system has them; placements a row a part."""
    rows: list[dict[str, str]] = []
    parts: dict[str, dict[str, str]] = {}
    for line in lines:
        event = json.loads(line)
        data = event["data"]
        if event["type"] == "order.placed":
            rows += [_placement(event, data, part, parts) for part in data["fulfillments"]]
        elif name := _activity(event["type"], data):
            row = {"event_id": event["id"], "timestamp": event["time"], "activity": name}
            row |= {"posting_amount": data.get("amount", ""), "document_number": data.get("document", "")}
            rows.append(row | {"order_id": data["order"], "fulfillment_id": data["fulfillment"]})
    rows = [row | parts[row["fulfillment_id"]] for row in rows]
    return sorted(rows, key=lambda row: row["timestamp"])


def _placement(
    event: dict[str, Any], data: dict[str, Any], part: dict[str, str], parts: dict[str, dict[str, str]]
) -> dict[str, str]:
    key = part["fulfillment"]
    parts[key] = {"workflow": part["workflow"], "location": part["location"]}
    parts[key] |= {name: data[name] for name in ("channel", "mode", "region", "currency", "promised_by")}
    parts[key]["order_value"] = data["value"]
    return {
        "event_id": f"{event['id']}-{key}",
        "timestamp": event["time"],
        "activity": _NAMES["order.placed"],
        "order_id": data["order"],
        "fulfillment_id": key,
        "posting_amount": "",
        "document_number": "",
    }


def _activity(type_: str, data: dict[str, Any]) -> str:
    match type_:
        case "fulfillment.entered":
            return f"Start {data['step']}"
        case "posting.recorded":
            return f"Post {data['type']}"
        case "notification.sent":
            return f"Send {data['type']} message"
        case "task.closed":
            return f"Close {data['type']} task"
        case "supplier_order.confirmed":
            return f"Supplier confirmed {data['type']}"
        case "fulfillment.failed":
            return f"Error {data['code']}"
        case _:
            return _NAMES.get(type_, "")


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_ocel(path: Path, rows: list[dict[str, str]]) -> Path:
    """Orders and deliveries as objects, related to each other."""
    moved = ("event_id", "timestamp", "activity", "order_id", "fulfillment_id")
    own = ("posting_amount", "document_number")
    of_part = ("workflow", "location")
    orders: dict[str, dict[str, str]] = {}
    parts: dict[str, dict[str, str]] = {}
    order_of: dict[str, str] = {}
    events: list[dict[str, Any]] = []
    for row in rows:
        order, part = row["order_id"], row["fulfillment_id"]
        orders[order] = {name: row[name] for name in row if name not in (*moved, *own, *of_part)}
        parts[part] = {name: row[name] for name in of_part}
        order_of[part] = order
        attributes = [{"name": name, "value": row[name]} for name in own if row[name]]
        relations = [{"objectId": id_, "qualifier": "of"} for id_ in (order, part)]
        events.append(
            {"id": row["event_id"], "type": row["activity"], "time": row["timestamp"]}
            | {"attributes": attributes, "relationships": relations}
        )
    objects = [_object(id_, "Order", values, []) for id_, values in orders.items()]
    objects += [_object(id_, "Delivery", values, [order_of[id_]]) for id_, values in parts.items()]
    path.write_text(json.dumps({"objectTypes": [], "eventTypes": [], "objects": objects, "events": events}))
    return path


def _object(id_: str, type_: str, values: dict[str, str], related: list[str]) -> dict[str, Any]:
    attributes = [
        {"name": name, "value": value, "time": "1970-01-01T00:00:00Z"} for name, value in values.items()
    ]
    relations = [{"objectId": other, "qualifier": "of"} for other in related]
    return {"id": id_, "type": type_, "attributes": attributes, "relationships": relations}
