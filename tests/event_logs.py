"""CloudEvents as logs of other systems, and the mappings of version 2 that read them."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

COLUMNS = (
    "id",
    "what",
    "at",
    "order",
    "fulfillment",
    "step",
    "location",
    "workflow",
    "channel",
    "mode",
    "region",
    "customer_tier",
    "currency",
    "value",
    "part_value",
    "promised_by",
    "type",
    "amount",
    "document",
    "supplier",
    "code",
    "message",
    "element",
    "reason",
)
ATTRIBUTES = ("carrier", "supplier", "payload_version", "brand", "timezone", "language")
_RULES = """version: 2
source: /log
<head>
activities:
  fulfillment.entered: {fulfillment.entered: {<id>step: "<step>", location: "<location>"}}
  fulfillment.completed: {fulfillment.completed: {<id>}}
  fulfillment.cancelled: {fulfillment.cancelled: {<id>reason: "<reason>"}}
  order.cancelled: {order.cancelled: {<id>reason: "<reason>"}}
  fulfillment.rerouted:
    fulfillment.rerouted: {<id>workflow: "<workflow>", step: "<step>", location: "<location>"}
  fulfillment.failed:
    fulfillment.failed: {<id>code: "<code>", message: "<message>", element: "<element>", step: "<step>"}
  posting.recorded:
    posting.recorded: {<id>type: "<type>", amount: "<amount>", currency: "<currency>", document: "<document>"}
  notification.sent: {notification.sent: {<id>type: "<type>", channel: "<channel>"}}
  task.closed: {task.closed: {<id>type: "<type>"}}
  supplier_order.confirmed: {supplier_order.confirmed: {<id>type: "<type>", supplier: "<supplier>"}}
  order.placed:
  - when: "<edits>"
    order.placed: {<id><terms>, adds: true, fulfillments: <parts>}
  - when: "!(<edits>)"
    order.placed: {<id><terms>, fulfillments: <parts>}
"""
_TERMS = ("channel", "mode", "region", "customer_tier", "currency", "value", "promised_by")


def _mapping(
    head: str, parts: str, edits: str, *, prefix: str = "", own_id: str = "", attributes: str
) -> str:
    """A mapping: `prefix` is of every field, `attributes` of the order's attributes."""
    terms = [f'{name}: "<{name}>"' for name in _TERMS]
    named = ", ".join(f'{name}: "{{{attributes}{name}}}"' for name in ATTRIBUTES)
    text = _RULES.replace("<terms>", f"{', '.join(terms)}, attributes: {{{named}}}")
    for place, value in (("<head>", head), ("<id>", own_id), ("<parts>", parts), ("<edits>", edits)):
        text = text.replace(place, value)
    return re.sub("<([a-z_]+)>", rf"{{{prefix}\1}}", text)


CSV_MAPPING = _mapping(
    'activity: "{what}"\nid: "{id}"\ntime: "{at}"\norder: "{order}"\nfulfillment: "{fulfillment}"',
    '{workflow: "{workflow}", location: "{location}", value: "{part_value}"}',
    "id",
    attributes="has_",
)
OCEL_MAPPING = _mapping(
    "ocel: {order: Order, fulfillment: Fulfillment}",
    '{workflow: "{fulfillment.workflow}", location: "{fulfillment.location}", value: "{fulfillment.value}"}',
    "adds",
    attributes="has_",
)
JSON_MAPPING = _mapping(
    'activity: "{type}"\ntime: "{time}"\norder: "{data.order}"\nfulfillment: "{data.fulfillment}"',
    '{for_each: data.fulfillments, fulfillment: "{item.fulfillment}", workflow: "{item.workflow}", '
    'location: "{item.location}", value: "{item.value}"}',
    "data.adds",
    prefix="data.",
    own_id='id: "{id}", ',
    attributes="data.attributes.",
)
"""Each event has the id that it had."""


def csv_of(events: Iterable[bytes]) -> str:
    """A CSV of steps; an order has a row for each of its fulfillments."""
    names = [*COLUMNS, *(f"has_{name}" for name in ATTRIBUTES)]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", extrasaction="raise")
    writer.writeheader()
    for text in events:
        writer.writerows(_rows(json.loads(text)))
    return out.getvalue()


def _rows(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    data = event["data"]
    row = {"id": f"{event['source']} {event['id']}", "what": event["type"], "at": event["time"]}
    if event["type"] != "order.placed":
        yield row | {name: value for name, value in data.items() if value is not None}
        return
    row |= {name: data[name] for name in COLUMNS if name in data}
    row |= {f"has_{name}": value for name, value in data.get("attributes", {}).items()}
    for part in data["fulfillments"]:
        own = {"fulfillment": part["fulfillment"], "workflow": part["workflow"]}
        own |= {"location": part.get("location", ""), "part_value": part.get("value", "")}
        yield row | own


def ocel_of(events: Iterable[bytes]) -> str:
    """An OCEL 2.0 log in JSON: orders and fulfillments are objects."""
    objects: dict[str, dict[str, Any]] = {}
    steps: list[dict[str, Any]] = []
    for text in events:
        event = json.loads(text)
        data = event["data"]
        parts = data.get("fulfillments", ())
        order = objects.setdefault(data["order"], _object(data["order"], "Order", {}))
        for part in parts:
            objects[part["fulfillment"]] = _object(part["fulfillment"], "Fulfillment", part)
            order["relationships"].append({"objectId": part["fulfillment"], "qualifier": "has"})
        ids = [data["order"], *(part["fulfillment"] for part in parts)]
        ids += [data["fulfillment"]] if "fulfillment" in data else []
        values = {
            name: value
            for name, value in data.items()
            if name not in ("order", "fulfillment", "fulfillments", "attributes") and value is not None
        }
        values |= {f"has_{name}": value for name, value in data.get("attributes", {}).items()}
        steps.append(
            {
                "id": f"{event['source']} {event['id']}",
                "type": event["type"],
                "time": event["time"],
                "attributes": [{"name": name, "value": value} for name, value in values.items()],
                "relationships": [{"objectId": id_, "qualifier": ""} for id_ in ids],
            }
        )
    return json.dumps(
        {"objectTypes": [], "eventTypes": [], "objects": list(objects.values()), "events": steps}
    )


def _object(id_: str, type_: str, values: dict[str, Any]) -> dict[str, Any]:
    attributes = [
        {"name": name, "value": str(value), "time": "1970-01-01T00:00:00Z"}
        for name, value in values.items()
        if name != "fulfillment" and value is not None
    ]
    return {"id": id_, "type": type_, "attributes": attributes, "relationships": []}
