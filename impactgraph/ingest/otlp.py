"""Spans of OpenTelemetry as records that mappings read: of OTLP/HTTP, in protobuf or JSON.

Source: the OpenTelemetry protocol 1.x (opentelemetry-proto, docs/specification.md): unknown fields are
ignored; in JSON, ids are hexadecimal, unlike in other protobuf messages.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

import msgspec

from graph_models.time import LAST_MOMENT, moment
from impactgraph.errors import BadInputError
from impactgraph.ingest.json_text import repeated_key, twice

if TYPE_CHECKING:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

PROTOBUF = "application/x-protobuf"
_MISSING = "A source of traces needs a reader, which is not installed: pip install 'impactgraph[otel]'."
_IDS = {"traceId": 16, "spanId": 8, "parentSpanId": 8}
"""Bytes of each id."""
_HEX = re.compile(r"[0-9a-fA-F]*", re.ASCII)
_KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATES = ("unset", "ok", "error")
_DEEPEST_VALUE = 20
"""How deep an attribute may be nested; what is deeper is left out."""


class MalformedTracesError(ValueError):
    """The body is no export of spans; the message is the reason."""


def require_otlp() -> None:
    """Raises BadInputError where the reader is not installed."""
    if find_spec("opentelemetry.proto") is None:
        raise BadInputError(_MISSING)


def spans_in(body: bytes, media: str) -> list[dict[str, Any]]:
    """A record for each span of an export request. Raises MalformedTracesError."""
    request = _from_protobuf(body) if media.partition(";")[0].strip() == PROTOBUF else _from_json(body)
    return [_record(span, resource, scope) for resource, scope, span in _spans(request)]


def _from_protobuf(body: bytes) -> "ExportTraceServiceRequest":
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise MalformedTracesError(f"not an OTLP export in protobuf: {error}") from error
    return request


def _from_json(body: bytes) -> "ExportTraceServiceRequest":
    from google.protobuf.json_format import ParseDict, ParseError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedTracesError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise MalformedTracesError("it is nested too deeply") from error
    if (place := repeated_key(body, content)) is not None:
        raise MalformedTracesError(twice(place))
    if not isinstance(content, dict) or "resourceSpans" not in content:
        raise MalformedTracesError("`resourceSpans` is missing: it is no OTLP export of spans")
    try:
        return ParseDict(
            _with_base64_ids(cast("dict[str, Any]", content)),
            ExportTraceServiceRequest(),
            ignore_unknown_fields=True,
        )
    except (ParseError, RecursionError) as error:
        raise MalformedTracesError(f"not an OTLP export: {error}") from error


def _with_base64_ids(content: dict[str, Any]) -> dict[str, Any]:
    """With the ids of spans as protobuf's JSON has bytes: it would read hexadecimal ids wrongly, without an
    error. Raises MalformedTracesError where an id has another form or length.
    """
    for span in _members(content, "resourceSpans", "scopeSpans", "spans"):
        for holder in (span, *_members(span, "links")):
            for name, length in _IDS.items():
                if name in holder:
                    holder[name] = _base64_id(holder[name], name, length)
    return content


def _members(holder: Mapping[str, Any], *names: str) -> Iterator[dict[str, Any]]:
    """The objects in the list with the last name, in those of the lists before; anything else is passed."""
    members = cast("list[Any]", holder.get(names[0])) if isinstance(holder.get(names[0]), list) else []
    for member in members:
        if isinstance(member, dict):
            each = cast("dict[str, Any]", member)
            if names[1:]:
                yield from _members(each, *names[1:])
            else:
                yield each


def _base64_id(value: object, name: str, length: int) -> str:
    text = "" if value is None else value
    if not isinstance(text, str) or not _HEX.fullmatch(text) or len(text) not in (0, 2 * length):
        raise MalformedTracesError(
            f"{name} is {str(value)[:60]!r}: {2 * length} hexadecimal digits are expected"
        )
    return b64encode(bytes.fromhex(text)).decode()


def _spans(request: "ExportTraceServiceRequest") -> Iterator[tuple[dict[str, Any], str, "Span"]]:
    for group in request.resource_spans:
        resource = _attributes(group.resource.attributes)
        for scope_spans in group.scope_spans:
            for span in scope_spans.spans:
                yield resource, scope_spans.scope.name, span


def _record(span: "Span", resource: dict[str, Any], scope: str) -> dict[str, Any]:
    return {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_span_id": span.parent_span_id.hex() or None,
        "service": str(resource.get("service.name", "")),
        "name": span.name,
        "kind": _word(_KINDS, span.kind),
        "started_at": _moment(span.start_time_unix_nano),
        "ended_at": _moment(span.end_time_unix_nano),
        "status": _word(_STATES, span.status.code),
        "message": span.status.message,
        "attributes": _attributes(span.attributes),
        "resource": resource,
        "scope": scope,
        "events": [
            {
                "name": event.name,
                "time": _moment(event.time_unix_nano),
                "attributes": _attributes(event.attributes),
            }
            for event in span.events
        ],
    }


def _word(words: tuple[str, ...], number: int) -> str:
    """Of an enumeration; the first for numbers of a later version."""
    return words[number] if 0 <= number < len(words) else words[0]


def _moment(nanoseconds: int) -> str | None:
    """ISO 8601 of a time since 1970; None of 0, which stands for an unknown one, and of the far future."""
    at = nanoseconds // 1_000_000
    return moment(at).isoformat() if 0 < at <= LAST_MOMENT else None


def _attributes(pairs: "Iterable[KeyValue]") -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: "AnyValue", depth: int = 0) -> Any:
    kind = value.WhichOneof("value")
    if kind is None or depth > _DEEPEST_VALUE:
        return None
    if kind == "array_value":
        return [_value(each, depth + 1) for each in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value, depth + 1) for pair in value.kvlist_value.values}
    if kind == "bytes_value":
        return b64encode(value.bytes_value).decode()
    return getattr(value, kind)
