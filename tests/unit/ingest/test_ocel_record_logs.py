"""OCEL logs by mappings of version 2: every format of them, and relations between objects."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from tests.unit.ingest.log_files import events, written
from tests.unit.ingest.test_foreign_logs import json_log, sqlite_log

OCEL = """version: 2
source: /erp
ocel: {order: Order, fulfillment: Delivery}
activities:
  Create order:
    order.placed:
      channel: "{order.channel}"
      mode: ship_from_dc
      currency: EUR
      value: "{order.total}"
      attributes: {carrier: "{order.carrier}"}
      fulfillments: {workflow: ship, location: "{fulfillment.plant}"}
  Pack: {fulfillment.entered: {step: pack, location: "{plant || fulfillment.plant}"}}
  Ship:
    fulfillment.entered: {step: deliver, location: "{plant || fulfillment.plant}"}
    notification.sent: shipped
  Invoice: {posting.recorded: {type: invoice, amount: "{total}", currency: EUR}}
  Pack failed: {fulfillment.failed: ERROR}
  Deliver: {fulfillment.completed: true}
"""


def xml_log(folder: Path) -> Path:
    """The log of `json_log` in XML."""
    log = json.loads(json_log(folder).read_text())

    def attributes(rows: list[dict[str, str]]) -> str:
        cells = [
            f"<attribute name={quoteattr(r['name'])} time={quoteattr(r.get('time', ''))}>"
            f"{r['value']}</attribute>"
            for r in rows
        ]
        return f"<attributes>{''.join(cells)}</attributes>"

    def relations(rows: list[dict[str, str]], tag: str) -> str:
        cells = [
            f"<{tag} object-id={quoteattr(r['objectId'])} qualifier={quoteattr(r['qualifier'])}/>"
            for r in rows
        ]
        return f"<objects>{''.join(cells)}</objects>"

    objects = "".join(
        f"<object id={quoteattr(o['id'])} type={quoteattr(o['type'])}>{attributes(o['attributes'])}"
        f"{relations(o.get('relationships', []), 'relationship')}</object>"
        for o in log["objects"]
    )
    steps = "".join(
        f"<event id={quoteattr(e['id'])} type={quoteattr(e['type'])} time={quoteattr(e['time'])}>"
        f"{attributes(e['attributes'])}{relations(e['relationships'], 'relationship')}</event>"
        for e in log["events"]
    )
    text = f"<log><object-types/><event-types/><objects>{objects}</objects><events>{steps}</events></log>"
    return written(folder, "log.xml", text)


@pytest.mark.parametrize("write", [sqlite_log, xml_log])
def test_an_ocel_log_in_every_format_gives_the_same_events(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    expected = events(json_log(tmp_path), OCEL)

    def plain(found: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
        return [(event["id"], event["type"], event["data"]) for event in found]

    assert plain(events(write(tmp_path), OCEL)) == plain(expected)
    placed = expected[0]["data"]
    assert placed["fulfillments"] == [
        {"fulfillment": "D-1", "workflow": "ship", "location": "dc-1"},
        {"fulfillment": "D-2", "workflow": "ship", "location": "dc-2"},
    ]
    assert (placed["value"], placed["attributes"]) == ("60.00", {"carrier": "northpost"})


OLD_EVENTS = {
    "1": ("Create", "2026-03-02T12:00:00Z", ["O-1"], {"total": "60"}),
    "2": ("Pack", "2026-03-02T12:01:00Z", ["D-1"], {}),
}
OLD_OBJECTS = {"O-1": ("Order", {"channel": "web"}), "D-1": ("Delivery", {"plant": "dc-1"})}
OLD_MAPPING = """version: 2
source: /erp
ocel: {order: Order, fulfillment: Delivery}
activities:
  Create: {order.placed: {channel: "{order.channel}", currency: EUR, value: "{total}", fulfillments: ship}}
  Pack: {fulfillment.entered: {step: pack, location: "{fulfillment.plant}"}}
