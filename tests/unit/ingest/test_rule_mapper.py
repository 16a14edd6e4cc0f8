"""Mappings of version 2: from one record to events."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest.mapping_files import load_record_mapper, parse_mapping
from impactgraph.ingest.read import RefusedEventError, read_event
from impactgraph.ingest.rule_mapper import RuleMapper
from impactgraph.ingest.rules import RuleMapping

HEAD = 'version: 2\nsource: /shop\nactivity: "{type}"\nid: "{id}"\ntime: "{at}"\norder: "{order}"\n'
RECORD = {"type": "t", "id": 7, "at": "2026-03-02T09:00:00Z", "order": "O-1"}


def mapper(text: str) -> RuleMapper:
    mapping = parse_mapping(text)
    assert isinstance(mapping, RuleMapping)
    return RuleMapper(mapping)


def events(rules: str, record: Any = None, head: str = HEAD) -> list[dict[str, Any]]:
    (mapped,) = mapper(head + rules).map_document(RECORD if record is None else record, "here")
    return [json.loads(event) for event in mapped.events]


def data(rules: str, record: Any = None, head: str = HEAD) -> dict[str, Any]:
    (event,) = events(rules, record, head)
    return event["data"]


def problems(text: str) -> Sequence[str]:
    with pytest.raises(BadInputError) as refused:
        parse_mapping(text)
    return [f"{problem.line}: {problem.message}" for problem in refused.value.problems]


def entered(value: str) -> str:
    return f"activities: {{t: {{fulfillment.entered: {{step: pick, location: {value}}}}}}}"


def test_a_record_becomes_an_event() -> None:
    (event,) = events("activities: {t: {fulfillment.entered: pick}}")

    assert event == {
        "specversion": "1.0",
        "id": "7/fulfillment.entered/O-1/pick",
        "source": "/shop",
        "type": "fulfillment.entered",
        "time": "2026-03-02T09:00:00Z",
        "data": {"order": "O-1", "fulfillment": "O-1", "step": "pick"},
    }


@pytest.mark.parametrize(
    ("rule", "type_", "own"),
    [
        ("fulfillment.completed: true", "fulfillment.completed", {}),
        ("fulfillment.cancelled: true", "fulfillment.cancelled", {}),
        ("fulfillment.cancelled: no stock", "fulfillment.cancelled", {"reason": "no stock"}),
        ("fulfillment.failed: E1", "fulfillment.failed", {"code": "E1"}),
        ("fulfillment.failed: true", "fulfillment.failed", {}),
        ("posting.recorded: invoice", "posting.recorded", {"type": "invoice"}),
        ("notification.sent: {type: shipped, channel: email}", "notification.sent", None),
        ("task.closed: pick", "task.closed", {"type": "pick"}),
        ("supplier_order.confirmed: {type: po, supplier: acme}", "supplier_order.confirmed", None),
        (
            "fulfillment.rerouted: {workflow: w, step: s}",
            "fulfillment.rerouted",
            {"workflow": "w", "step": "s"},
        ),
        ("step.ended: {step: pick, next: pack}", "fulfillment.entered", {"step": "pack"}),
        ("step.ended: {step: ship, last: true}", "fulfillment.completed", {}),
    ],
)
def test_every_kind_of_event_is_accepted(rule: str, type_: str, own: dict[str, str] | None) -> None:
    (event,) = events(f"activities: {{t: {{{rule}}}}}")

    read_event(json.dumps(event).encode())
    assert event["type"] == type_
    if own is not None:
        assert event["data"] == {"order": "O-1", "fulfillment": "O-1", **own}


def test_an_order_and_the_stock_have_no_fulfillment() -> None:
    stock = "{location: s, item: i, system: erp, on_hand: 3}"

    assert data("activities: {t: {order.cancelled: customer}}") == {"order": "O-1", "reason": "customer"}
    assert data(f"activities: {{t: {{inventory.reported: {stock}}}}}")["on_hand"] == "3"


def test_a_step_that_ends_with_nothing_known_behind_it_is_counted() -> None:
    (mapped,) = mapper(HEAD + "activities: {t: {step.ended: pick}}").map_document(RECORD, "here")

    assert mapped.skipped is not None and mapped.skipped.is_expected
    assert mapped.skipped.reason == "it ends a step, and what begins then is not known"


@pytest.mark.parametrize(
    ("value", "given_value", "expected"),
    [
        ("dc-1", None, "dc-1"),
        ("'{plant}'", " dc-2 ", "dc-2"),
        ("'{plant}'", 12, "12"),
        ("'{plant}'", True, "true"),
        ("'{plant}'", "", None),
        ("'{plant}'", None, None),
        ("'dc-{plant}'", 3, "dc-3"),
        ("{from: plant, default: dc-9}", None, "dc-9"),
        ("{from: [other, plant]}", "dc-4", "dc-4"),
        ("{field: plant}", "dc-5", "dc-5"),
        ("{text: 'x{plant}', map: {x1: y}}", 1, "y"),
        ("{from: plant, map: {A: dc-1}, default: dc-0}", "B", "dc-0"),
        ("{from: plant, map: plants}", "A", "dc-7"),
        ("{from: plant, map: plants}", "B", None),
    ],
)
def test_values_of_every_kind(value: str, given_value: Any, expected: str | None) -> None:
    rules = entered(value) + "\nmaps: {plants: {A: dc-7}}"

    assert data(rules, {**RECORD, "plant": given_value}).get("location") == expected


def test_a_value_that_is_not_in_the_map_is_noted() -> None:
    rules = entered("{from: plant, map: {A: dc-7}}")

    (mapped,) = mapper(HEAD + rules).map_document({**RECORD, "plant": "B"}, "here")

    assert mapped.notes == ["the map of `activities.t.fulfillment.entered.location` has no value for 'B'."]


@pytest.mark.parametrize(
    ("time", "record", "expected"),
    [
        ("'{at}'", {"at": "2026-03-02 09:00"}, "2026-03-02T08:00:00+00:00"),
        ("'{at}'", {"at": "2026-03-02T09:00:00+02:00"}, "2026-03-02T09:00:00+02:00"),
        ("{from: at, zone: America/New_York}", {"at": "2026-03-02 09:00"}, "2026-03-02T14:00:00+00:00"),
        (
            "{text: '{day} {clock}', time_format: '%Y%m%d %H%M%S'}",
            {"day": 20260302, "clock": "093000"},
            "2026-03-02T08:30:00+00:00",
        ),
        ("{from: at, time_format: epoch}", {"at": 1772442000}, "2026-03-02T09:00:00+00:00"),
        ("{from: at, time_format: epoch_ms}", {"at": "1772442000000"}, "2026-03-02T09:00:00+00:00"),
        ("{from: at, time_format: excel, zone: UTC}", {"at": 46083.375}, "2026-03-02T09:00:00+00:00"),
        ("{from: at, time_format: '%d.%m.%Y'}", {"at": "02.03.2026"}, "2026-03-01T23:00:00+00:00"),
        ("'{at}'", {"at": "2026-03-28T24:00:00"}, "2026-03-28T23:00:00+00:00"),
        ("'{at}'", {"at": "2026-12-31 24:00"}, "2026-12-31T23:00:00+00:00"),
        ("'{at}'", {"at": "20260302T240000Z"}, "2026-03-03T00:00:00+00:00"),
        (
            "{from: at, time_format: '%d.%m.%Y %H:%M'}",
            {"at": "28.02.2026 24:00"},
            "2026-02-28T23:00:00+00:00",
        ),
        ("{from: at, time_format: '%Y%m%d %H%M%S'}", {"at": "20260302 240000"}, "2026-03-02T23:00:00+00:00"),
        ("{from: at, time_format: '%Y%m%d %H%M%S'}", {"at": "20260302 90000"}, "20260302 90000"),
        ("{from: at, time_format: '%d%m%Y'}", {"at": "1032026"}, "1032026"),
        ("{from: at, time_format: '%d.%m.%Y %H%M'}", {"at": "2.3.2026 0900"}, "2026-03-02T08:00:00+00:00"),
        (
            "{from: at, time_format: '%d %b %Y %H%M%S.%f'}",
            {"at": "2 mar 2026  090000.5"},
            "2026-03-02T08:00:00.500000+00:00",
        ),
        ("'{at}'", {"at": "2016-12-31T23:59:60Z"}, "2017-01-01T00:00:00+00:00"),
        ("'{at}'", {"at": "2017-01-01T00:59:60.5+01:00"}, "2017-01-01T01:00:00.500000+01:00"),
        ("'{at}'", {"at": "2026-03-02T24:01:00"}, "2026-03-02T24:01:00"),
        ("'{at}'", {"at": "2026-03-02T09:60:00"}, "2026-03-02T09:60:00"),
        ("'{at}'", {"at": "2026-02-30T24:00"}, "2026-02-30T24:00"),
        ("{from: at, time_format: epoch_ms}", {"at": "1772442000"}, "1772442000"),
        ("{from: at, time_format: epoch}", {"at": "1772442000000"}, "1772442000000"),
        ("{from: at, time_format: epoch}", {"at": "0"}, "0"),
        ("{from: at, time_format: excel}", {"at": "1772442000"}, "1772442000"),
    ],
)
def test_moments_of_every_form(time: str, record: dict[str, Any], expected: str) -> None:
    rules = f"activities: {{t: {{fulfillment.entered: {{step: pick, time: {time}}}}}}}\nzone: Europe/Berlin"

    (event,) = events(rules, {**RECORD, **record})

    assert event["time"] == expected


@pytest.mark.parametrize(
    ("how", "text", "expected"),
    [
        ("'{amount}'", 12.5, "12.5"),
        ("'{amount}'", "12.50", "12.50"),
        ("'{amount}'", "1.299,90", "1299.90"),
        ("{from: amount, decimal: '.'}", "1,299.90", "1299.90"),
        ("-3.20", None, "-3.20"),
    ],
)
def test_amounts_of_every_form(how: str, text: Any, expected: str) -> None:
    rules = f"activities: {{t: {{posting.recorded: {{type: invoice, amount: {how}}}}}}}\ndecimal: ','"

    assert data(rules, {**RECORD, "amount": text})["amount"] == expected


def test_several_columns_of_dates_are_several_steps_and_empty_ones_have_not_happened() -> None:
    rules = """
