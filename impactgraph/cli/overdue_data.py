"""Overdue orders for programs: as JSON with GraphQL's names, or as rows."""

from collections.abc import Iterator, Mapping, Sequence

from graph_models.diagnosis import OverdueGroup
from graph_models.orders import Order, Page
from impactgraph.cli.decode import key_in, nodes_in
from impactgraph.cli.encode import Encoder, Json, iso_duration, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.usecases.failure_input import failure_input
from impactgraph.usecases.overdue import Overdue

_COLUMNS = (
    "order",
    "fulfillment",
    "step",
    "location",
    "entered_at",
    "beyond",
    "channel",
    "region",
    "promised_by",
    "value",
    "currency",
)


def overdue_json(overdue: Overdue, groups: Sequence[OverdueGroup], page: Page[Order]) -> Json:
    """GraphQL's OverdueReport."""
    encoder = Encoder(overdue.at, overdue.topology)
    return {
        "asOf": iso_moment(overdue.at),
        "totalCount": page.total_count,
        "inFlight": overdue.in_flight,
        "groups": encoder.encode(groups),
        "orders": encoder.encode(page),
        "excess": [
            {"order": f"order:{key}", "beyond": iso_duration(beyond)}
            for key, beyond in overdue.beyond([order.key for order in page.items]).items()
        ],
        "inCommon": encoder.encode(overdue.in_common),
        "suspects": [_suspect_json(each, encoder) for each in overdue.suspects],
    }


def _suspect_json(suspect: Suspect, encoder: Encoder) -> Json:
    cause = encoder.encode(suspect.cause)
    cause_keys = ("kind", "likelihood", "element", "evidence", "path")
    return {key: cause[key] for key in cause_keys} | {"failureInput": failure_input(suspect.failure)}


def overdue_rows(report: Json) -> Rows:
    """A row for each overdue fulfillment."""
    return Rows(_COLUMNS, _rows(report))


def _rows(report: Json) -> Iterator[Mapping[str, object]]:
    excess = {each["order"]: each["beyond"] for each in report["excess"]}
    for order in nodes_in(report["orders"]):
        yield from _order_rows(order, excess[order["id"]])


def _order_rows(order: Json, excess: str) -> Iterator[Mapping[str, object]]:
    """A row for each overdue fulfillment of an order; `excess`: how long the order is past its limit."""
    for fulfillment in order["fulfillments"]:
        if fulfillment["overdue"]:
            yield {
                "order": key_in(order["id"]),
                "fulfillment": key_in(fulfillment["id"]),
                "step": fulfillment["step"]["id"].removeprefix("step:") if fulfillment["step"] else None,
                "location": fulfillment["location"]["key"] if fulfillment["location"] else None,
                "entered_at": fulfillment["enteredAt"],
                "beyond": excess,
                "channel": order["channel"],
                "region": order["region"],
                "promised_by": order["promisedBy"],
                "value": fulfillment["value"]["amount"],
                "currency": fulfillment["value"]["currency"],
            }
