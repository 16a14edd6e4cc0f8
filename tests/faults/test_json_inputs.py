"""Every endpoint that reads JSON says so where a key is there twice, and keeps amounts to the last digit."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.hardening.operations import read_operations
from impactgraph.alerts.documents import MalformedAlertError
from impactgraph.alerts.documents import read as read_alert
from impactgraph.alerts.senders.alertmanager import AlertGroup
from impactgraph.errors import ImpactGraphError
from impactgraph.ingest.json_documents import json_documents
from impactgraph.ingest.list_files import ListLayout, read_list
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.otlp import MalformedTracesError, spans_in
from impactgraph.ingest.read import RefusedEventError, read_event
from impactgraph.ingest.rule_mapper import RuleMapper
from impactgraph.ingest.rules import RuleMapping
from impactgraph.sources.documents import Document, translate
from impactgraph.usecases.alert_input import parse_alerts
from tests.sources.shop import MAPPED

MAPPING = """
version: 2
source: /shop
id: "{id}"
time: "2026-03-02T09:10:00Z"
order: "{order}"
rules:
  invoices:
    posting.recorded: {type: invoice, amount: "{total}", currency: EUR}
"""
_RULES = parse_mapping(MAPPING)
assert isinstance(_RULES, RuleMapping)
MAPPER = RuleMapper(_RULES)
TWICE = "is there twice"
EVENT = (
    '{"specversion":"1.0","id":"e","source":"/s","type":"posting.recorded","time":"2026-03-02T09:10:00Z",'
    '"data":{"order":"O","fulfillment":"O/1","type":"invoice","amount":%s,"currency":"EUR"}}'
)
EXACT = ("1e-400", "0.1e-30", "-0", "-0.0", "1E+2", "129.9000000000", "0.30000000000000004", "-129.90")
TOO_LARGE = ("1e400", "12345678901234567890.12", "9223372036854.775808", "1e999999999")


def amount_of(event: bytes | str) -> Decimal:
    text = event if isinstance(event, bytes) else event.encode()
    amount = getattr(read_event(text)[0].data, "amount", None)
    assert isinstance(amount, Decimal)
    return amount


def test_an_event_with_a_key_twice_is_refused_with_its_place() -> None:
    with pytest.raises(RefusedEventError, match=rf"`data\.amount` {TWICE}"):
        read_event((EVENT % '1,"amount":2').encode())
    with pytest.raises(RefusedEventError, match=rf"`data\.more` {TWICE}"):
        read_event((EVENT % '1,"more":1,"more":1').encode())


def test_a_record_of_a_file_with_a_key_twice_is_passed_over_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "records.ndjson"
    path.write_text('{"id": 1, "a": 1}\n{"id": 2, "a": {"b": 1, "b": 2}}\n')

    first, second = json_documents(path)

    assert not isinstance(first, Skipped) and isinstance(second, Skipped)
    assert f"`a.b` {TWICE}" in second.reason
    assert second.place == f"{path}:2"


def test_a_document_of_a_source_with_a_key_twice_is_refused() -> None:
    (refused,) = MAPPED([Document(b'{"order": "O-1", "order": "O-2"}', "shop@1")]).refused

    assert f"`order` {TWICE}" in refused.reason


def list_of(folder: Path, text: str) -> object:
    (folder / "list.json").write_text(text)
    return read_list(folder / "list.json", ListLayout({"id": "id"}, ".", None))


def operations_of(folder: Path, text: str) -> object:
    (folder / "operations.json").write_text(text)
    return read_operations(folder / "operations.json", is_exclusive=True)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda _, text: read_alert(AlertGroup, text.encode()), '{"alerts": [], "alerts": []}'),
        (
            lambda _, text: spans_in(text.encode(), "application/json"),
            '{"resourceSpans":[],"resourceSpans":[]}',
        ),
        (
            lambda _, text: parse_alerts(text, "alerts.ndjson"),
            '{"element": "system:oms", "element": "system:pos"}',
        ),
        (list_of, '[{"id": "O-1", "id": "O-2"}]'),
        (operations_of, '{"a": "query {x}", "a": "query {y}"}'),
    ],
    ids=["alert", "spans", "alerts of a file", "list", "operations"],
)
def test_every_other_reader_refuses_a_key_twice(
    read: Callable[[Path, str], object], text: str, tmp_path: Path
) -> None:
    with pytest.raises((ImpactGraphError, MalformedAlertError, MalformedTracesError), match=TWICE):
        read(tmp_path, text)


@given(
    st.sampled_from(EXACT) | st.decimals(-(10**12), 10**12, allow_nan=False).map(str),
    st.booleans(),
)
def test_an_amount_is_kept_to_the_last_digit(text: str, is_quoted: bool) -> None:
    written = f'"{text}"' if is_quoted else text

    assert amount_of(EVENT % written) == Decimal(text)
    record = f'{{"id": 1, "order": "O", "total": {written}}}'.encode()
    (line,) = translate([Document(record, "shop@1")], MAPPER).lines
    assert amount_of(line) == Decimal(text)


@pytest.mark.parametrize("text", TOO_LARGE)
def test_an_amount_that_cannot_be_kept_is_refused_with_its_value(text: str) -> None:
    for written in (text, f'"{text}"'):
        with pytest.raises(RefusedEventError, match=r"data\.amount: .* is not an amount that can be kept"):
            read_event((EVENT % written).encode())
