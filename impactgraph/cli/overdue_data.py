"""Overdue orders for programs: as JSON with GraphQL's names, or as rows."""

from collections.abc import Iterator, Mapping, Sequence

from graph_models.diagnosis import OverdueGroup
from graph_models.orders import Order, Page
from impactgraph.cli.encode import Encoder, Json, amount_text, iso_duration, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.usecases.failure_input import failure_input
from impactgraph.usecases.overdue import Overdue
from impactgraph.usecases.pages import MOST

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
        "groups": encoder.encode(groups),
        "orders": encoder.encode(page),
        "inCommon": encoder.encode(overdue.in_common),
        "suspects": [_suspect_json(each, encoder) for each in overdue.suspects],
    }


def _suspect_json(suspect: Suspect, encoder: Encoder) -> Json:
    cause = encoder.encode(suspect.cause)
    cause_keys = ("kind", "likelihood", "element", "evidence", "path")
    return {key: cause[key] for key in cause_keys} | {"failureInput": failure_input(suspect.failure)}


def overdue_rows(overdue: Overdue) -> Rows:
    """A row for each overdue fulfillment."""
    return Rows(_COLUMNS, _rows(overdue))


def _rows(overdue: Overdue) -> Iterator[Mapping[str, object]]:
    after: str | None = None
    while True:
        page = overdue.orders(MOST, after)
        excess = overdue.beyond([order.key for order in page.items])
        for order in page.items:
            yield from _order_rows(order, iso_duration(excess[order.key]))
        if not page.has_next:
            return
        after = page.cursors[-1]


def _order_rows(order: Order, excess: str | None) -> Iterator[Mapping[str, object]]:
    """A row for each overdue fulfillment of an order; `excess`: how long the order is past its limit."""
    for fulfillment in order.fulfillments:
        if fulfillment.overdue:
            yield {
                "order": order.key,
                "fulfillment": fulfillment.key,
                "step": f"{fulfillment.workflow}/{fulfillment.step}",
                "location": fulfillment.location,
                "entered_at": iso_moment(fulfillment.entered_at),
                "beyond": excess,
                "channel": order.channel,
                "region": order.region,
                "promised_by": iso_moment(order.promised_by),
                "value": amount_text(fulfillment.value),
                "currency": fulfillment.value.currency,
            }