activities:
  t:
    fulfillment.entered:
    - {step: pick, time: "{picked}"}
    - {step: pack, time: "{packed}"}
    - {step: ship, time: "{shipped}"}
"""
    record = {**RECORD, "picked": "2026-03-02T10:00:00Z", "packed": "2026-03-02T11:00:00Z", "shipped": ""}

    assert [event["data"]["step"] for event in events(rules, record)] == ["pick", "pack"]
    (none,) = mapper(HEAD + rules).map_document(RECORD, "here")
    assert none.skipped is not None and none.skipped.is_expected


def test_one_record_is_about_several_orders_and_parts() -> None:
    rules = """
activities:
  t:
    for_each: "drops[]"
    order: "{item.order}"
    fulfillment: "{item.order}/{item.part}"
    fulfillment.entered: {step: deliver, location: "{record.truck}"}
"""
    drops = [{"order": "O-1", "part": 1}, {"order": "O-1", "part": 2}, {"order": "O-2", "part": 1}]

    found = events(rules, {**RECORD, "drops": drops, "truck": "T-1"})

    assert [event["data"]["fulfillment"] for event in found] == ["O-1/1", "O-1/2", "O-2/1"]
    assert {event["data"]["location"] for event in found} == {"T-1"}
    assert len({event["id"] for event in found}) == 3


def test_an_order_lists_its_fulfillments() -> None:
    rules = """
