"""Moments, durations and amounts in JSON, as GraphQL has them."""

from typing import Any, TypeAlias

from graph_models.money import Money
from graph_models.time import LAST_SHOWN, Millis, format_duration, moment

Json: TypeAlias = dict[str, Any]


def iso_moment(at: Millis | None) -> str | None:
    """ISO 8601 in UTC; None also for what never happens."""
    if at is None or at > LAST_SHOWN:
        return None
    precision = "milliseconds" if at % 1000 else "seconds"
    return moment(at).isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def iso_duration(duration: Millis | None) -> str | None:
    """ISO 8601; None also for what never ends."""
    return None if duration is None or duration > LAST_SHOWN else format_duration(duration)


def amount_text(amount: Money | None) -> str | None:
    """The amount without its currency, in decimals."""
    return None if amount is None else f"{amount.amount:f}"
