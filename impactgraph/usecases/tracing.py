"""Tracing for the API: spans and traced functions."""

from impactgraph.ports.tracing import Span, SpanKind, is_traced, span, traced

__all__ = ["Span", "SpanKind", "is_traced", "span", "traced"]
