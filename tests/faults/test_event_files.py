"""Files of CloudEvents: encodings, ids in one spelling, edited orders."""

import json
from pathlib import Path

import pytest

from graph_models.enums import OrderStatus
from impactgraph.errors import BadInputError
from tests.faults.loading import FAULTS, shop

BOM = FAULTS / "25-byte-order-mark"
EVENTS = [json.loads(line) for line in (BOM / "n_bom.ndjson").read_text("utf-8-sig").splitlines()]


@pytest.mark.parametrize("name", ["n_bom.ndjson", "n_utf16.ndjson"])
def test_a_byte_order_mark_and_utf_16_do_not_count(name: str) -> None:
    with shop() as loaded:
        assert loaded.load(BOM / name).counts == (2, 2, 0, 0, 0)


def test_files_with_marks_that_were_joined_are_read(tmp_path: Path) -> None:
    lines = [b"\xef\xbb\xbf" + json.dumps(event).encode() + b"\n" for event in EVENTS]
    (tmp_path / "joined.ndjson").write_bytes(b"".join(lines))

    with shop() as loaded:
        assert loaded.load(tmp_path / "joined.ndjson").counts == (2, 2, 0, 0, 0)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_array_has_an_event_each_member(tmp_path: Path, indent: int | None) -> None:
    (tmp_path / "events.json").write_text(json.dumps(EVENTS, indent=indent))

    with shop() as loaded:
        assert loaded.load(tmp_path / "events.json").counts == (2, 2, 0, 0, 0)


def test_a_member_of_an_array_that_is_no_event_costs_no_other(tmp_path: Path) -> None:
    members = [json.dumps(event) for event in EVENTS]
    (tmp_path / "array.json").write_text(f"[{', '.join(members)}, null]")

    with shop() as loaded:
        assert loaded.load(tmp_path / "array.json").counts == (3, 2, 0, 1, 0)


def test_one_event_over_several_lines_is_one_entry(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(json.dumps(EVENTS[0], indent=2))

    with shop() as loaded:
        assert loaded.load(tmp_path / "event.json").counts == (1, 1, 0, 0, 0)


def test_a_first_line_that_is_broken_costs_no_other(tmp_path: Path) -> None:
    lines = ['{"broken', "[1, 2", *map(json.dumps, EVENTS)]
    (tmp_path / "events.ndjson").write_text("\n".join(lines))

    with shop() as loaded:
        assert loaded.load(tmp_path / "events.ndjson").counts == (4, 2, 0, 2, 0)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ((BOM / "x10.json").read_bytes(), "define its contents with --mapping"),
        ((BOM / "x12.json.gz").read_bytes(), "define its contents with --mapping"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"PK\x03\x04", "workbook"),
        (b"SQLite format 3\x00", "contents with --mapping"),
    ],
)
def test_another_kind_of_file_is_reported_by_its_kind(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "events.ndjson").write_bytes(content)

    with shop() as loaded, pytest.raises(BadInputError, match=expected):
        loaded.load(tmp_path / "events.ndjson")


def test_ids_with_characters_that_cannot_be_seen_are_refused() -> None:
    with shop() as loaded:
        loaded.load(FAULTS / "30-control-characters-in-ids" / "u.ndjson")

        assert loaded.counts == (7, 5, 0, 2, 0)
        assert all(reason.isprintable() and "U+000A" in reason for reason in loaded.reasons)


@pytest.mark.parametrize("bad", ["\x1b[31m", "\n", "\u202e", "\u200b", "\ufeff", "\x00", "\u2028", "\ud800"])
@pytest.mark.parametrize("field", ["order", "channel", "mode"])
def test_no_field_that_is_shown_has_such_characters(tmp_path: Path, bad: str, field: str) -> None:
    placed = {**EVENTS[0], "data": {**EVENTS[0]["data"], field: f"a{bad}b"}}
    (tmp_path / "events.ndjson").write_text(json.dumps(placed))

    with shop() as loaded:
        assert loaded.load(tmp_path / "events.ndjson").counts == (1, 0, 0, 1, 0)


def test_letters_written_in_two_ways_and_spaces_make_one_id(tmp_path: Path) -> None:
    def entered(order: str, step: str) -> str:
        data = {"order": order, "fulfillment": f"{order.strip()}/1", "step": step}
        return json.dumps({**EVENTS[1], "id": f"{order} {step}", "data": data})

    lines = [entered("Ö-1", "pick"), entered("O\u0308-1 ", "pack"), entered(" order:Ö-1", "ship")]
    (tmp_path / "events.ndjson").write_text("\n".join(lines))

    with shop() as loaded:
        loaded.load(tmp_path / "events.ndjson")
        assert loaded.counts == (3, 3, 0, 0, 0)
        assert len(loaded.steps("Ö-1")) == 3


def test_the_latest_order_placed_says_which_fulfillments_there_are() -> None:
    with shop() as loaded:
        loaded.load(FAULTS / "21-order-edited-part-removed" / "edit.ndjson")

        order = loaded.store.orders(["O"])["O"]
        assert {part.key: part.status for part in order.fulfillments} == {
            "O/1": OrderStatus.IN_FLIGHT,
            "O/2": OrderStatus.CANCELLED,
        }
        assert loaded.steps("O")[-1] == ("10:00", "Order changed")


@pytest.mark.parametrize("adds", [True, False])
def test_an_order_placed_that_adds_leaves_the_other_fulfillments(tmp_path: Path, adds: bool) -> None:
    lines = (FAULTS / "21-order-edited-part-removed" / "edit.ndjson").read_text().splitlines()
    last = json.loads(lines[-1])
    last["data"] |= {"adds": adds, "fulfillments": [{"fulfillment": "O/3", "workflow": "ship-from-store"}]}
    (tmp_path / "edit.ndjson").write_text("\n".join([*lines[:-1], json.dumps(last)]))

    with shop() as loaded:
        loaded.load(tmp_path / "edit.ndjson")

        in_flight = [
            part.key
            for part in loaded.store.orders(["O"])["O"].fulfillments
            if part.status is OrderStatus.IN_FLIGHT
        ]
        assert in_flight == (["O/1", "O/2", "O/3"] if adds else ["O/3"])
