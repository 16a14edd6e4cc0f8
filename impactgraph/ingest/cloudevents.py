"""Events of an HTTP request in CloudEvents' structured, batched and binary modes."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """The body has a media type that events cannot have."""


@dataclass(frozen=True, slots=True)
class Delivery:
    events: list[bytes]
    """Each in structured JSON, as received and unchecked."""
    single: bool
    """Whether the request has one event, whose errors are errors of the request."""


def read_delivery(headers: Mapping[str, str], body: bytes) -> Delivery:
    """The events of a request.

    Binary mode (`ce-*` headers) has one event with its data as body; a batch is a JSON array; NDJSON is
    accepted too.

    Raises UnsupportedMediaError for another media type, BadInputError for an invalid body.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    media = lower.get("content-type", "").partition(";")[0].strip().lower()
    if "ce-type" in lower or "ce-specversion" in lower:
        return Delivery([_binary(lower, body)], single=True)
    if media == BATCHED:
        return Delivery(_batch(body), single=False)
    if media in STRUCTURED:
        several = media == "application/json" and body.lstrip()[:1] == b"["
        return Delivery(_batch(body), single=False) if several else Delivery([body], single=True)
    if media in LINES:
        return Delivery([line for line in body.splitlines() if line.strip()], single=False)
    problem = f"The media type is {media}" if media else "There is no content-type"
    raise UnsupportedMediaError(
        f"{problem}: send {STRUCTURED[0]} (one event), {BATCHED} (a JSON array), "
        "or ce-* headers with JSON data."
    )


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
    attributes: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    return msgspec.json.encode(attributes | {"data": cast("Any", data)})
