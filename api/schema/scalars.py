"""GraphQL scalars: conversion of moments, spans and decimals from and to the model."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, NewType

import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from api.volatile import VolatileMoment, VolatileText
from graph_models.time import (
    LAST_SHOWN,
    Millis,
    OutOfRangeError,
    format_duration,
    moment,
    parse_duration,
    parse_moment,
)

Moment = NewType("Moment", int)
"""Milliseconds since 1970 UTC; GraphQL's DateTime."""

Span = NewType("Span", int)
"""Milliseconds; GraphQL's Duration."""


def moment_of(at: Millis | None) -> Moment | None:
    """The moment; None also for one that never comes."""
    return None if at is None or at > LAST_SHOWN else Moment(at)


def span_of(span: Millis | None) -> Span | None:
    """The span; None also for one that never ends."""
    return None if span is None or span > LAST_SHOWN else Span(span)


def _parse_moment(value: object) -> Moment:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is not a moment such as "2026-03-02T09:10:00Z".')
    try:
        return Moment(parse_moment(value))
    except OutOfRangeError as error:
        raise ValueError(f"{value!r} is {error}.") from None
    except (ValueError, OverflowError):
        raise ValueError(f'{value!r} is not a moment such as "2026-03-02T09:10:00Z".') from None


def _format_moment(value: int) -> str:
    precision = "milliseconds" if value % 1000 else "seconds"
    text = moment(value).isoformat(timespec=precision).removesuffix("+00:00") + "Z"
    return VolatileText(text) if isinstance(value, VolatileMoment) else text


def _parse_span(value: object) -> Span:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is not a duration such as "PT15M".')
    try:
        return Span(parse_duration(value))
    except OutOfRangeError as error:
        raise ValueError(f"{value!r} is {error}.") from None


def _parse_decimal(value: object) -> Decimal:
    is_numeric = isinstance(value, str | int | float) and not isinstance(value, bool)
    try:
        number = Decimal(str(value)) if is_numeric else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(f'{value!r} is not a decimal number such as "129.90".')
    return number


def _identity(value: object) -> object:
    return value


TimeZone = Annotated[
    str | None,
    strawberry.argument(
        description="IANA name of the zone of the times in sentences, such as Europe/Berlin; null: UTC."
    ),
]

SCALARS: dict[object, ScalarDefinition] = {
    Moment: strawberry.scalar(
        name="DateTime",
        description="A moment in ISO 8601, such as 2026-03-02T09:10:00Z; UTC without a zone.",
        serialize=_format_moment,
        parse_value=_parse_moment,
    ),
    Span: strawberry.scalar(
        name="Duration",
        description="A span of time in ISO 8601, such as PT15M or P2D; 15m and 1h30m are accepted too.",
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
        name="JSON", description="Any JSON value.", serialize=_identity, parse_value=_identity
    ),
}