activities:
  t:
    order.placed:
      channel: web
      currency: EUR
      value: "{total}"
      promised_by: "{due}"
      attributes: {carrier: "{carrier}", gift: "{gift}"}
      fulfillments:
      - {for_each: parts, fulfillment: "{record.order}/{item.n}", workflow: ship, value: "{item.value}"}
      - {fulfillment: "{order}/gift", workflow: gift}
zone: Europe/Berlin
"""
    record = {**RECORD, "total": 12, "due": "2026-03-05 12:00", "carrier": "dhl"}

    placed = data(rules, {**record, "parts": [{"n": 1, "value": 5}, {"n": 2, "value": 7}]})

    assert placed["promised_by"] == "2026-03-05T11:00:00+00:00"
    assert placed["attributes"] == {"carrier": "dhl"}
    assert placed["mode"] == "unknown"
    assert placed["fulfillments"] == [
        {"fulfillment": "O-1/1", "workflow": "ship", "value": "5"},
        {"fulfillment": "O-1/2", "workflow": "ship", "value": "7"},
        {"fulfillment": "O-1/gift", "workflow": "gift"},
    ]


def test_several_kinds_of_orders_have_several_rules() -> None:
    rules = """
rules:
  shop: {when: "type == 'web'", order.placed: {currency: EUR, value: 1, fulfillments: ship}}
  b2b: {when: "type != 'web'", order.placed: {currency: USD, value: 1, fulfillments: truck}}
