"""Logs by mappings of version 2: one story in every format gives the same events."""

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.report import FileReport
from tests.unit.ingest.log_files import events, written

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


def sqlite_table(folder: Path) -> Path:
    with sqlite3.connect(folder / "t.sqlite") as database:
        database.execute("create table steps (id, what, at, o, part, total)")
        rows = [tuple(row.values()) for row in STORY]
        database.executemany("insert into steps values (?, ?, ?, ?, ?, ?)", rows)
    database.close()
    return folder / "t.sqlite"


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


def test_a_query_with_a_column_of_the_mapping_twice_is_reported(tmp_path: Path) -> None:
    """The last one was taken."""
    query = "select id, what, at, o as 'order', part, total, 1 as total, 2 as unread, 3 as unread from steps"
    mapping = PLAIN + f"sql: {{query: {json.dumps(query)}}}\n" + RULES

    with pytest.raises(BadInputError, match="column 'total' stands 2 times") as refused:
        list(open_log(str(sqlite_table(tmp_path)), parse_mapping(mapping)).blocks())
    assert len(refused.value.problems) == 1


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
