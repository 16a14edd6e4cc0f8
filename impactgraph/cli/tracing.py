"""Starts tracing where the environment says where to send traces, as OpenTelemetry has it."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from impactgraph.errors import BadInputError
from impactgraph.ports import tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_DISABLED = "OTEL_SDK_DISABLED"
_MISSING = (
    "{name} is set, and the libraries that send traces are not installed: pip install 'impactgraph[otel]'."
)


@contextmanager
def traces() -> Generator[None]:
    """Sends traces while the context is open, where an endpoint is named; nothing is imported otherwise.

    Raises BadInputError where the libraries are missing.
    """
    endpoint = next((name for name in ENDPOINTS if os.environ.get(name)), None)
    if endpoint is None or os.environ.get(_DISABLED, "").lower() == "true":
        yield
        return
    if find_spec("opentelemetry.exporter.otlp.proto.http") is None:
        raise BadInputError(_MISSING.format(name=endpoint))
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    own = version("impactgraph")
    names = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "impactgraph"), "service.version": own}
    provider = TracerProvider(resource=Resource.create(names))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracing.use(OpenTelemetry(provider.get_tracer("impactgraph", own)))
    try:
        yield
    finally:
        tracing.use(None)
        provider.shutdown()


class OpenTelemetry:
    """Implements `impactgraph.ports.tracing.Tracing`."""

    def __init__(self, tracer: "Tracer") -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer = tracer
        self._trace = trace
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self,
        name: str,
        kind: tracing.SpanKind,
        attributes: Mapping[str, str | int],
        parent: Mapping[str, str] | None,
    ) -> Generator[tracing.Span]:
        with self._tracer.start_as_current_span(
            name,
            context=None if parent is None else self._propagator.extract(parent),
            kind=self._trace.SpanKind[kind.name],
            attributes=attributes,
        ) as span:
            yield _OpenSpan(span)

    def headers(self) -> Mapping[str, str]:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier

    def ids(self) -> Mapping[str, str]:
        context = self._trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


class _OpenSpan:
    def __init__(self, span: "Span") -> None:
        self._span = span

    def set(self, name: str, value: str | int | float | bool) -> None:
        self._span.set_attribute(name, value)

    def fail(self, reason: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_status(StatusCode.ERROR, reason)
