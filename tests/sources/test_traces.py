"""Spans over OTLP/HTTP: what becomes of them, in protobuf and in JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from api.app import create_app
from api.services import Services
from impactgraph.errors import BadInputError
from impactgraph.ingest.otlp import PROTOBUF, MalformedTracesError, spans_in
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.sources.config import Secret, TracesSource
from impactgraph.sources.format import parse_sources
from impactgraph.sources.live_sources import FollowedSources, document_translators
from impactgraph.sources.replay import replay_documents
from tests.functional.http.serving import served
from tests.sources.shop import NOW, orders_in, small_store

SECONDS = NOW // 1_000
TRACE, SPAN = "5B8EFFF798038103D269B633813FC60C", "EEE19B7EC3C1B174"
MAPPING = """
version: 2
source: /traces
id: "{trace_id}/{span_id}"
time: "{started_at}"
order: '{attributes."shop.order.id"}'
rules:
  orders:
    when: name == 'place order'
    order.placed:
      {channel: web, mode: bopis, currency: EUR, value: '{attributes."shop.total"}', fulfillments: collect}
"""
AUTHORIZED = {"authorization": "Bearer otlp"}


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "traces.yaml"
    path.write_text(MAPPING)
    return path


@pytest.fixture
def config(mapping: Path, monkeypatch: pytest.MonkeyPatch) -> TracesSource:
    monkeypatch.setenv("OTLP_SECRET", "otlp")
    return TracesSource("spans", mapping, (Secret(env="OTLP_SECRET"),))


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def http(store: Store, config: TracesSource) -> Iterator[httpx.Client]:
    sources = FollowedSources([config], store, now=lambda: NOW)
    app = create_app(store, Settings(max_body=50_000), now=lambda: NOW, services=Services(sources))
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def span(order: str | None, number: int = 0, name: str = "place order", **more: Any) -> dict[str, Any]:
    attributes = [{"key": "shop.total", "value": {"doubleValue": 12.5}}]
    if order:
        attributes.append({"key": "shop.order.id", "value": {"stringValue": order}})
    return {
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "name": name,
        "kind": 2,
        "startTimeUnixNano": str((SECONDS - 60) * 10**9),
        "endTimeUnixNano": str((SECONDS - 59) * 10**9),
        "attributes": attributes,
        **more,
    }


def export(*spans: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]}


def binary(*orders: str) -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    for number, order in enumerate(orders):
        one = group.scope_spans.add().spans.add()
        one.trace_id, one.span_id = bytes.fromhex(TRACE), number.to_bytes(8, "big")
        one.name, one.start_time_unix_nano = "place order", (SECONDS - 60) * 10**9
        one.attributes.append(KeyValue(key="shop.order.id", value=AnyValue(string_value=order)))
        one.attributes.append(KeyValue(key="shop.total", value=AnyValue(int_value=12)))
    return request.SerializeToString()


def test_spans_in_json_become_events(http: httpx.Client, store: Store) -> None:
    body = export(span("O-1", 1), span("O-2", 2), span(None, 3, "look at it"))
    response = http.post("/v1/traces", json=body, headers=AUTHORIZED)

    assert (response.status_code, response.json()) == (200, {})
    assert orders_in(store, ["O-1", "O-2"]) == ["O-1", "O-2"]
    assert store.source_progress()["spans"].passed == 1


def test_spans_in_protobuf_become_events(http: httpx.Client, store: Store) -> None:
    response = http.post(
        "/v1/traces", content=binary("O-1", "O-2"), headers=AUTHORIZED | {"content-type": PROTOBUF}
    )

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == PROTOBUF
    assert orders_in(store, ["O-1", "O-2"]) == ["O-1", "O-2"]


def test_both_forms_say_the_same(http: httpx.Client, store: Store) -> None:
    http.post("/v1/traces", json=export(span("O-1", 0)), headers=AUTHORIZED)
    http.post("/v1/traces", content=binary("O-1"), headers=AUTHORIZED | {"content-type": PROTOBUF})

    progress = store.source_progress()["spans"]
    assert (progress.taken, progress.repeated) == (1, 1)


def test_the_exporter_of_opentelemetry_can_send(store: Store, config: TracesSource) -> None:
    sources = FollowedSources([config], store, now=lambda: NOW)
    with served(create_app(store, Settings(), now=lambda: NOW, services=Services(sources))) as address:
        exporter = OTLPSpanExporter(f"{address}/v1/traces", headers={"Authorization": "Bearer otlp"})
        provider = TracerProvider(resource=Resource({"service.name": "shop"}))
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        attributes = {"shop.order.id": "O-1", "shop.total": 12.5}
        started = provider.get_tracer("shop").start_span(
            "place order", attributes=attributes, start_time=(SECONDS - 60) * 10**9
        )
        started.end()
        provider.shutdown()

    assert orders_in(store, ["O-1"]) == ["O-1"]


def test_a_span_that_is_refused_holds_up_no_other(http: httpx.Client, store: Store) -> None:
    response = http.post("/v1/traces", json=export(span(None, 1), span("O-2", 2)), headers=AUTHORIZED)

    assert response.status_code == 200
    assert orders_in(store, ["O-2"]) == ["O-2"]
    assert [json.loads(each.text)["span_id"] for each in store.quarantined()] == [f"{1:016x}"]


def test_a_refused_span_is_mapped_again_by_a_corrected_mapping(
    http: httpx.Client, store: Store, config: TracesSource
) -> None:
    http.post("/v1/traces", json=export(span(None, 1)), headers=AUTHORIZED)
    config.mapping.write_text(MAPPING.replace("""'{attributes."shop.order.id"}'""", """'O-{span_id}'"""))

    replay_documents(store, document_translators([config]))

    assert orders_in(store, [f"O-{1:016x}"]) == [f"O-{1:016x}"]
    assert not store.quarantined()


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"{}", "application/json"),
        (b"\xff\xff\xff", PROTOBUF),
        (b"[" * 10_000, "application/json"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "no hex"}]}]}]}', "application/json"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 5}]}]}]}', "application/json"),
        (b'{"resourceSpans": 5}', "application/json"),
    ],
)
def test_what_is_no_export_is_quarantined_and_accepted(
    http: httpx.Client, store: Store, body: bytes, media: str
) -> None:
    response = http.post("/v1/traces", content=body, headers=AUTHORIZED | {"content-type": media})

    assert response.status_code == 200
    assert len(store.quarantined()) == 1


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"authorization": "Bearer other"}, 403)])
def test_the_sender_must_prove_who_it_is(http: httpx.Client, headers: dict[str, str], status: int) -> None:
    assert http.post("/v1/traces", json=export(span("O-1")), headers=headers).status_code == status


def test_a_body_may_be_too_large(http: httpx.Client) -> None:
    assert http.post("/v1/traces", content=b" " * 60_000, headers=AUTHORIZED).status_code == 413


def test_without_such_a_source_there_is_no_address(store: Store) -> None:
    app = create_app(store, Settings(), now=lambda: NOW)
    with served(app) as address:
        assert httpx.post(f"{address}/v1/traces", json=export(), timeout=60).status_code == 404


def test_a_file_of_sources_declares_it(tmp_path: Path) -> None:
    text = "sources:\n  spans: {kind: traces, mapping: m.yaml, secrets: [{env: A}]}\n"

    (source,) = parse_sources(text)

    assert source == TracesSource("spans", Path("m.yaml"), (Secret(env="A"),))
    with pytest.raises(BadInputError, match="`mapping` is missing"):
        parse_sources(text.replace("mapping: m.yaml, ", ""))


def test_ids_in_json_are_hexadecimal() -> None:
    child = span("O-1") | {"spanId": SPAN, "parentSpanId": SPAN}
    (record,) = spans_in(json.dumps(export(child)).encode(), "application/json")

    assert record["trace_id"] == TRACE.lower()
    assert record["span_id"] == record["parent_span_id"] == SPAN.lower()


def test_a_record_says_what_the_span_says() -> None:
    error = span("O-1", status={"code": 2, "message": "no stock"}, kind=3) | {
        "unknownField": {"a": [1]},
        "events": [{"name": "exception", "timeUnixNano": str(SECONDS * 10**9)}],
    }
    error["attributes"] += [
        {"key": "list", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"boolValue": True}]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [{"key": "a", "value": {"stringValue": "b"}}]}}},
        {"key": "none", "value": {}},
    ]
    (record,) = spans_in(json.dumps(export(error)).encode(), "application/json")

    assert (record["service"], record["kind"], record["status"]) == ("shop", "client", "error")
    assert record["message"] == "no stock"
    assert record["attributes"]["list"] == [1, True]
    assert record["attributes"]["map"] == {"a": "b"}
    assert record["attributes"]["none"] is None
    assert record["events"][0]["name"] == "exception"


@given(st.binary(max_size=200), st.sampled_from([PROTOBUF, "application/json", "text/plain", ""]))
def test_any_body_is_read_or_refused(body: bytes, media: str) -> None:
    try:
        spans = spans_in(body, media)
    except MalformedTracesError as error:
        assert str(error)
    else:
        assert isinstance(spans, list)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *"ab",
                    "key",
                    "value",
                    "spans",
                    "scopeSpans",
                    "traceId",
                    "attributes",
                    "stringValue",
                    "arrayValue",
                    "values",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(JSON)
def test_any_json_under_an_export_is_read_or_refused(content: Any) -> None:
    body = json.dumps({"resourceSpans": content}).encode()
    try:
        spans_in(body, "application/json")
    except MalformedTracesError as error:
        assert str(error)
