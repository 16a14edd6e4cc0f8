"""Events of an HTTP request in CloudEvents' structured, batched and binary modes."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, cast
from urllib.parse import unquote

import msgspec

from impactgraph.errors import BadInputError

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
OTHER_FORMATS = ("application/cloudevents+", "application/cloudevents-batch+")
JSON = "application/json"
LINES = ("application/x-ndjson", "application/ndjson")
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_REQUIRED = ("ce-specversion", "ce-type", "ce-id", "ce-source")
"""Headers of which each marks binary mode."""
_TOO_DEEP = "The body is nested too deeply."
_BOM = b"\xef\xbb\xbf"
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
    """The events of a request, by its media type as the CloudEvents HTTP binding says.

    A media type of CloudEvents is structured mode, whatever the headers repeat. Any other with `ce-*` headers
    is binary mode, which has one event with its data as body. JSON without them is taken as structured, an
    array as a batch; NDJSON has an event a line.

    Raises UnsupportedMediaError for another media type, BadInputError for an invalid body.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    media, charset = _media_of(lower.get("content-type", ""))
    body = _utf8(body, charset).removeprefix(_BOM)
    if media == BATCHED:
        return Delivery(_batch(body), single=False)
    if media == STRUCTURED:
        return _structured(body)
    if not media.startswith(OTHER_FORMATS):
        if any(name in lower for name in _REQUIRED):
            return Delivery([_binary(lower, media, body)], single=True)
        if media == JSON:
            is_array = body.lstrip()[:1] == b"["
            return Delivery(_batch(body), single=False) if is_array else _structured(body)
        if media in LINES:
            return Delivery([line for line in body.splitlines() if line.strip()], single=False)
    problem = f"The media type is {media}" if media else "There is no content-type"
    raise UnsupportedMediaError(
        f"{problem}: send {STRUCTURED} (one event), {BATCHED} (a JSON array), {LINES[0]} (an event a line), "
        "or ce-* headers with JSON data."
    )


def _media_of(content_type: str) -> tuple[str, str]:
    """Media type and charset, both in lower case; empty where they are not stated."""
    message = Message()
    message["content-type"] = content_type
    media = content_type.partition(";")[0].strip().lower()
    charset = message.get_param("charset")
    return media, charset.strip().lower() if isinstance(charset, str) else ""


def _utf8(body: bytes, charset: str) -> bytes:
    """The body in UTF-8.

    Raises UnsupportedMediaError for an unknown charset, BadInputError where the body is not in it.
    """
    if charset in ("", "utf-8", "utf8", "us-ascii"):
        return body
    try:
        return body.decode(charset).encode()
    except LookupError:
        raise UnsupportedMediaError(f"The charset {charset!r} is unknown: send UTF-8.") from None
    except UnicodeError as error:
        raise BadInputError(f"The body is not in {charset}: {error}.") from None


def _structured(body: bytes) -> Delivery:
    if not body.strip():
        raise BadInputError("The body is empty: send an event as a JSON object.")
    return Delivery([body], single=True)


def _batch(body: bytes) -> list[bytes]:
    try:
        return [bytes(event) for event in _ARRAY.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"The body is not a JSON array of events: {error}") from error
    except RecursionError:
        raise BadInputError(_TOO_DEEP) from None


def _binary(headers: Mapping[str, str], media: str, body: bytes) -> bytes:
    if media not in ("", JSON, "text/json") and not media.endswith("+json"):
        raise UnsupportedMediaError(f"In binary mode the data is JSON, not {media}.")
    if not body.strip():
        raise BadInputError("The body is empty: in binary mode it is the event's data, a JSON object.")
    try:
        data = _VALUE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"The body is not JSON: {error}") from error
    except RecursionError:
        raise BadInputError(_TOO_DEEP) from None
    attributes: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    return msgspec.json.encode(attributes | {"data": cast("Any", data)})