"""
    head = HEAD.replace('activity: "{type}"\n', "")
    web = data(rules, {**RECORD, "type": "web"}, head)
    other = data(rules, {**RECORD, "type": "edi"}, head)

    assert (web["currency"], web["fulfillments"][0]["workflow"]) == ("EUR", "ship")
    assert (other["currency"], other["fulfillments"][0]["workflow"]) == ("USD", "truck")


def test_the_records_of_a_document_are_found_by_an_expression() -> None:
    rules = "activities: {t: {fulfillment.entered: pick}}\n"
    document = {"orders": [RECORD, RECORD | {"id": 8}, 5]}

    found = mapper(HEAD + rules + "json: {records: orders}").map_document(document, "here")

    assert [len(each.events) for each in found] == [1, 1, 0]
    assert found[2].skipped is not None and found[2].skipped.place == "here: record 3"
    assert [len(each.events) for each in mapper(HEAD + rules).map_document([RECORD], "here")] == [1]


def test_two_events_of_one_record_never_have_one_id() -> None:
    rules = "activities: {t: {posting.recorded: [{type: tax, amount: 1}, {type: tax, amount: 2}]}}"

    assert [event["id"] for event in events(rules)] == [
        "7/posting.recorded/O-1/tax",
        "7/posting.recorded/O-1/tax/2",
    ]


def test_without_an_id_the_content_is_the_identity() -> None:
    head = HEAD.replace('id: "{id}"\n', "")
    rules = "activities: {t: {fulfillment.entered: pick}}"

    first, second = (events(rules, RECORD | {"id": id_}, head)[0] for id_ in (1, 2))
    other = events(rules, RECORD | {"at": "2026-03-02T09:00:01Z"}, head)[0]

    assert first == second
    assert first["id"] != other["id"]


@pytest.mark.parametrize(
    ("record", "reason", "is_expected"),
    [
        (RECORD | {"order": ""}, "row without id", False),
        (RECORD | {"type": "u"}, "unmapped activity", True),
        (RECORD | {"type": None}, "unmapped activity", False),
        (3, "a record must be an object", False),
    ],
)
def test_what_becomes_no_event_says_why(record: Any, reason: str, is_expected: bool) -> None:
    (mapped,) = mapper(HEAD + "activities: {t: {fulfillment.entered: pick}}").map_document(record, "here")

    assert mapped.skipped is not None
    assert (mapped.skipped.reason, mapped.skipped.is_expected) == (reason, is_expected)


@pytest.mark.parametrize("value", [{"$oid": "65e"}, ["O-1"], True])
def test_an_object_a_list_or_a_truth_value_is_no_id(value: Any) -> None:
    """They became ids such as '{"$oid":"65e"}'."""
    head = HEAD + "activities: {t: {fulfillment.entered: pick}}"
    for text, id_ in ((head, "order"), (head.replace('"{order}"', '"{order}/{id}"'), "order")):
        (mapped,) = mapper(text).map_document(RECORD | {id_: value}, "here")

        assert mapped.skipped is not None and mapped.skipped.reason == "row without id"
        (note,) = mapped.notes
        assert note.startswith("`order` finds ") and note.endswith(
            "an id is a text or a number: name a field of it."
        )


@pytest.mark.parametrize(
    ("record", "reason", "is_expected"),
    [
        ({"parcels": []}, "the list of its rule is empty", True),
        ({"parcels": None}, "it has no list where `for_each` of its rule looks for one", False),
        ({"items": [1]}, "it has no list where `for_each` of its rule looks for one", False),
    ],
)
def test_a_list_that_is_not_there_is_a_finding_and_an_empty_one_is_none(
    record: dict[str, Any], reason: str, is_expected: bool
) -> None:
    rule = "{for_each: parcels, fulfillment: '{item.id}', fulfillment.entered: pick}"
    rules = f"activities: {{t: {rule}}}\nrules: {{more: {{when: more, task.closed: x}}}}"
    (alone,) = mapper(HEAD + rules).map_document(RECORD | record, "here")
    (beside,) = mapper(HEAD + rules).map_document(RECORD | record | {"more": 1}, "here")

    assert alone.skipped is not None
    assert (alone.skipped.reason, alone.skipped.is_expected) == (reason, is_expected)
    assert (len(beside.events), beside.notes) == (1, [])


@pytest.mark.parametrize("document", [{}, {"orders": [RECORD]}, {"event": RECORD}])
def test_a_record_without_any_field_of_the_mapping_is_a_finding(document: Any) -> None:
    """Where no rule applies to a record, it may be as it should; where nothing of it is read, it is not."""
    head = 'version: 2\nsource: /x\ntime: "{at}"\norder: "{number}"\nrules: {a: {when: kind, task.closed: x}}'
    (mapped,) = mapper(head).map_document(document, "here")

    assert mapped.skipped is not None and not mapped.skipped.is_expected
    assert mapped.skipped.reason == "it has no field that the mapping names"


def test_a_record_without_the_fulfillment_that_the_mapping_names_is_counted() -> None:
    rules = "fulfillment: '{part}'\nactivities: {t: {fulfillment.entered: pick}}"

    (mapped,) = mapper(HEAD + rules).map_document(RECORD, "here")

    assert mapped.skipped is not None and mapped.skipped.reason == "record without fulfillment"


def test_all_problems_of_a_mapping_are_found_at_once() -> None:
    text = """version: 2
