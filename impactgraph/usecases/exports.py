"""All of a blast radius as rows, for files and other programs: what pages would give, without their limit."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias, TypeVar

from graph_models.enums import OrderSort, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord
from graph_models.orders import Page
from graph_models.time import FOREVER, Millis, format_duration
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.pages import MOST

T = TypeVar("T")
Row: TypeAlias = Mapping[str, str | float | bool | None]


class Export(StrEnum):
    """What rows are of."""

    ORDERS = "orders"
    POSTINGS = "postings"
    NOTIFICATIONS = "notifications"
    TASKS = "tasks"


_KINDS = {
    Export.POSTINGS: RecordKind.POSTING,
    Export.NOTIFICATIONS: RecordKind.NOTIFICATION,
    Export.TASKS: RecordKind.TASK,
}


def rows(answer: Answer, export: Export, sort: OrderSort = OrderSort.PROMISE_ASC) -> Iterator[Row]:
    """One at a time, so that memory does not grow with the answer. Every row of an export has the same fields, `columns`. `sort` is of orders."""
    if export is Export.ORDERS:
        yield from map(_order, _all(lambda after: answer.orders(None, sort, MOST, after)))
    else:
        yield from map(_record, _all(lambda after: answer.records(_KINDS[export], None, None, MOST, after)))


def columns(export: Export) -> tuple[str, ...]:
    return _ORDER if export is Export.ORDERS else _RECORD


def _all(ask: Callable[[str | None], Page[T]]) -> Iterator[T]:
    page = ask(None)
    yield from page.items
    while page.has_next:
        page = ask(page.cursors[-1])
        yield from page.items


_ORDER = (
    "order",
    "fulfillment",
    "band",
    "effect",
    "first_hit",
    "hit_at",
    "likelihood",
    "expected_delay",
    "expected_completion",
    "misses_promise",
    "value",
    "currency",
    "why",
)
_RECORD = (
    "order",
    "fulfillment",
    "type",
    "effect",
    "likelihood",
    "due",
    "expected_at",
    "amount",
    "currency",
    "location",
    "why",
)


def _order(found: AffectedOrder) -> Row:
    return {
        "order": f"order:{found.order}",
        "fulfillment": f"fulfillment:{found.fulfillment}",
        "band": found.band.value,
        "effect": found.effect.value,
        "first_hit": found.first_hit,
        "hit_at": iso(found.hit_at),
        "likelihood": round(found.likelihood, 6),
        "expected_delay": format_duration(found.expected_delay)
        if found.expected_delay is not None and found.expected_delay < FOREVER
        else None,
        "expected_completion": _at(found.expected_completion),
        "misses_promise": found.misses_promise,
        "value": f"{found.value.amount:f}",
        "currency": found.value.currency,
        "why": found.path.sentence,
    }


def _record(found: AffectedRecord) -> Row:
    return {
        "order": f"order:{found.order}",
        "fulfillment": f"fulfillment:{found.fulfillment}",
        "type": found.type,
        "effect": found.effect.value,
        "likelihood": round(found.likelihood, 6),
        "due": _at(found.due),
        "expected_at": _at(found.expected_at),
        "amount": f"{found.amount.amount:f}" if found.amount else None,
        "currency": found.amount.currency if found.amount else None,
        "location": f"location:{found.location}" if found.location else None,
        "why": found.path.sentence,
    }


def _at(at: Millis | None) -> str | None:
    return iso(at) if at is not None and at < FOREVER else None
