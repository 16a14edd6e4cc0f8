"""Filters and scopes in words, as the command line takes them."""

from collections.abc import Sequence
from dataclasses import fields
from enum import StrEnum
from typing import cast

from graph_models.orders import OrderFilter
from graph_models.scope import Scope
from graph_models.time import moment

_MOST = 4
"""Values of one dimension that are named."""
_MOMENTS = ("placed_from", "placed_to", "promised_before")


def say_filter(where: OrderFilter) -> str:
    """Such as `channels=web,app; min-value=100`; empty where it keeps every order."""
    limits = {each.name: getattr(where, each.name) for each in fields(where)}
    return "; ".join(_limit(name, value) for name, value in limits.items() if value is not None)


def say_scope(scope: Scope) -> str:
    """Such as `regions=emea; channels=web`; empty where it is unlimited."""
    return "; ".join(say_limit(name, values) for name, values in scope.limits)


def say_limit(name: str, values: Sequence[str]) -> str:
    """Such as `regions=emea,apac`; of many values the first ones."""
    more = f" and {len(values) - _MOST:,} more" if len(values) > _MOST else ""
    return f"{name}={','.join(values[:_MOST])}{more}"


def _limit(name: str, value: object) -> str:
    label = "orders" if name == "ids" else name.replace("_", "-")
    if name in _MOMENTS and isinstance(value, int):
        return f"{label}={moment(value):%Y-%m-%dT%H:%MZ}"
    if isinstance(value, tuple):
        values = cast("tuple[str, ...]", value)
        texts = [each.value.lower() if isinstance(each, StrEnum) else each for each in values]
        return say_limit(label, texts)
    return f"{label}={str(value).lower()}"
