"""Complete lists of a blast radius as flat rows, for files and other programs."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias, TypeVar

from graph_models.enums import OrderSort, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord
from graph_models.time import LAST_SHOWN, Millis, format_duration
from impactgraph.impact.lists import KeptList
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.pages import MOST

T = TypeVar("T")
Row: TypeAlias = Mapping[str, str | float | bool | None]


class Export(StrEnum):
    """Lists that can be exported."""

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
    """Yields the rows of an export one by one, so that memory does not grow with the answer.

    Every row has the fields `columns(export)`. `sort` applies to orders.
    """
    if export is Export.ORDERS:
        yield from map(_order, _all(answer.order_list(None, sort)))
    else:
        yield from map(_record, _all(answer.record_list(_KINDS[export])))


def columns(export: Export) -> tuple[str, ...]:
    return _ORDER if export is Export.ORDERS else _RECORD


def _all(every: KeptList[T]) -> Iterator[T]:
    page = every.page(MOST, None)
    yield from page.items
    while page.has_next:
        page = every.page(MOST, page.cursors[-1])
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
    "miss_likelihood",
    "late_anyway",
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


def _order(order: AffectedOrder) -> Row:
    return {
        "order": f"order:{order.order}",
        "fulfillment": f"fulfillment:{order.fulfillment}",
        "band": order.band.value,
        "effect": order.effect.value,
        "first_hit": order.first_hit,
        "hit_at": iso(order.hit_at),
        "likelihood": round(order.likelihood, 6),
        "expected_delay": format_duration(order.expected_delay)
        if order.expected_delay is not None and order.expected_delay <= LAST_SHOWN
        else None,
        "expected_completion": _at(order.expected_completion),
        "misses_promise": order.misses_promise,
        "miss_likelihood": round(order.miss_likelihood, 6),
        "late_anyway": round(order.late_anyway, 6),
        "value": f"{order.value.amount:f}",
        "currency": order.value.currency,
        "why": order.path.sentence,
    }


def _record(record: AffectedRecord) -> Row:
    return {
        "order": f"order:{record.order}",
        "fulfillment": f"fulfillment:{record.fulfillment}",
        "type": record.type,
        "effect": record.effect.value,
        "likelihood": round(record.likelihood, 6),
        "due": _at(record.due),
        "expected_at": _at(record.expected_at),
        "amount": f"{record.amount.amount:f}" if record.amount else None,
        "currency": record.amount.currency if record.amount else None,
        "location": f"location:{record.location}" if record.location else None,
        "why": record.path.sentence,
    }


def _at(at: Millis | None) -> str | None:
    return iso(at) if at is not None and at <= LAST_SHOWN else None
