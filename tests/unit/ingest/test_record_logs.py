"""Logs by mappings of version 2: one story in every format gives the same events."""

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.report import FileReport
from tests.unit.ingest.test_foreign_logs import json_log, sqlite_log

STORY = [
    {"id": "1", "what": "Create", "at": "2026-03-02T12:00:00Z", "order": "O-1", "part": "D-1", "total": "60"},
    {"id": "2", "what": "Pack", "at": "2026-03-02T12:01:00Z", "order": "O-1", "part": "D-1", "total": ""},
    {"id": "3", "what": "Look", "at": "2026-03-02T12:02:00Z", "order": "O-1", "part": "D-1", "total": ""},
    {"id": "4", "what": "Ship", "at": "2026-03-02T12:03:00Z", "order": "O-1", "part": "D-1", "total": ""},
]
RULES = """
activities:
  Create: {order.placed: {channel: web, currency: EUR, value: "{total}", fulfillments: ship}}
  Pack: {fulfillment.entered: pack}
  Ship: {fulfillment.entered: deliver, notification.sent: shipped}
"""
PLAIN = (
    'version: 2\nsource: /x\nactivity: "{what}"\nid: "{id}"\ntime: "{at}"\norder: "{order}"\n'
    'fulfillment: "{part}"\n'
)
XES_HEAD = 'version: 2\nsource: /x\nactivity: "{activity}"\nid: "{id}"\nfulfillment: "{part}"\n'


def csv_text(delimiter: str = ",", quote: str = '"', rows: list[dict[str, str]] = STORY) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, quotechar=quote, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def xes_text() -> str:
    def event(row: dict[str, str]) -> str:
        names = {"what": "concept:name", "at": "time:timestamp"}
        cells = [
            f"<{'date' if name == 'at' else 'string'} key={quoteattr(names.get(name, name))} "
            f"value={quoteattr(text)}/>"
            for name, text in row.items()
            if name != "order"
        ]
        return f"<event>{''.join(cells)}</event>"

    trace = f'<trace><string key="concept:name" value="O-1"/>{"".join(map(event, STORY))}</trace>'
    return f'<?xml version="1.0"?><log xes.version="1.0" xmlns="http://www.xes-standard.org/">{trace}</log>'


def written(folder: Path, name: str, content: str | bytes) -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def sqlite_table(folder: Path) -> Path:
    with sqlite3.connect(folder / "t.sqlite") as database:
        database.execute("create table steps (id, what, at, o, part, total)")
        rows = [tuple(row.values()) for row in STORY]
        database.executemany("insert into steps values (?, ?, ?, ?, ?, ?)", rows)
    database.close()
    return folder / "t.sqlite"


def events(path: Path, mapping: str) -> list[dict[str, Any]]:
    log = open_log(str(path), parse_mapping(mapping))
    found = [json.loads(line) for block in log.blocks() for line in block.lines]
    assert log.findings() == []
    return found


EXPECTED_TYPES = ["order.placed", "fulfillment.entered", "fulfillment.entered", "notification.sent"]
FORMATS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "csv": (lambda folder: written(folder, "a.csv", csv_text()), PLAIN),
    "csv, quote": (lambda f: written(f, "a.csv", csv_text(";", "'")), PLAIN + 'csv: {quote: "\'"}\n'),
    "csv, gzip": (
        lambda f: written(f, "a.gz", gzip.compress(csv_text("\t").encode("utf-16"))),
        PLAIN + "csv: {}\n",
    ),
    "csv, UTF-32": (lambda f: written(f, "a.csv", csv_text().encode("utf-32")), PLAIN),
    "csv, UTF-32 without mark": (lambda f: written(f, "a.csv", csv_text().encode("utf-32-be")), PLAIN),
    "ndjson": (lambda f: written(f, "a.ndjson", "\n".join(map(json.dumps, STORY))), PLAIN),
    "ndjson, UTF-32": (
        lambda f: written(f, "a.ndjson", "\n".join(map(json.dumps, STORY)).encode("utf-32-le")),
        PLAIN,
    ),
    "array": (lambda f: written(f, "a.json", json.dumps(STORY)), PLAIN),
    "array, lines": (lambda f: written(f, "a.json", json.dumps(STORY, indent=1)), PLAIN),
    "document": (
        lambda f: written(f, "a.json", json.dumps({"page": {"steps": STORY}}, indent=1)),
        PLAIN + "json: {records: page.steps}\n",
    ),
    "sql": (
        sqlite_table,
        PLAIN + "sql: {query: 'select id, what, at, o as \"order\", part, total from steps'}\n",
    ),
    "xes": (lambda f: written(f, "a.xes", xes_text()), XES_HEAD),
    "xes, gzip": (lambda f: written(f, "a.xes.gz", gzip.compress(xes_text().encode())), XES_HEAD),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_one_story_in_every_format_gives_the_same_events(tmp_path: Path, kind: str) -> None:
    write, head = FORMATS[kind]

    found = events(write(tmp_path), head + RULES)

    assert found == events(written(tmp_path, "plain.csv", csv_text()), PLAIN + RULES)
    assert [event["type"] for event in found] == EXPECTED_TYPES


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


EARLIEST = (
    PLAIN
    + 'rules: {any: {order.placed: {currency: EUR, value: "{total}", fulfillments: ship, earliest: true}}}\n'
)


