"""Complete repair lists as flat rows, in the form that other programs take."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from graph_models.money import Money
from graph_models.repair import Communication, PressingOrder, ReplayItem
from graph_models.time import LAST_SHOWN, Millis, format_duration
from impactgraph.usecases.exports import Row
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.repair import Repair


class RepairExport(StrEnum):
    """Which list; the names of the commands."""

    REPLAY = "replay"
    MESSAGES = "messages"
    FIRST = "first"


def repair_rows(lists: Repair, export: RepairExport) -> Iterator[Row]:
    """All items in the order of the list, without a limit. Of replays those that are left first, then those
    that are checked off. Every row has the fields `repair_columns(export)`.
    """
    match export:
        case RepairExport.REPLAY:
            yield from map(_replay, (*lists.replay.items, *lists.replay.done))
        case RepairExport.MESSAGES:
            yield from map(_communication, lists.communications.items)
        case RepairExport.FIRST:
            yield from map(_pressing, lists.pressing.items)


def repair_columns(export: RepairExport) -> tuple[str, ...]:
    return _COLUMNS[export]


_COLUMNS = {
    RepairExport.REPLAY: (
        "system",
        "integration",
        "queue",
        "order",
        "fulfillment",
        "kind",
        "type",
        "reason",
        "since",
        "amount",
        "currency",
        "documents",
        "likelihood",
        "why",
        "takes",
        "done_at",
    ),
    RepairExport.MESSAGES: (
        "action",
        "reason",
        "order",
        "type",
        "notice",
        "language",
        "channel",
        "timezone",
        "due",
        "likelihood",
        "kind",
        "stage",
        "arrival",
        "old_promise",
        "new_promise",
        "expected_at",
        "value",
        "currency",
        "may_say",
        "text",
    ),
    RepairExport.FIRST: (
        "location",
        "step",
        "order",
        "fulfillment",
        "slack",
        "start_at",
        "left_to_do",
        "promised_by",
        "miss_likelihood",
        "value",
        "currency",
    ),
}


def _replay(item: ReplayItem) -> Row:
    return {
        "system": item.system,
        "integration": item.integration,
        "queue": item.queue,
        "order": f"order:{item.order}",
        "fulfillment": f"fulfillment:{item.fulfillment}",
        "kind": item.kind.value if item.kind is not None else "order",
        "type": item.type,
        "reason": item.reason.value,
        "since": iso(item.since),
        **_money("amount", item.value),
        "documents": " ".join(item.documents) or None,
        "likelihood": item.likelihood,
        "why": item.why,
        "takes": item.takes,
        "done_at": _at(item.done_at),
    }


def _communication(item: Communication) -> Row:
    """Without ids that a customer has not seen."""
    facts = item.facts
    return {
        "action": item.action.value,
        "reason": item.reason.value,
        "order": f"order:{item.order}",
        "type": item.type,
        "notice": item.notice.value if item.notice is not None else None,
        "language": item.language,
        "channel": item.channel or None,
        "timezone": item.timezone,
        "due": _at(item.due),
        "likelihood": item.likelihood,
        "kind": facts["kind"],
        "stage": facts["stage"],
        "arrival": facts["arrival"],
        "old_promise": facts["promisedBy"],
        "new_promise": facts["expectedBy"],
        "expected_at": facts["expectedAt"],
        **_money("value", item.value),
        "may_say": item.may_say or None,
        "text": item.text,
    }


def _pressing(order: PressingOrder) -> Row:
    return {
        "location": f"location:{order.location}" if order.location else None,
        "step": order.step,
        "order": f"order:{order.order}",
        "fulfillment": f"fulfillment:{order.fulfillment}",
        "slack": format_duration(order.slack),
        "start_at": iso(order.start_at),
        "left_to_do": format_duration(order.left_to_do),
        "promised_by": iso(order.promised_by),
        "miss_likelihood": order.miss_likelihood,
        **_money("value", order.value),
    }


def _money(name: str, money: Money | None) -> dict[str, Any]:
    return {
        name: f"{money.amount:f}" if money is not None else None,
        "currency": money.currency if money is not None else None,
    }


def _at(at: Millis | None) -> str | None:
    return iso(at) if at is not None and at <= LAST_SHOWN else None
