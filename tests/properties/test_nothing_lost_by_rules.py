"""Whatever a log holds that a mapping of version 2 or a preset reads: every entry is counted, once."""

import json
import sqlite3
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from impactgraph.ingest.mapping_files import load_record_mapper
from impactgraph.sources.documents import Document, translate
from tests.faults.loading import shop
from tests.hostile.spoiling import spoil
from tests.hostile.values import TEXT, VALUES, encoded
from tests.properties.test_nothing_lost import EVENTS, OBJECTS, assert_adds_up, ocel_document

PRESETS = Path(__file__).parents[2] / "fixtures" / "presets"
FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
XES_RULES = """\
version: 2
source: /x
activity: "{activity}"
activities:
  Create: {order.placed: {channel: web, currency: EUR, value: "{total}", fulfillments: ship-from-store}}
  Pick: {fulfillment.entered: pick}
"""
ROW_RULES = """\
version: 2
source: /x
%s
activity: "{activity}"
time: "{time}"
order: "{order_no}"
activities:
  Create:
    order.placed: {channel: "{channel}", currency: EUR, value: "{total}", fulfillments: ship-from-store}
  Pick: {fulfillment.entered: {step: pick, location: "{plant}"}}
  Parcel: {for_each: parcels, fulfillment: "{item.id}", fulfillment.entered: pack}
"""
OCEL_RULES = """\
version: 2
source: /x
ocel: {order: order, fulfillment: part}
activities:
  Create:
    order.placed:
      {channel: web, currency: EUR, value: "{order.total}", fulfillments: {workflow: ship-from-store}}
  Pick: {fulfillment.entered: pick}
  Invoice: {posting.recorded: {type: invoice, amount: "{order.total}", document: "{objects.item[0].id}"}}
"""
COLUMNS = ("activity", "time", "order_no", "channel", "total", "plant", "parcels")
_XML_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """Rows of orders, with hostile texts in some cells."""
    result: list[dict[str, str]] = []
    for number in range(draw(st.integers(0, 6))):
        values = ("Create", "2026-03-02T09:00:00Z", f"O-{number % 3}", "web", "12.00", "store-001", "")
        row: dict[str, str] = dict(zip(COLUMNS, values, strict=True))
        row["activity"] = draw(st.sampled_from(("Create", "Pick", "pick", "Parcel", "")))
        for name in draw(st.sets(st.sampled_from(COLUMNS), max_size=2)):
            row[name] = draw(TEXT)
        result.append(row)
    return result


@st.composite
def documents(draw: st.DrawFn, preset: str) -> list[Any]:
    """Documents of a system, some with hostile values at any place, and some of any content."""
    (file,) = PRESETS.glob(f"{preset}.json")
    own = json.loads(file.read_text())
    chosen = [deepcopy(each) for each in draw(st.lists(st.sampled_from(own), max_size=4))]
    for document in chosen:
        for _ in range(draw(st.integers(0, 2))):
            spoil(draw, document.get("IDOC", document))
    return draw(st.permutations([*chosen, *draw(st.lists(VALUES.filter(_is_one_record), max_size=2))]))


def _is_one_record(value: Any) -> bool:
    """Not a list, and nothing with lists in it that stands for one."""
    return not isinstance(value, list | dict) and value not in ("@deep20@", "@deep900@", "@deep2000@")


def _count(content: bytes, name: str, mapping: str | Path) -> int:
    """Entries of a file; the same when it comes again, and none of them taken then."""
    with TemporaryDirectory() as folder, shop() as loaded:
        path = Path(folder) / name
        path.write_bytes(content)
        if isinstance(mapping, str):
            rules = Path(folder) / "mapping.yaml"
            rules.write_text(mapping)
        else:
            rules = mapping
        entries = assert_adds_up(loaded.load(path, rules))
        assert assert_adds_up(loaded.load(path, rules)) == entries
        assert loaded.file["taken"] == 0
    return entries


@pytest.mark.parametrize("preset", ["shopify", "commercetools", "adobe-commerce", "sap-idoc"])
@FEW
@given(st.data())
def test_every_document_of_a_preset_is_counted(preset: str, data: st.DataObject) -> None:
    lines = [{}, *data.draw(documents(preset))]
    content = b"\n".join(map(encoded, lines))

    entries = _count(content, "log.ndjson", Path(f"preset:{preset}"))

    assert entries == len([line for line in content.split(b"\n") if line.strip()])


@pytest.mark.parametrize("preset", ["shopify", "commercetools", "adobe-commerce", "sap-idoc"])
@FEW
@given(st.data())
def test_every_message_of_a_source_becomes_events_or_is_refused_or_counted(
    preset: str, data: st.DataObject
) -> None:
    mapper = load_record_mapper(Path(f"preset:{preset}"))
    for document in [*data.draw(documents(preset)), data.draw(VALUES)]:
        translation = translate([Document(encoded(document), "POST /in/shop")], mapper)

        assert bool(translation.lines) or len(translation.refused) + translation.passed > 0
        assert all(each.reason for each in translation.refused)