def test_the_earliest_record_of_a_fulfillment_places_it(tmp_path: Path) -> None:
    rows = [
        {
            **STORY[0],
            "id": str(number),
            "at": f"2026-03-02T12:{minute}:00Z",
            "part": part,
            "total": str(minute),
        }
        for number, (minute, part) in enumerate([(30, "D-1"), (10, "D-1"), (20, "D-2"), (15, "D-1")])
    ]
    path = written(tmp_path, "a.csv", csv_text(rows=rows))
    log = open_log(str(path), parse_mapping(EARLIEST))

    (block,) = log.blocks()

    placed = [json.loads(line)["data"] for line in block.lines]
    assert [(data["value"], data["fulfillments"][0]["fulfillment"], data["adds"]) for data in placed] == [
        ("10", "D-1", True),
        ("20", "D-2", True),
    ]
    assert block.inferred == {0: "O-1", 1: "O-1"}
    assert len(block.passed) == 2 and all(each.is_expected for each in block.passed)


def test_ids_that_stand_for_two_records_are_reported(tmp_path: Path) -> None:
    rows = [STORY[1], STORY[1], {**STORY[1], "order": "O-2", "part": "D-1"}]
    (block,) = open_log(
        str(written(tmp_path, "a.csv", csv_text(rows=rows))), parse_mapping(PLAIN + RULES)
    ).blocks()

    assert len(block.lines) == 2
    assert [each.reason for each in block.passed] == ["an earlier entry has this id and other content"]


def test_columns_that_are_not_there_are_reported_with_near_names(tmp_path: Path) -> None:
    mapping = PLAIN.replace("{part}", "{parts}") + RULES.replace("{total}", "{totl}")

    with pytest.raises(BadInputError) as refused:
        open_log(str(written(tmp_path, "a.csv", csv_text())), parse_mapping(mapping))

    messages = [problem.message for problem in refused.value.problems]
    assert "'parts', which `fulfillment` of the mapping names" in messages[0]
    assert messages[1].endswith("Did you mean 'total'?")


def test_fields_that_no_event_has_are_findings_of_xes_and_remarks_of_json(tmp_path: Path) -> None:
    xes = open_log(
        str(written(tmp_path, "a.xes", xes_text())), parse_mapping(XES_HEAD.replace("part", "prat") + RULES)
    )
    other = open_log(
        str(written(tmp_path, "a.json", json.dumps(STORY))),
        parse_mapping(PLAIN.replace("part", "prat") + RULES),
    )
    assert len([*xes.blocks(), *other.blocks()]) == 2

    assert xes.findings() == [
        "no event has 'prat', which `fulfillment` of the mapping names. Did you mean 'part'?"
    ]
    assert other.findings() == []
    assert "no record has 'prat'" in other.remarks()[0]


def test_rules_that_match_nothing_are_remarked(tmp_path: Path) -> None:
    log = open_log(
        str(written(tmp_path, "a.csv", csv_text())),
        parse_mapping(PLAIN + RULES + "rules: {odd: {when: \"what == 'x'\", fulfillment.completed: true}}"),
    )
    list(log.blocks())

    assert log.remarks() == ["no record became an event by these rules: odd."]


def test_a_line_that_is_no_json_costs_no_other(tmp_path: Path) -> None:
    lines = ['{"broken', *map(json.dumps, STORY), "[[", "5"]
    (block,) = open_log(
        str(written(tmp_path, "a.ndjson", "\n".join(lines))), parse_mapping(PLAIN + RULES)
    ).blocks()

    assert len(block.lines) == 4
    reasons = [each.reason.partition(":")[0] for each in block.passed]
    assert reasons == ["malformed JSON", "unmapped activity", "malformed JSON", "a record must be an object"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<!DOCTYPE log [<!ENTITY a "b">]><log>&a;</log>', "declares a document type"),
        ("<log><trace>", "it is not XML that can be read"),
        ("<log encoding='x'><trace><event></trace></log>", "it is not XML that can be read"),
        ('<?xml version="1.0" encoding="klingon"?><log/>', "encoding|not XML"),
        (b"PK\x03\x04", "workbook"),
        (b"SQLite format 3\x00 and nothing more", "`ocel` section or a `sql` section"),
        ("<log><events/><objects/></log>", "`ocel` section"),
    ],
)
def test_what_cannot_be_read_is_reported(tmp_path: Path, content: str | bytes, expected: str) -> None:
    with pytest.raises(BadInputError, match=expected):
        list(open_log(str(written(tmp_path, "a.log", content)), parse_mapping(XES_HEAD + RULES)).blocks())


@pytest.mark.parametrize(
    "query", ["select", "select 1 as id; select 2", "delete from steps", "select id from steps"]
)
def test_a_query_that_cannot_be_run_is_reported(tmp_path: Path, query: str) -> None:
    mapping = PLAIN + f"sql: {{query: {json.dumps(query)}}}\n" + RULES

    with pytest.raises(BadInputError, match=r"sql.query|There is no column"):
        list(open_log(str(sqlite_table(tmp_path)), parse_mapping(mapping)).blocks())


@given(
    st.binary(max_size=60) | st.text(max_size=60).map(str.encode),
    st.sampled_from(["<log>", "{", "[", "a,b\n", ""]),
)
def test_no_file_makes_a_reader_raise_another_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, head: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile"
    path.write_bytes(head.encode() + content)
    report = FileReport(str(path))
    try:
        log = open_log(str(path), parse_mapping(XES_HEAD + RULES + "ocel: {order: Order}\n"))
        for block in log.blocks():
            report.add_passed(block.passed)
    except BadInputError as refused:
        assert refused.problems