source: /shop
order: '{order'
activities:
  t: {fulfillment.entered: {stp: pick}}
  u: {posting.recorded: {type: invoice, currency: eur, amount: '{x}'}}
  v: {}
  w: {fulfillment.entered: {step: {from: x, field: y}}}
  x: {fulfillment.entered: {step: {order}}}
  y: {when: 'a b', fulfillment.completed: true}
"""

    found = problems(text)

    assert [line.partition(":")[0] for line in found] == ["3", "5", "5", "6", "7", "8", "9", "10"]
    assert any("Did you mean 'step'?" in line for line in found)
    assert any("in quotes" in line for line in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 3\nsource: /x", "`version` is 3"),
        ("version: 2\nsource: /x", "It maps no record"),
        (
            HEAD.replace('activity: "{type}"\n', "") + "activities: {t: {fulfillment.entered: p}}",
            "`activity` is missing",
        ),
        (
            HEAD + entered("{from: x, map: plant}") + "\nmaps: {plants: {A: a}}",
            "there is no 'plant' in `maps`",
        ),
        (HEAD + "activities: {t: {step.ended: {step: p, next: q, last: true}}}", "there is no `next`"),
        (HEAD + "activities: {t: {order.placed: true}}", "must be a map with"),
        (HEAD + "activities: {t: 5}", "must be a map from events"),
    ],
)
def test_problems_of_a_mapping_are_reported(text: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(text))


def test_a_live_source_needs_version_2(tmp_path: Path) -> None:
    one = "source: /erp\norder: {type: o, currency: EUR}\nfulfillment: {workflow: w}\nsteps: {a: b}\n"
    (tmp_path / "one.yaml").write_text(one)
    (tmp_path / "two.yaml").write_text(HEAD + "activities: {t: {fulfillment.entered: pick}}")

    with pytest.raises(BadInputError, match="needs a mapping of version 2"):
        load_record_mapper(tmp_path / "one.yaml")
    assert load_record_mapper(tmp_path / "two.yaml").source == "/shop"


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "id", "at", "order", "parts", "n", "total", "tags", "x"])
            | st.text(max_size=2),
            inner,
            max_size=6,
        )
    ),
    max_leaves=15,
)
EVERYTHING = """
activities:
  t:
    order.placed:
      currency: EUR
      value: {from: total, decimal: ","}
      promised_by: {text: "{at} {n}", time_format: "%Y%m%d %H"}
      attributes: {x: "{x}"}
      earliest: true
      fulfillments: {for_each: parts, fulfillment: "{record.order}/{item.n}", workflow: "{item.n}"}
rules:
  each: {for_each: "parts[?n > `1`]", fulfillment.failed: {code: "{item.n}", message: "{sum(record.parts)}"}}
  tags: {when: "contains(tags, 'a') || length(parts) > n", notification.sent: "{x}-{index}"}
  ends: {step.ended: {step: "{x}", next: {from: [x, n], map: {a: b}}, time: {from: n, time_format: epoch}}}
"""


@given(HOSTILE)
def test_no_document_makes_a_mapper_raise(document: Any) -> None:
    for record in mapper(HEAD + EVERYTHING).map_document(document, "here"):
        assert bool(record.events) is (record.skipped is None)
        for event in record.events:
            try:
                read_event(event)
            except RefusedEventError as refused:
                assert str(refused)
