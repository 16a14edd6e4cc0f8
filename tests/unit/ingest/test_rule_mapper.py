"""Mappings of version 2: from one record to events."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.ingest.read import RefusedEventError, read_event
from tests.unit.ingest.mappings import HEAD, RECORD, data, events, mapper


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


def test_an_attribute_may_have_the_name_of_an_id_and_any_value() -> None:
    placed = (
        "{channel: web, currency: EUR, value: 1, fulfillments: ship, "
        "attributes: {id: '{meta.flag}', order: '{flag}'}}"
    )
    rules = HEAD + f"activities: {{t: {{order.placed: {placed}}}}}"

    (mapped,) = mapper(rules).map_document(RECORD | {"meta": {"flag": True}, "flag": True}, "here")

    assert mapped.notes == []
    assert json.loads(mapped.events[0])["data"]["attributes"] == {"id": "true", "order": "true"}


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
