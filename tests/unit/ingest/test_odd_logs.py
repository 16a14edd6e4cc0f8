"""Every entry of an odd log is there in the figures: as events, or passed over with its reason."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest.amounts import plain_amount
from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.json_documents import json_documents
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.text_files import begins_as_json

_HEAD = 'version: 2\nsource: /x\nactivity: "{what}"\ntime: "{at}"\norder: "{order}"\n'
_RULES = "activities: {Pick: {fulfillment.entered: pick}}\n"
_PLAIN = _HEAD + _RULES
_OCEL = f"version: 2\nsource: /x\nocel: {{order: Order}}\n{_RULES}"
_XES = f'version: 2\nsource: /x\nactivity: "{{activity}}"\nid: "{{id}}"\n{_RULES}'
_V1 = "source: /x\norder: {type: Order, currency: EUR, value: 1}\nfulfillment: {workflow: ship}\n"
_ROW = '{"what": "Pick", "at": "2026-03-02T09:00:00Z", "order": "O-1"}'
_LONG = json.dumps(json.loads(_ROW), indent=1)
_EVENT = {
    "id": "e1",
    "type": "Pick",
    "time": "2026-03-02T09:00:00Z",
    "relationships": [{"objectId": "O-1", "qualifier": "of"}],
}
_OBJECT = {"id": "O-1", "type": "Order"}


def _ocel(*events: dict[str, Any], objects: Sequence[dict[str, Any]] = (_OBJECT,)) -> str:
    return json.dumps({"objects": objects, "events": events})


def figures(path: Path, mapping: str) -> tuple[int, list[str], list[str], list[str]]:
    """Events, reasons of entries that were passed over, objects that are not there, and findings."""
    log = open_log(str(path), parse_mapping(mapping, "m.yaml"))
    blocks = list(log.blocks())
    passed = [each.reason.partition(":")[0] for block in blocks for each in block.passed]
    missing = [object_ for block in blocks for object_, _ in block.missing]
    return sum(len(block.lines) for block in blocks), passed, missing, log.findings()


@pytest.mark.parametrize(
    ("name", "content", "mapping", "count", "passed"),
    [
        ("a.json", "", _PLAIN, 0, []),
        ("a.json", "[]", _PLAIN, 0, ["the list has no member"]),
        ("a.csv", f"[{_ROW},\n{_ROW}]", _PLAIN, 2, []),
        ("a.txt", json.dumps(json.loads(_ROW), indent=1) * 2, _PLAIN, 0, ["malformed JSON"] * 5),
        ("a.json", f"{_ROW}\n{json.dumps(json.loads(_ROW), indent=1)}\n{_ROW}", _PLAIN, 3, []),
        ("a.json", f'{_ROW}\n{{\n "what": "Pick"\n "at": 1\n}}\n{_ROW}', _PLAIN, 2, ["malformed JSON"]),
        ("a.json", f'{_ROW}\n{{"what":\n{_ROW}', _PLAIN, 2, ["malformed JSON"]),
        ("a.json", (json.dumps(json.loads(_ROW), indent=1) + "\n") * 3, _PLAIN, 3, []),
        ("a.json", f"{_ROW}\n{{\n{_ROW}\n", _PLAIN, 2, ["malformed JSON"]),
        (
            "a.json",
            f'{_LONG}\n{{"what": [1}}\n{_ROW}\n{{"at": 2]}}\n{_LONG}',
            _PLAIN,
            3,
            ["malformed JSON"] * 2,
        ),
        ("a.json", f'{_LONG}\n{{\n "at": 1,\n}}\n{_LONG}', _PLAIN, 2, ["malformed JSON"]),
        ("a.json", f'{_LONG}\n{{"at": 1, "at": 2}}\n{_LONG}', _PLAIN, 2, ["malformed JSON"]),
        ("a.json", "what,at\nPick,now\n", _PLAIN, 0, ["malformed JSON"] * 2),
        ("a.json", _ocel(), _OCEL, 0, []),
        ("a.csv", _ocel(_EVENT), _OCEL, 1, []),
        ("a.csv", _ocel(_EVENT), _V1 + "csv: {activity: a, time: t}\nsteps: {Pick: pick}\n", 2, []),
        ("a.json", _ocel(_EVENT, {**_EVENT, "relationships": None}), _OCEL, 1, ["it names no order, and"]),
        (
            "a.json",
            _ocel({"id": "e2", "type": "Pick", "relationships": _EVENT["relationships"]}),
            _OCEL,
            1,
            [],
        ),
        ("a.json", _ocel({**_EVENT, "time": 1772442000}), _OCEL, 1, []),
        (
            "a.json",
            _ocel({**_EVENT, "id": ""}, {**_EVENT, "id": "", "time": "2026-03-02T10:00:00Z"}),
            _OCEL,
            2,
            [],
        ),
        ("a.json", _ocel({**_EVENT, "id": ""}), f"{_V1}steps: {{Pick: pick}}\n", 0, ["row without id"]),
        ("a.xes", "<log/>", _XES, 0, []),
    ],
)
def test_every_entry_is_in_the_figures(
    tmp_path: Path, name: str, content: str, mapping: str, count: int, passed: list[str]
) -> None:
    (tmp_path / name).write_text(content)

    events, reasons, missing, findings = figures(tmp_path / name, mapping)

    assert events == count
    assert len(reasons) == len(passed)
    assert all(reason.startswith(start) for reason, start in zip(reasons, passed, strict=True))
    assert not missing
    is_no_json = content.startswith("what")
    assert [each.partition(":")[0] for each in findings] == ["nothing in the file is JSON"] * is_no_json


def test_an_event_and_an_object_without_a_row_of_their_type_are_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript("""
            create table event_map_type (ocel_type text, ocel_type_map text);
            create table object_map_type (ocel_type text, ocel_type_map text);
            create table event (ocel_id text, ocel_type text);
            create table object (ocel_id text, ocel_type text);
            create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text);
            create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text);
            create table event_Pick (ocel_id text, ocel_time text);
            create table object_Order (ocel_id text, ocel_time text);
            insert into event_map_type values ('Pick', 'Pick');
            insert into object_map_type values ('Order', 'Order');
            insert into event values ('a', 'Pick'), ('b', 'Pick'), ('c', 'Fly');
            insert into object values ('O1', 'Order'), ('O2', 'Order');
            insert into event_Pick values ('a', '2026-03-02 09:00:00');
            insert into object_Order values ('O1', '1970-01-01');
            insert into event_object values ('a', 'O1', ''), ('b', 'O2', ''), ('c', 'O2', '');
        """)
    connection.close()

    assert figures(path, _OCEL) == (2, ["unmapped activity"], [], [])


def test_an_accepted_entry_reports_an_object_that_is_not_there(tmp_path: Path) -> None:
    relations = [{"objectId": "O-1", "qualifier": ""}, {"objectId": "X-9", "qualifier": ""}]
    (tmp_path / "a.json").write_text(_ocel({**_EVENT, "relationships": relations}))

    assert figures(tmp_path / "a.json", _OCEL) == (1, [], ["X-9"], [])


@pytest.mark.parametrize(
    ("name", "content", "mapping", "reason"),
    [
        ("a.csv", "\n\n", _PLAIN, "It is empty"),
        ("a.json", "", _OCEL, "it is empty. One has `objects` and `events`"),
        ("a.json", '{"objects": [], "objects": [], "events": []}', _OCEL, "once.$"),
        ("a.json", "order,at", _OCEL, "A CSV file needs a `csv` section"),
        (
            "a.json",
            '{"objects": [], "events": [{"id": "ab\udce9"}]}',
            _OCEL,
            "not text in UTF-8 .byte 0xe9.:",
        ),
    ],
)
def test_what_is_no_log_is_named_by_what_it_is(
    tmp_path: Path, name: str, content: str, mapping: str, reason: str
) -> None:
    (tmp_path / name).write_text(content, errors="surrogateescape")

    with pytest.raises(BadInputError, match=reason) as refused:
        figures(tmp_path / name, mapping)
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("text", ['{"a": 1}', "{}", " \n[{", "[ []", "[]", '\ufeff{\n"a"'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32"])
def test_json_shows_by_its_first_characters(text: str, encoding: str) -> None:
    assert begins_as_json(text.encode(encoding))
    assert not begins_as_json("[id],{name}".encode(encoding))


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("5.00-", ".", "-5.00"),
        ("1,299.90 -", ".", "-1299.90"),
        ("1.299,90-", ",", "-1299.90"),
        ("\u22125,5", ",", "-5.5"),
        ("-5-", ".", "-5-"),
        ("-", ".", "-"),
        ("5.00-", ",", "5.00-"),
        ("(5.00)", ".", "(5.00)"),
    ],
)
def test_a_minus_may_be_behind_an_amount(text: str, mark: str, expected: str) -> None:
    assert plain_amount(text, mark) == expected


_VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.text(st.sampled_from('}{[]":,\\ \nü'), max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from('ab}"'), inner, max_size=2),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from("xy{"), _VALUES, max_size=3), min_size=1, max_size=4),
    st.lists(st.sampled_from([None, 1, "\t"]), min_size=4, max_size=4),
    st.sampled_from(["\n", "\n\n", "\r\n", " \n "]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_documents_behind_each_other_are_read_in_every_layout(
    documents: list[Any], indents: list[Any], gap: str, encoding: str
) -> None:
    """In a line or over several, in any mixture."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.json"
        texts = [
            json.dumps(each, indent=indent, ensure_ascii=False)
            for each, indent in zip(documents, indents, strict=False)
        ]
        path.write_bytes(gap.join(texts).encode(encoding))

        assert [each[0] for each in json_documents(path) if isinstance(each, tuple)] == documents


def test_documents_behind_each_other_are_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = CountingDecoder()
    monkeypatch.setattr("impactgraph.ingest.json_documents._DECODER", decoder)
    (tmp_path / "a.json").write_text(f"{_LONG}\n" * 3)

    assert len(list(json_documents(tmp_path / "a.json"))) == 3
    assert decoder.contents.count(_LONG.encode()) == 3


class CountingDecoder:
    def __init__(self) -> None:
        self.contents: list[bytes | str] = []

    def decode(self, content: bytes | str) -> Any:
        self.contents.append(content)
        return msgspec.json.decode(content)
