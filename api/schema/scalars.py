"""Moments, spans and decimals between the words of GraphQL and those of the model."""

from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from api.ticking import Ticked, Ticking
from graph_models.time import FOREVER, Millis, format_duration, moment, parse_duration, parse_moment

Moment = NewType("Moment", int)
"""Milliseconds since 1970 UTC; GraphQL's DateTime."""

Span = NewType("Span", int)
"""Milliseconds; GraphQL's Duration."""


def when(at: Millis | None) -> Moment | None:
    """None too for what never comes."""
    return None if at is None or at >= FOREVER else Moment(at)


def lasting(span: Millis | None) -> Span | None:
    """None too for what never ends."""
    return None if span is None or span >= FOREVER else Span(span)


def _parse_moment(value: object) -> Moment:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is not a moment such as "2026-03-02T09:10:00Z".')
    try:
        return Moment(parse_moment(value))
    except (ValueError, OverflowError):
        raise ValueError(f'{value!r} is not a moment such as "2026-03-02T09:10:00Z".') from None


def _say_moment(value: int) -> str:
    said = (
        moment(value).isoformat(timespec="milliseconds" if value % 1000 else "seconds").removesuffix("+00:00")
        + "Z"
    )
    return Ticked(said) if isinstance(value, Ticking) else said


def _parse_span(value: object) -> Span:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is not a duration such as "PT15M".')
    span = parse_duration(value)
    if span >= FOREVER:
        raise ValueError(f"{value!r} is too long.")
    return Span(span)


def _parse_decimal(value: object) -> Decimal:
    try:
        number = (
            Decimal(str(value))
            if isinstance(value, str | int | float) and not isinstance(value, bool)
            else None
        )
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(f'{value!r} is not a decimal number such as "129.90".')
    return number


def _as_it_is(value: object) -> object:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    Moment: strawberry.scalar(
        name="DateTime",
        description="A moment in ISO 8601, such as 2026-03-02T09:10:00Z; without a zone it is UTC.",
        serialize=_say_moment,
        parse_value=_parse_moment,
    ),
    Span: strawberry.scalar(
        name="Duration",
        description="A span of time in ISO 8601, such as PT15M or P2D; 15m and 1h30m are taken too.",
        serialize=format_duration,
        parse_value=_parse_span,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a string, such as "129.90".',
        serialize="{:f}".format,
        parse_value=_parse_decimal,
    ),
    JSON: strawberry.scalar(
        name="JSON", description="Any JSON value.", serialize=_as_it_is, parse_value=_as_it_is
    ),
}
