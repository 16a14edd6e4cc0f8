"""OCEL 2.0 logs and CSV of steps: the same story told in three formats gives the same events."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from impactgraph.errors import BadInputError
from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.read import read_event

MAPPING = """
source: /erp
order:
  type: Order
  placed: [Create order]
  channel: {attribute: channel}
  mode: ship_from_dc
  currency: EUR
  value: {attribute: total}
  attributes: {carrier: {attribute: carrier}}
fulfillment: {type: Delivery, workflow: ship, location: {attribute: plant}}
steps: {Pack: pack, Ship: deliver}
postings: {Invoice: {type: invoice, amount: {attribute: total}, currency: EUR}}
notifications: {Ship: shipped}
failed: {Pack failed: ERROR}
completed: [Deliver]
"""
CSV = """id,activity,time,Order,Delivery,channel,total,carrier,plant
1,Create order,2026-03-02T12:00:00Z,O-1,,web,60.00,northpost,
2,Pack,2026-03-02T12:01:00Z,O-1,D-1,,,,dc-1
3,Pack,2026-03-02T12:02:00Z,O-1,D-2,,,,dc-2
4,Look,2026-03-02T12:02:30Z,O-1,D-2,,,,dc-2
5,Pack failed,2026-03-02T12:03:00Z,O-1,D-2,,,,dc-2
6,Ship,2026-03-02T12:04:00Z,O-1,D-1,,,,dc-1
7,Invoice,2026-03-02T12:05:00Z,O-1,D-1,,60.00,,dc-1
8,Deliver,2026-03-02T12:06:00Z,O-1,D-1,,,,dc-1
"""
ROWS: list[dict[str, str]] = [
    dict[str, str](zip(CSV.splitlines()[0].split(","), line.split(","), strict=True))
    for line in CSV.splitlines()[1:]
]
PLANTS = {"D-1": "dc-1", "D-2": "dc-2"}
EVENT_ATTRIBUTES = ("total", "plant")


def csv_log(folder: Path) -> Path:
    (folder / "log.csv").write_text(CSV)
    return folder / "log.csv"


def json_log(folder: Path) -> Path:
    def objects(row: dict[str, str]) -> list[dict[str, str]]:
        return [{"objectId": row[kind], "qualifier": ""} for kind in ("Order", "Delivery") if row[kind]]

    def attributes(row: dict[str, str]) -> list[dict[str, str]]:
        return [
            {"name": name, "value": row[name]}
            for name in EVENT_ATTRIBUTES
            if row[name] and row["activity"] != "Create order"
        ]

    order: list[dict[str, str]] = [
        {"name": "carrier", "value": "other", "time": "2026-03-01T00:00:00Z"},
        {"name": "carrier", "value": "northpost", "time": "2026-03-02T00:00:00Z"},
        {"name": "channel", "value": "web", "time": ""},
        {"name": "total", "value": "60.00", "time": ""},
    ]
    document = {
        "objectTypes": [],
        "eventTypes": [],
        "objects": [
            {
                "id": "O-1",
                "type": "Order",
                "attributes": order,
                "relationships": [{"objectId": d, "qualifier": "has"} for d in PLANTS],
            }
        ]
        + [
            {"id": d, "type": "Delivery", "attributes": [{"name": "plant", "value": plant, "time": ""}]}
            for d, plant in PLANTS.items()
        ],
        "events": [
            {
                "id": r["id"],
                "type": r["activity"],
                "time": r["time"],
                "attributes": attributes(r),
                "relationships": objects(r),
            }
            for r in ROWS
        ],
    }
    (folder / "log.json").write_text(json.dumps(document))
    return folder / "log.json"


def sqlite_log(folder: Path) -> Path:
    with sqlite3.connect(folder / "log.sqlite") as log:
        log.executescript("""
            create table event_map_type (ocel_type text, ocel_type_map text);
            create table object_map_type (ocel_type text, ocel_type_map text);
            create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text);
            create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text);
            create table object_Order (ocel_id text, ocel_time text, channel text, total text, carrier text,
                ocel_changed_field text);
            create table object_Delivery (ocel_id text, ocel_time text, plant text, ocel_changed_field text);
            insert into object_map_type values ('Order', 'Order'), ('Delivery', 'Delivery');
            insert into object_Order values ('O-1', '1970-01-01 00:00:00', 'web', '60.00', 'other', null);
            insert into object_Order values ('O-1', '2026-03-02', null, null, 'northpost', 'carrier');
            insert into object_Delivery values ('D-1', '', 'dc-1', null), ('D-2', '', 'dc-2', null);
            insert into object_object values ('O-1', 'D-1', 'has'), ('O-1', 'D-2', 'has');
        """)
        for row in ROWS:
            name = row["activity"].replace(" ", "")
            if not log.execute(
                "select 1 from event_map_type where ocel_type = ?", [row["activity"]]
            ).fetchone():
                log.execute("insert into event_map_type values (?, ?)", [row["activity"], name])
                log.execute(
                    f"create table event_{name} (ocel_id text, ocel_time text, total text, plant text)"
                )
            values = (
                [None, None]
                if row["activity"] == "Create order"
                else [row["total"] or None, row["plant"] or None]
            )
            log.execute(
                f"insert into event_{name} values (?, ?, ?, ?)",
                [row["id"], row["time"].replace("T", " "), *values],
            )
            for kind in ("Order", "Delivery"):
                if row[kind]:
                    log.execute("insert into event_object values (?, ?, '')", [row["id"], row[kind]])
    log.close()
    return folder / "log.sqlite"


def events(path: Path, mapping: str = MAPPING) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for block in open_log(str(path), parse_mapping(mapping + CSV_SECTION)).blocks()
        for line in block.lines
    ]


CSV_SECTION = "csv: {id: id, activity: activity, time: time}\n"


@pytest.fixture(params=[csv_log, json_log, sqlite_log], ids=["csv", "json", "sqlite"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return request.param(tmp_path)


def test_an_order_is_placed_with_all_its_fulfillments(log: Path) -> None:
    first = events(log)[0]

    assert (first["type"], first["source"], first["data"]) == (
        "order.placed",
        "/erp",
        {
            "order": "O-1",
            "channel": "web",
            "mode": "ship_from_dc",
            "currency": "EUR",
            "value": "60.00",
            "attributes": {"carrier": "northpost"},
            "fulfillments": [
                {"fulfillment": "D-1", "workflow": "ship", "location": "dc-1"},
                {"fulfillment": "D-2", "workflow": "ship", "location": "dc-2"},
            ],
        },
    )


def test_activities_become_steps_records_errors_and_ends(log: Path) -> None:
    assert [
        (event["type"], event["data"].get("step") or event["data"].get("type")) for event in events(log)[1:]
    ] == [
        ("fulfillment.entered", "pack"),
        ("fulfillment.entered", "pack"),
        ("fulfillment.failed", None),
        ("fulfillment.entered", "deliver"),
        ("notification.sent", "shipped"),
        ("posting.recorded", "invoice"),
        ("fulfillment.completed", None),
    ]


def test_every_event_can_be_read(log: Path) -> None:
    lines = [
        line
        for block in open_log(str(log), parse_mapping(MAPPING + CSV_SECTION)).blocks()
        for line in block.lines
    ]

    assert [extra for _, extra in map(read_event, lines)] == [None] * len(lines)


def test_the_same_log_gives_the_same_ids_again(log: Path) -> None:
    first, second = ([event["id"] for event in events(log)] for _ in range(2))

    assert first == second
    assert len(set(first)) == len(first)


def test_an_order_that_no_activity_places_is_placed_by_its_first_entry(log: Path) -> None:
    found = events(log, MAPPING.replace("placed: [Create order]", "placed: []"))

    assert [event["type"] for event in found].count("order.placed") == 1


def test_rows_without_an_id_are_distinguished_by_their_content(tmp_path: Path) -> None:
    mapping = parse_mapping(MAPPING + "csv: {activity: activity, time: time}\n")
    lines = [line for block in open_log(str(csv_log(tmp_path)), mapping).blocks() for line in block.lines]

    assert len({json.loads(line)["id"] for line in lines}) == len(lines)


def test_a_place_names_the_line_of_the_csv(tmp_path: Path) -> None:
    (block,) = open_log(str(csv_log(tmp_path)), parse_mapping(MAPPING + CSV_SECTION)).blocks()

    assert block.places[:2] == [f"{tmp_path / 'log.csv'}:2", f"{tmp_path / 'log.csv'}:3"]


def test_every_missing_column_is_reported_at_once(tmp_path: Path) -> None:
    mapping = parse_mapping(MAPPING + "csv: {activity: what, time: when}\n")

    with pytest.raises(BadInputError, match=r"(?s)no column 'what'.*no column 'when'"):
        open_log(str(csv_log(tmp_path)), mapping)


def test_a_log_without_orders_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no object of the type 'Bestellung'"):
        events(json_log(tmp_path), MAPPING.replace("type: Order", "type: Bestellung"))


def test_a_file_that_is_no_log_is_reported(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text("{}")

    with pytest.raises(BadInputError, match="cannot be read as an OCEL"):
        events(tmp_path / "log.json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "not YAML"),
        (
            MAPPING.replace("currency: EUR\n  value", "value", 1),
            "mapping.yaml:4: `order.currency` is missing",
        ),
        (MAPPING.replace("steps:", "stepz:"), "there is no field `stepz`. Did you mean 'steps'"),
        ("source: /a\norder: {type: O, currency: EUR}\nfulfillment: {workflow: ship}", "maps no activity"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_reported(text: str, expected: str) -> None:
    with pytest.raises(BadInputError, match=expected):
        parse_mapping(text)
