import json
from decimal import Decimal
from typing import Any

import pytest

from impactgraph.ingest.events import EVENT_TYPES, OrderPlaced
from impactgraph.ingest.read import RefusedEventError, read_event
from tests.stores.events import entered, event, placed, reported

NESTED: list[object] = []
for _ in range(70):
    NESTED = [NESTED]


def changed(line: bytes, **changes: Any) -> bytes:
    """The event with other attributes; `...` takes one out, `data` is merged."""
    document: dict[str, Any] = json.loads(line)
    data = document["data"] | changes.pop("data", {})
    document |= changes | {"data": {name: value for name, value in data.items() if value is not ...}}
    return json.dumps({name: value for name, value in document.items() if value is not ...}).encode()


def reason(line: bytes) -> str:
    with pytest.raises(RefusedEventError) as refused:
        read_event(line)
    return str(refused.value)


def test_an_order_is_read_with_exact_money() -> None:
    found, _ = read_event(placed(value="129.9000000000000000001"))

    assert isinstance(found, OrderPlaced)
    assert found.data.value == Decimal("129.9000000000000000001")


def test_what_the_format_does_not_know_is_set_apart_on_every_level() -> None:
    line = changed(
        placed(),
        traceparent="00-1",
        data={
            "colour": "green",
            "fulfillments": [{"fulfillment": "O-1/1", "workflow": "collect", "shelf": 7}],
        },
    )

    _, extra = read_event(line)

    assert extra == {"traceparent": "00-1", "data": {"colour": "green", "fulfillments": [{"shelf": 7}]}}


def test_a_moment_without_a_zone_is_utc() -> None:
    with_zone, without = (
        read_event(changed(placed(), time=text))[0].millis
        for text in ("2026-03-02T09:00:00+00:00", "2026-03-02T09:00:00")
    )

    assert with_zone == without


def test_a_moment_counts_to_the_millisecond() -> None:
    assert read_event(changed(placed(), time="2026-03-02T09:00:00.451999Z"))[0].millis % 1000 == 451


@pytest.mark.parametrize("word", ["outage", "OUTAGE", "Outage"])
def test_words_of_closed_sets_are_taken_in_either_case(word: str) -> None:
    assert read_event(changed(reported(), data={"class": word}))[0].type == "failure.reported"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", "not JSON: Input data was truncated"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "an event is a JSON object"),
        (changed(placed(), type=...), "`type` is missing"),
        (
            changed(placed(), type="order.place"),
            "there is no event type 'order.place'. Did you mean order.placed?",
        ),
        (changed(placed(), specversion="2.0"), "specversion: '2.0' is not supported, and 1.0 is"),
        (changed(placed(), id=""), "id: it is empty"),
        (
            changed(placed(), time="yesterday"),
            "time: 'yesterday' is no moment: write it as 2026-03-02T09:00:00Z",
        ),
        (
            changed(placed(), time="1772442000"),
            "time: '1772442000' is no moment as it was read: are these seconds since 1970? Say so",
        ),
        (
            changed(placed(), time="1772442000000"),
            "time: '1772442000000' is no moment as it was read: are these milli",
        ),
        (changed(placed(), time="2016-12-31T23:59:60Z"), "time: '2016-12-31T23:59:60Z' is no moment: write"),
        (changed(placed(), time="2026-03-02T24:00:00Z"), "time: '2026-03-02T24:00:00Z' is no moment: write"),
        (changed(placed(), time="1969-12-31T23:59:59Z"), "time: events before 1970 are not accepted"),
        (changed(placed(), data={"channel": ...}), "data.channel is missing"),
        (
            changed(placed(), data={"value": "much"}),
            "data.value: 'much' is no amount: write digits and a decimal point, such as 1299.90",
        ),
        (changed(placed(), data={"value": "NaN"}), "data.value: NaN is not an amount"),
        (changed(placed(), data={"value": 1e300}), "data.value: 1E+300 is not an amount"),
        (
            changed(placed(), data={"currency": "Euro"}),
            "data.currency: 'Euro' is no currency: write three capital letters, such as EUR",
        ),
        (changed(placed(), data={"fulfillments": []}), "data.fulfillments: it is empty"),
        (
            changed(placed(), data={"order": "order:"}),
            "data.order: 'order:' names no order: its key is empty",
        ),
        (changed(placed(), data={"order": "Order: "}), "data.order: 'Order:' names no order"),
        (
            changed(entered("pick", 1), data={"fulfillment": "fulfillment:"}),
            "data.fulfillment: 'fulfillment:' names no fulfillment",
        ),
        (
            changed(entered("pick", 1), data={"location": "location:"}),
            "data.location: 'location:' names no location",
        ),
        (changed(reported(), data={"failure": "failure:"}), "data.failure: 'failure:' names no failure"),
        (
            changed(placed(), data={"order": "O\ufe0f"}),
            "data.order: 'O\ufe0f' has a character that cannot be",
        ),
        (
            changed(placed(parts=2), data={"fulfillments": [{"fulfillment": "a", "workflow": "w"}] * 2}),
            "data.fulfillments: one fulfillment is named twice",
        ),
        (changed(entered("pick", 1), data={"step": 7}), "data.step: 7 is a number, and text is expected"),
        (placed().replace(b'"60.00"', b"1e9999999999"), "data.value: 1E+9999999999 is not an amount"),
        (b'{"a":' * 3000, "it is nested too deeply"),
        (
            event("fulfillment.completed", 1, fulfillment="O-1/1", more=NESTED),
            "it has an unknown field that is nested more than 64 levels deep",
        ),
        (reported(delay="-5m"), "data.delay: '-5m' is not a duration"),
        (reported(delay="9" * 400 + "h"), "data.delay: longer than a hundred years"),
        (reported(scope={"attributes": ["north"]}), "data.scope.attributes: lists by name are meant"),
        (reported(scope={"attributes": {"brand": 7.5}}), "data.scope.brand: a list of words is meant"),
        (event("failure.reported", 1, failure="F-1"), "data: a reported failure has a target"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_place_and_the_reason(line: bytes, expected: str) -> None:
    assert reason(line).startswith(expected)


def test_every_type_of_the_format_can_be_read() -> None:
    assert len(EVENT_TYPES) == 32
