"""Logs of a process that runs for long: one form for ours and those of libraries, on standard error."""

import logging
import signal
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import structlog

from impactgraph.ports.tracing import current_ids
from impactgraph.settings import Settings

OWN = "impactgraph"
SILENT = ("apprise",)
"""Libraries that would log addresses with secrets in them; what they say goes where it is needed."""
LIBRARIES = logging.WARNING
"""Level of everything but our own logs."""


def configure_logs(settings: Settings) -> None:
    """Writes all logs as the settings say, in lines of text or of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared_processors(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(is_json=settings.log_format == "json"),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(LIBRARIES)
    for name, level in settings.log_levels.items():
        logging.getLogger(name).setLevel(level.upper())
    for name in SILENT:
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _shared_processors() -> list[structlog.typing.Processor]:
    """Of our logs and of those of libraries."""
    return [
        structlog.contextvars.merge_contextvars,
        _add_trace,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderers(*, is_json: bool) -> list[structlog.typing.Processor]:
    if is_json:
        to_json = structlog.processors.JSONRenderer(default=str)
        return [structlog.processors.format_exc_info, _with_usual_names, to_json]
    # Without the values of variables, which may be secrets or personal: the default of structlog shows them.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _add_trace(_logger: Any, _method: str, event: structlog.typing.EventDict) -> Mapping[str, Any]:
    """Adds the ids of the current span, where requests are traced."""
    return {**event, **current_ids()}


def _with_usual_names(_logger: Any, _method: str, event: structlog.typing.EventDict) -> Mapping[str, Any]:
    """With the names that collectors of logs expect."""
    names = {"timestamp": "time", "event": "message"}
    return {names.get(name, name): value for name, value in event.items()}


@contextmanager
def debugged_by_signal() -> Generator[None]:
    """SIGUSR1 switches our logs to debug, and back; only where there is such a signal, and in the main
    thread.
    """
    number: signal.Signals | None = getattr(signal, "SIGUSR1", None)
    if number is None:
        yield
        return
    logger = logging.getLogger(OWN)
    before = logger.level

    def switch(_number: int, _frame: FrameType | None) -> None:
        logger.setLevel(before if logger.level == logging.DEBUG else logging.DEBUG)

    handler = signal.signal(number, switch)
    try:
        yield
    finally:
        signal.signal(number, handler)
