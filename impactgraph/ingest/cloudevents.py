"""Events out of an HTTP request: structured, batched and binary mode of CloudEvents."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import unquote

import msgspec

from impactgraph.errors import BadInputError

STRUCTURED = ("application/cloudevents+json", "application/json")
BATCHED = "application/cloudevents-batch+json"
LINES = ("application/x-ndjson", "application/ndjson")
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_VALUE = msgspec.json.Decoder(msgspec.Raw)


class UnsupportedMediaError(BadInputError):
    """The body's media type is none of those that events come in."""


def read_body(headers: Mapping[str, str], body: bytes) -> tuple[list[bytes], bool]:
    """(events in structured JSON, whether the request is of one event).

    Binary mode (`ce-*` headers) has one event with its data as body; a batch is a JSON array; NDJSON is taken too.
    Raises UnsupportedMediaError for another media type, BadInputError for a body that is not what its type says.
    """
    given = {name.lower(): value for name, value in headers.items()}
    media = given.get("content-type", "").partition(";")[0].strip().lower()
    if "ce-type" in given or "ce-specversion" in given:
        return [_binary(given, body)], True
    if media == BATCHED:
        return _batch(body), False
    if media in STRUCTURED:
        return (_batch(body), False) if media == "application/json" and body.lstrip()[:1] == b"[" else ([body], True)
    if media in LINES:
        return [line for line in body.splitlines() if line.strip()], False
    said = f"The media type is {media}" if media else "There is no content-type"
    raise UnsupportedMediaError(f"{said}: send {STRUCTURED[0]} (one event), {BATCHED} (a JSON array), or ce-* headers with JSON data.")


def _batch(body: bytes) -> list[bytes]:
    try:
        return [bytes(event) for event in _ARRAY.decode(body)]
    except msgspec.DecodeError as error:
        raise BadInputError(f"The body is not a JSON array of events: {error}") from error


def _binary(headers: Mapping[str, str], body: bytes) -> bytes:
    media = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise UnsupportedMediaError(f"In binary mode the data is JSON, not {media}.")
    try:
        data = _VALUE.decode(body)
    except msgspec.DecodeError as error:
        raise BadInputError(f"The body is not JSON: {error}") from error
    attributes: dict[str, Any] = {name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")}
    return msgspec.json.encode(attributes | {"data": cast("Any", data)})
