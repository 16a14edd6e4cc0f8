"""Filters: an item passes if it has any of the values of each field."""

from collections.abc import Iterable
from decimal import Decimal

import strawberry

from api.schema.enums import Band, Effect, FailureClass, OrderStatus, Severity
from api.schema.scalars import Moment
from graph_models import orders
from graph_models.ids import key_of
from impactgraph.usecases import failures
from impactgraph.usecases.validation import element_id


@strawberry.input(
    description="Filter of orders: any of the values of a field, and all fields; null does not restrict."
)
class OrderFilter:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Orders by full id or bare key."
    )
    channels: list[str] | None = strawberry.field(default=None, description="Channels.")
    modes: list[str] | None = strawberry.field(default=None, description="Fulfillment modes.")
    regions: list[str] | None = strawberry.field(default=None, description="The orders' regions.")
    locations: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Locations of their fulfillments, by full id or bare key."
    )
    workflows: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Workflows of their fulfillments, by full id or bare key."
    )
    steps: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Steps that their fulfillments are in, such as step:ship-from-store/pick."
    )
    tiers: list[str] | None = strawberry.field(default=None, description="Customer tiers.")
    currencies: list[str] | None = strawberry.field(default=None, description="Currencies.")
    carriers: list[str] | None = strawberry.field(
        default=None, description="Values of their attribute `carrier`."
    )
    suppliers: list[str] | None = strawberry.field(
        default=None, description="Values of their attribute `supplier`."
    )
    min_value: Decimal | None = strawberry.field(
        default=None, description="Minimum value, in the order's own currency."
    )
    placed_from: Moment | None = strawberry.field(default=None, description="Placed at or after.")
    placed_to: Moment | None = strawberry.field(default=None, description="Placed before.")
    promised_before: Moment | None = strawberry.field(default=None, description="Promised before.")
    statuses: list[OrderStatus] | None = strawberry.field(default=None, description="Their status.")
    systems: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Systems that the steps of their fulfillments in flight run on, by full id or bare key.",
    )
    bands: list[Band] | None = strawberry.field(default=None, description="How the failure affects them.")
    effects: list[Effect] | None = strawberry.field(default=None, description="The first effect on them.")
    will_miss_promise: bool | None = strawberry.field(
        default=None, description="Whether they are expected to miss their promise because of the failure."
    )


@strawberry.input(
    description="Filter of failures: any of the values of a field, and all fields; null does not restrict."
)
class FailureFilter:
    targets: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Full ids of the failed elements."
    )
    classes: list[FailureClass] | None = strawberry.field(default=None, description="Their classes.")
    severities: list[Severity] | None = strawberry.field(default=None, description="Their severities.")
    since: Moment | None = strawberry.field(default=None, name="from", description="Started at or after.")
    until: Moment | None = strawberry.field(default=None, name="to", description="Started before.")


def filter_of(where: OrderFilter | None) -> orders.OrderFilter:
    """The model's filter, with bare keys."""
    if where is None:
        return orders.ANY_ORDER
    return orders.OrderFilter(
        ids=_keys(where.ids, "order"),
        channels=_tuple(where.channels),
        modes=_tuple(where.modes),
        regions=_tuple(where.regions),
        locations=_keys(where.locations, "location"),
        workflows=_keys(where.workflows, "workflow"),
        steps=_keys(where.steps, "step"),
        tiers=_tuple(where.tiers),
        currencies=_tuple(where.currencies),
        carriers=_tuple(where.carriers),
        suppliers=_tuple(where.suppliers),
        min_value=where.min_value,
        placed_from=where.placed_from,
        placed_to=where.placed_to,
        promised_before=where.promised_before,
        statuses=tuple(where.statuses) if where.statuses is not None else None,
        systems=_keys(where.systems, "system"),
        bands=tuple(where.bands) if where.bands is not None else None,
        effects=tuple(where.effects) if where.effects is not None else None,
        will_miss_promise=where.will_miss_promise,
    )


def failure_filter_of(where: FailureFilter | None) -> failures.FailureFilter:
    if where is None:
        return failures.FailureFilter()
    return failures.FailureFilter(
        targets=tuple(element_id(target) for target in where.targets) if where.targets is not None else None,
        classes=tuple(where.classes) if where.classes is not None else None,
        severities=tuple(where.severities) if where.severities is not None else None,
        since=where.since,
        until=where.until,
    )


def _tuple(values: Iterable[str] | None) -> tuple[str, ...] | None:
    return tuple(values) if values is not None else None


def _keys(identifiers: Iterable[str] | None, kind: str) -> tuple[str, ...] | None:
    return tuple(key_of(identifier, kind) for identifier in identifiers) if identifiers is not None else None
