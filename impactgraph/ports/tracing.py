"""Traces of our own requests: spans round what takes time, and the context for other systems.

Off unless a process starts tracing; then a span costs a comparison and no more. This module knows no library.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class SpanKind(StrEnum):
    INTERNAL = "internal"
    SERVER = "server"
    """It answers a request."""
    CLIENT = "client"
    """It asks another system."""


class Span(Protocol):
    def set(self, name: str, value: str | int | float | bool) -> None:
        """Sets an attribute; names are those of the semantic conventions of OpenTelemetry."""
        ...

    def fail(self, reason: str) -> None:
        """Marks it as failed."""
        ...


class Tracing(Protocol):
    """Makes spans."""

    def span(
        self, name: str, kind: SpanKind, attributes: Mapping[str, str | int], parent: Mapping[str, str] | None
    ) -> AbstractContextManager[Span]:
        """The current span while the context is open; an exception marks it as failed. `parent`: headers of a
        request whose trace it continues.
        """
        ...

    def headers(self) -> Mapping[str, str]:
        """The W3C trace context of the current span, for a request to another system."""
        ...

    def ids(self) -> Mapping[str, str]:
        """`trace_id` and `span_id` of the current span; empty where there is none."""
        ...


class _NoSpan:
    def set(self, name: str, value: str | int | float | bool) -> None: ...

    def fail(self, reason: str) -> None: ...


_NO_SPAN = nullcontext(_NoSpan())
_tracing: Tracing | None = None


def use(tracing: Tracing | None) -> None:
    """From now on spans of this process are made by `tracing`; None: none are."""
    global _tracing  # noqa: PLW0603 - one for a process, as its logs are
    _tracing = tracing


def is_traced() -> bool:
    return _tracing is not None


def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    parent: Mapping[str, str] | None = None,
    **attributes: str | int,
) -> AbstractContextManager[Span]:
    """A span that lasts as long as the context; `attributes` with `_` for `.` in their names."""
    if _tracing is None:
        return _NO_SPAN
    tags = {key.replace("_", "."): value for key, value in attributes.items()}
    return _tracing.span(name, kind, tags, parent)


def traced(work: Callable[P, T], prefix: str) -> Callable[P, T]:
    """The function, in a span that has its name."""
    if _tracing is None:
        return work
    name = getattr(work, "__name__", type(work).__name__)

    @wraps(work)
    def in_span(*args: P.args, **kwargs: P.kwargs) -> T:
        with span(f"{prefix} {name}"):
            return work(*args, **kwargs)

    return in_span


def outgoing_headers() -> Mapping[str, str]:
    """Headers for a request to another system; empty where nothing is traced."""
    return {} if _tracing is None else _tracing.headers()


def current_ids() -> Mapping[str, str]:
    """For log lines; empty where nothing is traced."""
    return {} if _tracing is None else _tracing.ids()
