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


def test_an_event_of_a_batch_need_not_be_an_object_to_be_reported() -> None:
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


STRUCTURED = "application/cloudevents+json"
CE_HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "/o",
    "ce-type": "order.cancelled",
    "ce-time": "2026-03-02T09:00:00Z",
}


@pytest.mark.parametrize("media", [STRUCTURED, STRUCTURED.upper(), f" {STRUCTURED} ; charset=UTF-8"])
def test_the_media_type_decides_even_where_headers_repeat_the_attributes(media: str) -> None:
    delivery = read_delivery({**CE_HEADERS, "Content-Type": media}, placed())

    assert (delivery.events, delivery.single) == ([placed()], True)


def test_a_batch_stays_one_with_headers_too() -> None:
    headers = {**CE_HEADERS, "content-type": "application/cloudevents-batch+json"}

    assert read_delivery(headers, b"[" + placed() + b"]").events == [placed()]


@pytest.mark.parametrize(
    "media", ["application/json", "Application/JSON; charset=utf-8", "application/vnd.x+json", ""]
)
def test_headers_with_another_media_type_are_binary_mode_in_any_case_of_letters(media: str) -> None:
    headers = {name.title(): value for name, value in CE_HEADERS.items()} | {"Content-Type": media}

    (event,) = read_delivery(headers, b'{"order": "O-1"}').events

    assert json.loads(event) == {
        **{name.removeprefix("ce-"): value for name, value in CE_HEADERS.items()},
        "data": {"order": "O-1"},
    }


@pytest.mark.parametrize("missing", ["ce-specversion", "ce-id", "ce-source", "ce-type"])
def test_binary_mode_without_a_required_header_is_still_binary_mode(missing: str) -> None:
    headers = {name: value for name, value in CE_HEADERS.items() if name != missing}

    (event,) = read_delivery({**headers, "content-type": "application/json"}, b'{"order": "O-1"}').events

    assert json.loads(event)["data"] == {"order": "O-1"}
    assert missing.removeprefix("ce-") not in json.loads(event)


@pytest.mark.parametrize(
    "media",
    ["application/cloudevents+xml", "application/cloudevents+avro", "application/cloudevents-batch+protobuf"],
)
def test_another_format_of_structured_mode_is_not_taken_for_binary_mode(media: str) -> None:
    with pytest.raises(UnsupportedMediaError, match="The media type is application/cloudevents"):
        read_delivery({**CE_HEADERS, "content-type": media}, b"<event/>")


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/octet-stream"])
def test_data_that_is_not_json_is_unsupported(media: str) -> None:
    with pytest.raises(UnsupportedMediaError):
        read_delivery({**CE_HEADERS, "content-type": media}, b"x")


@pytest.mark.parametrize(
    "headers", [{"content-type": STRUCTURED}, {"content-type": "application/json"}, CE_HEADERS]
)
@pytest.mark.parametrize("body", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_body_is_an_error_that_says_so(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadInputError, match="The body is empty"):
        read_delivery(headers, body)


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", '"cp1252"'])
def test_a_body_in_another_charset_is_read_in_it(charset: str) -> None:
    text = '{"id": "Köln"}'

    delivery = read_delivery(
        {"content-type": f"{STRUCTURED}; charset={charset}"}, text.encode(charset.strip('"'))
    )

    assert delivery.events == [text.encode()]


def test_a_byte_order_mark_is_not_part_of_the_event() -> None:
    assert read_delivery({"content-type": STRUCTURED}, b"\xef\xbb\xbf" + placed()).events == [placed()]


def test_a_charset_that_does_not_exist_is_unsupported() -> None:
    with pytest.raises(UnsupportedMediaError, match="charset 'klingon'"):
        read_delivery({"content-type": f"{STRUCTURED}; charset=klingon"}, b"{}")


def test_a_body_that_is_not_in_its_charset_is_bad_input() -> None:
    with pytest.raises(BadInputError, match="not in utf-16"):
        read_delivery({"content-type": f"{STRUCTURED}; charset=utf-16"}, b"{}x")
