"""OCEL logs: nothing that the mapping names is lost, and relations lead to the right orders."""

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from impactgraph.errors import BadInputError
from tests.faults.loading import FAULTS, shop

UNKNOWN = "reference to an object that the log does not have"
NO_ORDER = "it names no order, and nothing that belongs to one"


def related(*ids: str) -> list[dict[str, str]]:
    return [{"objectId": id_, "qualifier": "q"} for id_ in ids]


def obj(id_: str, type_: str, *ids: str, **attributes: str) -> dict[str, Any]:
    return {
        "id": id_,
        "type": type_,
        "attributes": [{"name": name, "value": value, "time": ""} for name, value in attributes.items()],
        "relationships": related(*ids),
    }


def event(id_: str, type_: str, hour: int, *ids: str) -> dict[str, Any]:
    time = f"2026-03-02T{hour:02}:00:00Z"
    return {"id": id_, "type": type_, "time": time, "attributes": [], "relationships": related(*ids)}


def log(folder: Path, objects: list[dict[str, Any]], events: list[dict[str, Any]]) -> Path:
    document = {"objectTypes": [], "eventTypes": [], "objects": objects, "events": events}
    (folder / "log.json").write_text(json.dumps(document))
    return folder / "log.json"


MAPPING = """\
source: /x
order: {type: Order, placed: [Create], mode: m, channel: web, currency: EUR, value: {attribute: total}}
fulfillment: {type: Delivery, workflow: ship-from-store}
steps: {Pick: pick, Pack: pack}
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    return tmp_path / "mapping.yaml"


def test_a_delivery_belongs_to_the_order_whose_items_it_has() -> None:
    folder = FAULTS / "01-ocel-owner-through-items"

    with shop() as loaded:
        loaded.load(folder / "x2.json", folder / "omap2.yaml")

        assert loaded.counts == (3, 3, 0, 0, 0)
        assert loaded.steps("O1") == [
            ("09:00", "Order placed"),
            ("10:00", "pick begins"),
            ("11:00", "pack begins"),
        ]


def test_a_delivery_of_two_orders_moves_both() -> None:
    folder = FAULTS / "02-ocel-delivery-of-two-orders"

    with shop() as loaded:
        loaded.load(folder / "mn.json", folder / "omap2.yaml")

        steps = [("09:00", "Order placed"), ("10:00", "pick begins"), ("11:00", "pack begins")]
        assert (loaded.counts, loaded.steps("O1"), loaded.steps("O2")) == ((4, 4, 0, 0, 0), steps, steps)


def test_events_of_objects_that_are_not_in_the_log_are_counted_by_activity() -> None:
    folder = FAULTS / "03-ocel-event-of-unknown-object"

    with shop() as loaded:
        loaded.load(folder / "x7.json", folder / "omap2.yaml")

        assert loaded.counts == (3, 1, 0, 0, 2)
        assert loaded.passed == {(UNKNOWN, "Pick"): 1, (UNKNOWN, "Create"): 1}
        assert loaded.has_findings


def test_the_last_value_of_an_attribute_is_that_of_the_latest_moment() -> None:
    folder = FAULTS / "04-ocel-moments-compared-as-text"

    with shop() as loaded:
        loaded.load(folder / "x1.json", folder / "omap2.yaml")

        assert loaded.store.orders(["O1"])["O1"].value.amount == Decimal("30")


def test_an_order_is_placed_by_the_entry_of_the_earliest_moment() -> None:
    folder = FAULTS / "04-ocel-moments-compared-as-text"

    with shop() as loaded:
        loaded.load(folder / "x9.json", folder / "omap3.yaml")

        assert loaded.steps("O1") == [
            ("05:00", "Order placed"),
            ("05:00", "pick begins"),
            ("09:00", "pack begins"),
        ]


@pytest.mark.parametrize("name", ["x10.json", "x12.json.gz"])
def test_a_byte_order_mark_and_compression_do_not_count(name: str) -> None:
    folder = FAULTS / "25-byte-order-mark"

    with shop() as loaded:
        assert loaded.load(folder / name, folder / "omap2.yaml").counts == (3, 3, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"ocel:global-log": {}, "ocel:events": {}}', "missing required field `ocel:objects`"),
        (b"<?xml version='1.0'?><log><objects/></log>", "no objects and no events"),
        (b"PK\x03\x04workbook", "workbook"),
        (
            b'{"objects": [{"id": "a", "type": "b", "attributes": [{"name": "n", "value": ' + b"[" * 5000,
            "deeply",
        ),
        (b'{"objects": [], "events": [{"id": 1}]}', "Expected `str`, got `int`"),
        (b'{"objects": [], "events": {"e1": {"id": "e1"}}}', "Expected `array`, got `object`"),
        (b'{"ocel:objects": [{"ocel:type": "Order"}], "ocel:events": {}}', "Expected `object`, got `array`"),
        (b'{"objects": [{"id": "a", "type": "b"}], "events": []}', "It has no object of the type 'Order'"),
        (b'{"objects": [], "events": [', "truncated"),
        (b'{"objects": [{"id": "K\xf6ln", "type": "Order"}], "events": []}', r"UTF-8 \(byte 0xf6\)"),
        (b'{"objects": [], "events": [{"id": "K\xf6ln"}]}', r"UTF-8 \(byte 0xf6\)"),
        (b"SQLite format 3\x00 and nothing more", "cannot be read as an OCEL log"),
        (b"", "cannot be read as an OCEL 2.0 log"),
    ],
)
def test_what_is_no_log_is_reported_by_its_kind(
    tmp_path: Path, mapping: Path, content: bytes, expected: str
) -> None:
    (tmp_path / "log.json").write_bytes(content)

    with shop() as loaded, pytest.raises(BadInputError, match=expected):
        loaded.load(tmp_path / "log.json", mapping)


def test_the_ids_of_objects_are_trimmed_wherever_they_stand(tmp_path: Path, mapping: Path) -> None:
    objects = [obj("O1 ", "Order", " D1", total="10"), obj("D1", "Delivery ")]

    with shop() as loaded:
        loaded.load(
            log(tmp_path, objects, [event("a", "Create", 9, "O1"), event("b", "Pick ", 10, "D1 ")]), mapping
        )

        assert (loaded.counts, loaded.steps("O1")[-1]) == ((2, 2, 0, 0, 0), ("10:00", "pick begins"))


def test_relations_over_objects_that_join_many_orders_do_not_count(tmp_path: Path, mapping: Path) -> None:
    """D1 is of the customer, as both orders are, and has an item of O1 only."""
    objects = [
        obj("C", "Customer", "O1", "O2", "D1"),
        obj("O1", "Order", "I1", total="10"),
        obj("O2", "Order", "I2", total="20"),
        obj("I1", "Item", "P"),
        obj("I2", "Item", "P"),
        obj("P", "Product"),
        obj("D1", "Delivery", "I1"),
        obj("D2", "Delivery", "C", "P"),
    ]
    events = [
        event("a", "Create", 9, "O1", "I1", "C"),
        event("b", "Create", 9, "O2", "I2", "C"),
        event("c", "Pick", 10, "D1", "C"),
        event("d", "Pick", 11, "D2", "C"),
    ]

    with shop() as loaded:
        loaded.load(log(tmp_path, objects, events), mapping)

        assert loaded.steps("O1")[-1] == ("10:00", "pick begins")
        assert loaded.steps("O2") == [("09:00", "Order placed")]
        assert loaded.passed == {(NO_ORDER, "Pick"): 1}


def test_an_entry_that_names_only_an_item_moves_the_delivery_with_it(tmp_path: Path, mapping: Path) -> None:
    objects = [
        obj("O1", "Order", "I1", "I2", total="10"),
        obj("I1", "Item"),
        obj("I2", "Item"),
        obj("D1", "Delivery", "I1"),
        obj("D2", "Delivery", "I2"),
    ]
    events = [event("a", "Create", 9, "O1"), event("b", "Pick", 10, "I2")]

    with shop() as loaded:
        loaded.load(log(tmp_path, objects, events), mapping)

        order = loaded.store.orders(["O1"])["O1"]
        assert {part.key: part.step for part in order.fulfillments} == {"D1": None, "D2": "pick"}


def test_relations_by_events_alone_lead_to_the_order_of_the_first_common_event(
    tmp_path: Path, mapping: Path
) -> None:
    objects = [
        obj("O1", "Order", total="1"),
        obj("O2", "Order", total="2"),
        obj("D1", "Delivery"),
        obj("D2", "Delivery"),
    ]
    events = [
        event("a", "Create", 8, "O1"),
        event("b", "Create", 8, "O2"),
        event("c", "Pick", 9, "O1", "D1"),
        event("d", "Pick", 9, "O2", "D2"),
        event("e", "Pack", 10, "D1", "D2"),
    ]

    with shop() as loaded:
        loaded.load(log(tmp_path, objects, events), mapping)

        orders = loaded.store.orders(["O1", "O2"])
        assert {key: [part.key for part in order.fulfillments] for key, order in orders.items()} == {
            "O1": ["D1"],
            "O2": ["D2"],
        }


def test_types_named_as_through_lead_over_any_number_of_hops(tmp_path: Path) -> None:
    objects = [
        obj("O1", "Order", "I1", total="1"),
        obj("O2", "Order", "I2", total="2"),
        obj("I1", "Item"),
        obj("I2", "Item"),
        obj("B", "Box", "I1", "I2"),
        obj("P", "Pallet", "B"),
        obj("D1", "Delivery", "P"),
    ]
    events = [event("a", "Create", 8, "O1"), event("b", "Create", 8, "O2"), event("c", "Pick", 9, "D1")]
    (tmp_path / "m.yaml").write_text(
        MAPPING.replace("type: Delivery,", "type: Delivery, through: [Item, Box, Pallet],")
    )

    with shop() as loaded:
        loaded.load(log(tmp_path, objects, events), tmp_path / "m.yaml")

        assert [loaded.steps(order)[-1] for order in ("O1", "O2")] == [("09:00", "pick begins")] * 2


def test_an_attribute_that_nothing_has_is_a_finding_with_a_near_name(tmp_path: Path, mapping: Path) -> None:
    objects = [obj("O1", "Order", "D1", totall="1"), obj("D1", "Delivery")]

    with shop() as loaded:
        loaded.load(log(tmp_path, objects, [event("a", "Create", 8, "O1")]), mapping)

        assert loaded.has_findings
        (finding,) = loaded.file["findings"]
        assert "attribute 'total'" in finding and "Did you mean 'totall'?" in finding


def test_an_event_id_that_stands_twice_with_other_content_is_reported(tmp_path: Path, mapping: Path) -> None:
    objects = [obj("O1", "Order", "D1", total="1"), obj("D1", "Delivery")]
    events = [event("a", "Create", 8, "O1"), event("b", "Pick", 9, "D1"), event("b", "Pack", 10, "D1")]

    with shop() as loaded:
        loaded.load(log(tmp_path, objects, events), mapping)

        assert loaded.passed == {("an earlier entry has this id and other content", "Pack"): 1}


def test_a_zipped_sqlite_log_is_read_whatever_its_name(tmp_path: Path, mapping: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "a b#?.sqlite") as connection:
        connection.executescript("""
            create table event_map_type (ocel_type text, ocel_type_map text);
            create table object_map_type (ocel_type text, ocel_type_map text);
            create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text);
            create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text);
            create table object_Order (ocel_id text, ocel_time text, total text, ocel_changed_field text);
            create table object_Delivery (ocel_id text, ocel_time text, ocel_changed_field text);
            create table event_Create (ocel_id text, ocel_time text);
            insert into event_map_type values ('Create', 'Create');
            insert into object_map_type values ('Order', 'Order'), ('Delivery', 'Delivery');
            insert into object_Order values ('O1', '1970-01-01', '10', null);
            insert into object_Delivery values ('D1', '1970-01-01', null);
            insert into event_Create values ('a', '2026-03-02 09:00:00');
            insert into event_object values ('a', 'O1', '');
            insert into object_object values ('O1', 'D1', '');
        """)
    connection.close()
    (tmp_path / "log.bin").write_bytes(gzip.compress((tmp_path / "a b#?.sqlite").read_bytes()))

    for name in ("a b#?.sqlite", "log.bin"):
        with shop() as loaded:
            assert loaded.load(tmp_path / name, mapping).counts == (1, 1, 0, 0, 0)
