import json
from datetime import datetime

import pytest
from cloudevents.core.bindings import http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from impactgraph.errors import BadInputError
from impactgraph.ingest.cloudevents import UnsupportedMediaError, read_delivery
from tests.stores.events import entered, placed


def test_structured_mode_has_one_event() -> None:
    delivery = read_delivery({"Content-Type": "application/cloudevents+json; charset=utf-8"}, placed())

    assert (delivery.events, delivery.single) == ([placed()], True)


def test_a_batch_has_its_events_as_they_were_sent() -> None:
    delivery = read_delivery(
        {"content-type": "application/cloudevents-batch+json"},
        b"[" + placed() + b", " + entered("pick", 1) + b"]",
    )

    assert (delivery.events, delivery.single) == ([placed(), entered("pick", 1)], False)


def test_a_batch_with_a_broken_event_is_no_batch() -> None:
    with pytest.raises(BadInputError, match="not a JSON array of events"):
        read_delivery({"content-type": "application/cloudevents-batch+json"}, b"[{]")


def test_an_event_of_a_batch_need_not_be_an_object_to_be_told_about() -> None:
    assert read_delivery({"content-type": "application/cloudevents-batch+json"}, b'[1, "two"]').events == [
        b"1",
        b'"two"',
    ]


def test_plain_json_is_one_event_or_several() -> None:
    media = {"content-type": "application/json"}

    assert [read_delivery(media, body).single for body in (placed(), b"[" + placed() + b"]")] == [True, False]


def test_lines_are_an_event_each() -> None:
    assert read_delivery({"content-type": "application/x-ndjson"}, placed() + b"\n\n" + placed()).events == [
        placed(),
        placed(),
    ]


def test_binary_mode_is_read_as_another_implementation_writes_it() -> None:
    document = json.loads(placed())
    attributes = {name: value for name, value in document.items() if name != "data"} | {
        "datacontenttype": "application/json"
    }
    sent = CloudEvent(attributes | {"time": datetime.fromisoformat(document["time"])}, document["data"])
    message = http.to_binary(sent, JSONFormat())

    (read,) = read_delivery(message.headers, message.body).events

    assert json.loads(read)["data"] == document["data"]
    assert {name: json.loads(read)[name] for name in ("id", "source", "type")} == {
        name: document[name] for name in ("id", "source", "type")
    }


@pytest.mark.parametrize("media", ["", "text/plain", "application/xml"])
def test_another_media_type_is_refused(media: str) -> None:
    with pytest.raises(UnsupportedMediaError, match="application/cloudevents"):
        read_delivery({"content-type": media}, placed())


def test_binary_mode_with_a_body_that_is_no_json_is_refused() -> None:
    with pytest.raises(BadInputError, match="not JSON"):
        read_delivery({"ce-type": "order.placed", "content-type": "application/json"}, b"{")
