"""Traces of requests, as a collector receives them over OTLP."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from impactgraph.cli.tracing import traces
from impactgraph.ports import tracing
from impactgraph.ports.tracing import outgoing_headers, span
from tests.functional.cli.running import COMMAND, environment
from tests.receiver import receiver

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CONTEXT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@contextmanager
def collector(spans: list[Span]) -> Iterator[str]:
    """The endpoint of a collector that appends what it receives."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                names = {each.key: each.value.string_value for each in resource.resource.attributes}
                assert names["service.name"] == "impactgraph"
                spans.extend(each for scope in resource.scope_spans for each in scope.spans)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def texts(one: Span) -> dict[str, str | int]:
    return {each.key: each.value.string_value or each.value.int_value for each in one.attributes}


def test_a_request_continues_the_trace_of_its_sender_down_to_the_use_case(tmp_path: Path) -> None:
    spans: list[Span] = []
    with collector(spans) as endpoint:
        process = subprocess.Popen(
            [COMMAND, "serve", "--store", str(tmp_path / "store"), "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(OTEL_EXPORTER_OTLP_ENDPOINT=endpoint),
        )
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        query = {"query": "{ failures { totalCount } }"}
        httpx.post(f"{address}graphql", json=query, headers=CONTEXT)
        httpx.post(f"{address}events", content=b"{}", headers={"content-type": "application/x-ndjson"})
        process.terminate()
        process.wait(60)

    by_name = {each.name: each for each in spans}
    request, operation = by_name["POST /graphql"], by_name["graphql"]
    use_case = next(each for each in spans if each.name.startswith("use case "))
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert operation.parent_span_id == request.span_id
    assert (use_case.trace_id, use_case.parent_span_id) == (request.trace_id, operation.span_id)
    assert texts(operation)["graphql.field"] == "failures"
    assert texts(request)["http.response.status_code"] == 200
    assert by_name["POST /events"].trace_id.hex() != TRACE
    assert "store ingest" in by_name


def test_a_request_to_another_system_has_the_context_of_its_span(monkeypatch: pytest.MonkeyPatch) -> None:
    spans: list[Span] = []
    with collector(spans) as endpoint, receiver() as other:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        with traces(), span("notice", tracing.SpanKind.CLIENT, server_address="desk"):
            httpx.post(f"http://{other.address}", headers=dict(outgoing_headers()))

    [sent] = spans
    assert other.taken[0].headers["traceparent"] == f"00-{sent.trace_id.hex()}-{sent.span_id.hex()}-03"
    assert (sent.kind, texts(sent)) == (Span.SPAN_KIND_CLIENT, {"server.address": "desk"})


def test_a_failed_span_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    spans: list[Span] = []
    with collector(spans) as endpoint:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{endpoint}/v1/traces")
        with traces(), pytest.raises(OSError, match="no route"), span("work"):
            raise OSError("no route")

    assert "no route" in spans[0].status.message


@pytest.mark.parametrize("disabled", [False, True], ids=["no endpoint", "switched off"])
def test_without_configuration_nothing_is_traced_and_no_library_is_imported(disabled: bool) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}
    script = """
import sys
from impactgraph.cli.tracing import traces
from impactgraph.ports.tracing import is_traced, outgoing_headers, span
with traces(), span("a") as a, span("b") as b:
    assert a is b
    print(is_traced(), outgoing_headers(), [each for each in sys.modules if each.startswith("opentelemetry")])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(**(settings if disabled else {})),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split(maxsplit=2) == ["False", "{}", "[]\n"]
