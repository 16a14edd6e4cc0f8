"""Whatever a file holds: entries = taken + repeated + quarantined + passed over, and no entry is lost."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest.csv_records import csv_records
from tests.faults.loading import Loaded, shop

MAPPING = """\
source: /x
order: {type: order, %s channel: web, mode: m, currency: EUR, value: {attribute: total}}
fulfillment: {type: part, workflow: ship-from-store, location: {attribute: plant}}
steps: {Pick: pick, Pack: pack, Nowhere: nowhere}
postings: {Invoice: {type: invoice, amount: {attribute: total}, currency: EUR}}
completed: [Deliver]
csv: {activity: activity, time: time}
"""
COLUMNS = ("order", "part", "activity", "time", "total", "plant")
_ACTIVITIES = st.sampled_from(
    ["Create", "Pick", "Pack ", "pack", "Nowhere", "Invoice", "Deliver", "Look", ""]
)
_TIMES = st.sampled_from(
    ["2026-03-02T09:00:00Z", "2026-03-02 11:00:00+02", "02/03/2026", "", "2026-03-02", "2999-12-31T00:00:00Z"]
)
_IDS = st.sampled_from(["O-1", "O-2 ", " O-1", "", "O\x00-3", "Ö", "O\u0308", "\u200b"])
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=6)
_CELLS = st.one_of(_TEXTS, st.sampled_from(["10", "1,5", '"', '"x', 'y"', '""', "a\nb", "store-001"]))
_PLACED = st.sampled_from(["", "placed: [Create],"])


def assert_adds_up(loaded: Loaded) -> int:
    """Number of entries of the file, which its counts add up to."""
    file = loaded.file
    passed = sum(row["count"] for row in file["passed"])
    assert file["entries"] == file["taken"] + file["repeated"] + file["quarantined"] + passed
    assert all(row["count"] > 0 and row["example"] and row["reason"] for row in file["passed"])
    by_activity = [
        sum(row[name] for row in file["activities"]) for name in ("taken", "repeated", "quarantined")
    ]
    assert by_activity == [file["taken"], file["repeated"], file["quarantined"]]
    return file["entries"]


def _load(content: bytes, name: str, mapping: str | None) -> tuple[int, int] | None:
    """(entries, entries when the file comes again); None where the file is refused as a whole."""
    with TemporaryDirectory() as folder, shop() as loaded:
        path = Path(folder) / name
        path.write_bytes(content)
        (Path(folder) / "m.yaml").write_text(mapping or "")
        mapping_path = Path(folder) / "m.yaml" if mapping else None
        try:
            first = assert_adds_up(loaded.load(path, mapping_path))
        except BadInputError:
            return None
        again = assert_adds_up(loaded.load(path, mapping_path))
        assert loaded.file["taken"] == 0
        return first, again


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(_IDS, _CELLS, _ACTIVITIES, _TIMES, _CELLS, _CELLS), max_size=8), _PLACED)
def test_every_row_of_a_well_formed_csv_file_is_counted(rows: list[tuple[str, ...]], placed: str) -> None:
    lines = [",".join(COLUMNS), *(",".join(map(_quoted, row)) for row in rows)]

    counts = _load("\n".join(lines).encode(), "log.csv", MAPPING % placed)

    assert counts == (len(rows), len(rows))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(_CELLS, min_size=0, max_size=8), max_size=8), st.sampled_from(["\n", "\r\n"]), _PLACED
)
@example([['"x', "a"], ["b", 'y"']], "\n", "")
def test_no_line_of_any_csv_file_is_swallowed(rows: list[list[str]], end: str, placed: str) -> None:
    """A row in plain cells is read as it stands, whatever stands around it."""
    plain = ["O-9", "O-9/1", "Pick", "2026-03-02T09:00:00Z", "10", "store-001"]
    lines = [",".join(COLUMNS), *(",".join(row) for row in rows), ",".join(plain)]
    content = end.join(lines)

    counts = _load(content.encode(), "log.csv", MAPPING % placed)

    assert counts is not None and counts[0] == counts[1] >= 1
    records = list(csv_records(content.splitlines(keepends=True), ","))
    assert records[-1].cells == plain or records[-1].problem or '"' in content


def _event(id_: str, type_: str, time: str, ids: Sequence[str]) -> dict[str, Any]:
    relations = [{"objectId": each, "qualifier": ""} for each in ids]
    return {"id": id_, "type": type_, "time": time, "attributes": [], "relationships": relations}


_OBJECT_IDS = st.sampled_from(["O1", "O2 ", "D1", "D2", "I1", "C", "X", ""])
OBJECTS = st.tuples(
    _OBJECT_IDS, st.sampled_from(["order", "part", "item", "customer"]), st.lists(_OBJECT_IDS, max_size=3)
)
EVENTS = st.tuples(
    st.sampled_from(["e1", "e2", "e3", ""]), _ACTIVITIES, _TIMES, st.lists(_OBJECT_IDS, max_size=3)
)


def ocel_document(
    objects: Sequence[tuple[str, str, list[str]]], events: Sequence[tuple[str, str, str, list[str]]]
) -> dict[str, Any]:
    """An OCEL 2.0 log in JSON with these objects and an order with a part, and these events."""
    objects = [("O1", "order", ["D1"]), ("D1", "part", []), *objects]
    return {
        "objects": [
            {
                "id": id_,
                "type": type_,
                "attributes": [{"name": "total", "value": "5", "time": ""}],
                "relationships": [{"objectId": each, "qualifier": ""} for each in related],
            }
            for id_, type_, related in objects
        ],
        "events": [_event(*each) for each in events],
    }


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OBJECTS, max_size=6), st.lists(EVENTS, max_size=8), _PLACED)
def test_every_event_of_an_ocel_log_is_counted(
    objects: list[tuple[str, str, list[str]]], events: list[tuple[str, str, str, list[str]]], placed: str
) -> None:
    document = ocel_document(objects, events)

    counts = _load(json.dumps(document).encode(), "log.json", MAPPING % placed)

    assert counts == (len(events), len(events))


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)),
    max_leaves=8,
)
_LINES = st.one_of(
    _TEXTS.map(str.encode),
    st.binary(max_size=12).filter(lambda line: b"\n" not in line),
    _JSON.map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda order, time, step, id_: json.dumps(
            {
                "specversion": "1.0",
                "id": id_,
                "source": "/x",
                "type": "fulfillment.entered",
                "time": time,
                "data": {"order": order, "fulfillment": f"{order.strip()}/1", "step": step},
            }
        ).encode(),
        _IDS,
        _TIMES,
        st.sampled_from(["pick", "nowhere", ""]),
        st.sampled_from(["a", "b", "c"]),
    ),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_LINES, max_size=8))
def test_every_line_of_a_file_of_events_is_counted(lines: list[bytes]) -> None:
    """But for a file that is a JSON array, which has an entry each member, and one of another kind."""
    lines = [b'{"specversion": "1.0"}', *lines]

    counts = _load(b"\n".join(lines), "events.ndjson", None)

    kept = [line for line in lines if line.removeprefix(b"\xef\xbb\xbf").strip()]
    assert counts == (len(kept), len(kept))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=80), _TEXTS.map(str.encode), _JSON.map(lambda value: json.dumps(value).encode())
    ),
    st.sampled_from(["x.ndjson", "x.csv", "x.json", "x.json.gz", "x"]),
    st.booleans(),
)
def test_no_file_of_any_content_is_more_than_bad_input(content: bytes, name: str, mapped: bool) -> None:
    _load(content, name, MAPPING % "" if mapped else None)