"""


def old_json(folder: Path) -> Path:
    document = {
        "ocel:global-log": {},
        "ocel:events": {
            id_: {
                "ocel:activity": what,
                "ocel:timestamp": at,
                "ocel:omap": [*ids, "D-1"],
                "ocel:vmap": values,
            }
            for id_, (what, at, ids, values) in OLD_EVENTS.items()
        },
        "ocel:objects": {
            id_: {"ocel:type": type_, "ocel:ovmap": values} for id_, (type_, values) in OLD_OBJECTS.items()
        },
    }
    return written(folder, "old.jsonocel", json.dumps(document))


def old_xml(folder: Path) -> Path:
    def string(key: str, value: str) -> str:
        return f'<string key="{key}" value={quoteattr(value)}/>'

    def values(key: str, pairs: dict[str, str]) -> str:
        return f'<list key="{key}">{"".join(string(*pair) for pair in pairs.items())}</list>'

    steps = "".join(
        f"<event>{string('id', id_)}{string('activity', what)}<date key='timestamp' value='{at}'/>"
        f"<list key='omap'>{''.join(string('object-id', each) for each in [*ids, 'D-1'])}</list>"
        f"{values('vmap', pairs)}</event>"
        for id_, (what, at, ids, pairs) in OLD_EVENTS.items()
    )
    objects = "".join(
        f"<object>{string('id', id_)}{string('type', type_)}{values('ovmap', pairs)}</object>"
        for id_, (type_, pairs) in OLD_OBJECTS.items()
    )
    head = '<?xml version="1.0"?><log><global scope="event"/><global scope="object"/>'
    return written(folder, "o.xmlocel", f"{head}<events>{steps}</events><objects>{objects}</objects></log>")


@pytest.mark.parametrize("write", [old_json, old_xml])
def test_ocel_1_0_is_read(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    placed, packed = events(write(tmp_path), OLD_MAPPING)

    assert placed["data"]["fulfillments"] == [{"fulfillment": "D-1", "workflow": "ship"}]
    assert (placed["data"]["channel"], placed["data"]["value"]) == ("web", "60")
    assert packed["data"] == {"order": "O-1", "fulfillment": "D-1", "step": "pack", "location": "dc-1"}


def ocel_document(relations: dict[str, list[tuple[str, str]]], steps: list[tuple[str, list[str]]]) -> str:
    types = {"O": "Order", "D": "Delivery", "I": "Invoice"}
    return json.dumps(
        {
            "objects": [
                {
                    "id": id_,
                    "type": types[id_[0]],
                    "attributes": [{"name": "net", "value": f"{len(id_)}.5", "time": ""}],
                    "relationships": [{"objectId": other, "qualifier": what} for other, what in others],
                }
                for id_, others in relations.items()
            ],
            "events": [
                {
                    "id": str(number),
                    "type": what,
                    "time": "2026-03-02T12:00:00Z",
                    "relationships": [{"objectId": id_, "qualifier": "main"} for id_ in ids],
                }
                for number, (what, ids) in enumerate(steps, 1)
            ],
        }
    )


def test_a_delivery_of_two_orders_moves_both(tmp_path: Path) -> None:
    relations = {"O1": [("D1", "in")], "O2": [("D1", "in")], "D1": []}
    path = written(tmp_path, "log.json", ocel_document(relations, [("Pack", ["D1"])]))

    found = events(
        path,
        OLD_MAPPING.replace(', location: "{fulfillment.plant}"', "")
        .replace("{order.channel}", "x")
        .replace("{total}", "1"),
    )

    assert [event["data"]["fulfillment"] for event in found] == ["O1/D1", "O2/D1"]


def test_only_relations_with_the_named_qualifiers_count(tmp_path: Path) -> None:
    relations = {"O1": [("D1", "ships")], "O2": [("D1", "mentions")], "D1": []}
    path = written(tmp_path, "log.json", ocel_document(relations, [("Pack", ["D1"])]))
    mapping = """version: 2
source: /erp
ocel: {order: Order, fulfillment: Delivery, qualifiers: [ships]}
activities: {Pack: {fulfillment.entered: pack}}
"""

    assert [event["data"]["order"] for event in events(path, mapping)] == ["O1"]


def test_amounts_and_numbers_come_from_related_objects(tmp_path: Path) -> None:
    relations = {"O1": [("INV", "billed")], "INV": []}
    steps = [("Bill", ["O1", "INV"]), ("Pay", ["O1"])]
    path = written(tmp_path, "log.json", ocel_document(relations, steps))
    mapping = """version: 2
source: /erp
ocel: {order: Order}
activities:
  Bill:
    posting.recorded:
      type: invoice
      amount: "{objects.Invoice[?qualifier == 'main'] | [0].net}"
      document: "{objects.Invoice[0].id}"
  Pay: {posting.recorded: {type: payment, document: "{related.Invoice[0].id}"}}
"""

    bill, pay = events(path, mapping)

    assert (bill["data"]["amount"], bill["data"]["document"]) == ("3.5", "INV")
    assert pay["data"]["document"] == "INV"
