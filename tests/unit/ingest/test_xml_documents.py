"""XML that is no log is read as JSON documents are."""

from pathlib import Path
from typing import Any

import pytest

from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.mapping_files import load_mapping, load_record_mapper
from impactgraph.ingest.xml_documents import DEEPEST, decode_xml
from impactgraph.sources.documents import Document, translate
from tests.faults.loading import shop

MAPPING = """\
version: 2
source: /shop
json: {records: "orders.order"}
time: "{placed}"
order: "{number}"
rules:
  orders: {order.placed: {channel: web, currency: EUR, value: "{total}", fulfillments: ship-from-store}}
"""
ORDER = "<order><number>%s</number><placed>2026-03-02T09:00:00Z</placed><total>5</total></order>"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<a/>", {"a": ""}),
        ("<a> x <!-- y --> </a>", {"a": "x"}),
        ("<a><b>1</b><c>2</c></a>", {"a": {"b": "1", "c": "2"}}),
        ("<a><b>1</b><b/><b>3</b></a>", {"a": {"b": ["1", "", "3"]}}),
        ('<a n="1"><b m="2">x</b></a>', {"a": {"@n": "1", "b": {"@m": "2", "#text": "x"}}}),
        ("<a>x <b>1</b> y<b>2</b>\n<c>3</c> z </a>", {"a": {"b": ["1", "2"], "c": "3", "#text": "x y z"}}),
        ('<x:a xmlns:x="urn:x" x:n="1"><x:b>ü</x:b></x:a>', {"a": {"@n": "1", "b": "ü"}}),
        ('<a xmlns:i="urn:i"><b i:nil="true"/></a>', {"a": {"b": ""}}),
    ],
)
def test_elements_are_fields_and_repeated_ones_are_lists(text: str, value: Any) -> None:
    assert decode_xml(text.encode()) == value
    assert decode_xml(b"\n" + text.encode()) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a>", "it is not XML that can be read: no element found"),
        ("<a><b></a>", "mismatched tag"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "it declares a document type"),
        ("<a>" * (DEEPEST + 1) + "</a>" * (DEEPEST + 1), "nested more than 100 levels deep"),
    ],
)
def test_what_is_no_xml_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decode_xml(text.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_records_of_a_file_in_xml_are_found_as_in_json(tmp_path: Path, encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{name}"?><orders>{ORDER % "Ö-1"}{ORDER % "Ö-2"}</orders>'
    (tmp_path / "log.xml").write_bytes(text.encode(encoding))
    (tmp_path / "m.yaml").write_text(MAPPING)

    with shop() as loaded:
        loaded.load(tmp_path / "log.xml", tmp_path / "m.yaml")

        assert (loaded.counts, loaded.has_findings) == ((2, 2, 0, 0, 0), False)
        assert set(loaded.store.orders(["Ö-1", "Ö-2"])) == {"Ö-1", "Ö-2"}


def test_xml_without_what_the_mapping_names_is_a_finding(tmp_path: Path) -> None:
    """It was read as a log without events, with the exit status of success."""
    (tmp_path / "log.xml").write_text("<shop><number>1</number></shop>")
    (tmp_path / "m.yaml").write_text(MAPPING.replace('json: {records: "orders.order"}\n', ""))

    with shop() as loaded:
        loaded.load(tmp_path / "log.xml", tmp_path / "m.yaml")

        assert (loaded.counts, loaded.has_findings) == ((1, 0, 0, 0, 1), True)
        (finding,) = loaded.file["findings"]
        assert "no record has a field that the mapping names; there are shop." in finding
        assert "such as 'shop' or 'shop[]'" in finding


def test_a_log_in_xml_with_elements_of_another_format_says_that_they_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "log.xml").write_text(f"<log>{ORDER % 1}</log>")
    (tmp_path / "m.yaml").write_text(MAPPING)

    with shop() as loaded:
        loaded.load(tmp_path / "log.xml", tmp_path / "m.yaml")

        assert loaded.has_findings
        assert loaded.file["findings"] == [
            "it has elements 'order', which an XES log does not have: they were not read."
        ]


@pytest.mark.parametrize("comment", ["<!---->", f"<!-- {'long ' * 50}-->"])
def test_what_a_file_in_xml_is_shows_behind_any_number_of_comments(tmp_path: Path, comment: str) -> None:
    """Each comment doubled the time to look for the root, and logs with more than 4 KB were documents."""
    comments = comment * 500
    (tmp_path / "document.xml").write_text(f"{comments}<orders>{ORDER % 1}</orders>")
    (tmp_path / "log.xml").write_text(f"{comments}<log><trace/></log>")
    (tmp_path / "m.yaml").write_text(MAPPING)
    mapping = load_mapping(tmp_path / "m.yaml")

    document, log = (open_log(str(tmp_path / name), mapping) for name in ("document.xml", "log.xml"))

    assert [sum(block.entry_count for block in each.blocks()) for each in (document, log)] == [1, 0]


def test_messages_in_xml_are_mapped(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    mapper = load_record_mapper(tmp_path / "m.yaml")
    texts = [f"\ufeff<orders>{ORDER % 'O-1'}</orders>", "<orders>", "<other/>"]
    wide = f'<?xml version="1.0" encoding="utf-16"?><orders>{ORDER % "O-2"}</orders>'.encode("utf-16")

    bodies = [*(text.encode() for text in texts), wide]
    translation = translate([Document(body, "POST /in/x") for body in bodies], mapper)

    assert len(translation.lines) == 2
    assert [each.reason.partition(":")[0] for each in translation.refused] == [
        "it is not XML that can be read",
        "`json.records` finds nothing in the document",
    ]