@FEW
@given(rows())
def test_every_row_of_a_csv_file_is_counted(table: list[dict[str, str]]) -> None:
    lines = [COLUMNS, *(tuple(row.values()) for row in table)]
    content = "\n".join(",".join(map(_cell, line)) for line in lines).encode("utf-8", "replace")

    assert _count(content, "log.csv", ROW_RULES % "") == len(table)


def _cell(text: str) -> str:
    """Quoted, on one line: whether a cell with line breaks swallowed rows is a matter of its own."""
    return '"' + " ".join(text.split("\n")).replace("\r", " ").replace('"', '""') + '"'


@FEW
@given(rows())
def test_every_row_of_a_query_is_counted(table: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite"
        with sqlite3.connect(path) as log:
            log.execute(f"create table log ({', '.join(COLUMNS)})")
            log.executemany(
                f"insert into log values ({', '.join('?' * len(COLUMNS))})",
                [tuple(text.encode("utf-8", "replace").decode() for text in row.values()) for row in table],
            )
        log.close()

        assert _count(path.read_bytes(), "log.sqlite", ROW_RULES % "sql: {query: select * from log}") == len(
            table
        )


@FEW
@given(st.lists(st.lists(st.tuples(_XML_TEXT, _XML_TEXT), max_size=3), max_size=3))
def test_every_event_of_an_xes_log_is_counted(traces: Sequence[Sequence[tuple[str, str]]]) -> None:
    def event(number: int, texts: tuple[str, str]) -> str:
        name, other = texts
        activity = ("Create", "Pick", name)[number % 3]
        attributes = [
            ("concept:name", activity),
            ("time:timestamp", "2026-03-02T09:00:00Z"),
            ("total", other),
        ]
        return f"<event>{''.join(map(_attribute, attributes))}</event>"

    content = "".join(
        f"<trace>{_attribute(('concept:name', f'O-{number}'))}{''.join(map(event, range(9), trace))}</trace>"
        for number, trace in enumerate(traces)
    )

    entries = _count(f"<log>{content}</log>".encode(), "log.xes", XES_RULES)

    assert entries == sum(map(len, traces))


def _attribute(pair: tuple[str, str]) -> str:
    return f"<string key={quoteattr(pair[0])} value={quoteattr(pair[1])}/>"


@FEW
@given(st.lists(st.tuples(_XML_TEXT, _XML_TEXT), min_size=1, max_size=5), st.sampled_from(["", "x:"]))
@example([("ORDERS", "4500000017")], "")
def test_every_idoc_in_xml_is_counted(idocs: list[tuple[str, str]], prefix: str) -> None:
    space = ' xmlns:x="urn:x"' if prefix else ""
    content = "".join(
        f"<IDOC><EDI_DC40><MESTYP>{escape(type_)}</MESTYP></EDI_DC40>"
        f"<E1EDK01><BELNR>{escape(key)}</BELNR></E1EDK01></IDOC>"
        for type_, key in idocs
    )
    document = f"<{prefix}ORDERS05{space}>{content}</{prefix}ORDERS05>"

    assert _count(document.encode(), "log.xml", Path("preset:sap-idoc")) == len(idocs)


@FEW
@given(st.lists(OBJECTS, max_size=6), st.lists(EVENTS, max_size=8), st.sampled_from(["json", "xml"]))
def test_every_event_of_an_ocel_log_is_counted(
    objects: list[tuple[str, str, list[str]]], events: list[tuple[str, str, str, list[str]]], form: str
) -> None:
    document = ocel_document(objects, events)
    content = json.dumps(document) if form == "json" else _ocel_xml(document)

    assert _count(content.encode(), f"log.{form}", OCEL_RULES) == len(events)


def _ocel_xml(document: dict[str, Any]) -> str:
    def element(name: str, each: dict[str, Any]) -> str:
        related = "".join(
            f'<relationship object-id={_quoted(one["objectId"])} qualifier=""/>'
            for one in each["relationships"]
        )
        fields = "".join(f" {key}={_quoted(each[key])}" for key in ("id", "type", "time") if key in each)
        return f"<{name}{fields}><attributes/><objects>{related}</objects></{name}>"

    objects = "".join(element("object", each) for each in document["objects"])
    events = "".join(element("event", each) for each in document["events"])
    return f"<log><object-types/><event-types/><objects>{objects}</objects><events>{events}</events></log>"


def _quoted(text: str) -> str:
    return quoteattr("".join(each for each in text if each.isprintable()))
