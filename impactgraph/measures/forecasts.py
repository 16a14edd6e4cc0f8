"""Forecasts of promises compared with their outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from graph_models.time import Millis


@dataclass(frozen=True, slots=True)
class ForecastOrder:
    """An order that was forecast during an incident."""

    order: str
    """Bare key."""
    miss: float
    """Likelihood that it misses its promise, for whatever reason."""


@dataclass(frozen=True, slots=True)
class ForecastCheck:
    """Of an incident, and of the orders whose promise is over."""

    incident: str
    headline: str
    """Its likeliest cause, in one sentence."""
    at: Millis
    """The moment of the forecast."""
    orders: int
    expected: float
    """Promises missed, as forecast then."""
    happened: int
    """Promises missed."""


def check_forecast(
    incident: str, headline: str, at: Millis, orders: Sequence[ForecastOrder], missed: dict[str, bool]
) -> ForecastCheck | None:
    """`missed`: of each order whose promise is over, whether it was missed. None without such an order."""
    known = [each for each in orders if each.order in missed]
    if not known:
        return None
    miss_count = sum(missed[each.order] for each in known)
    expected = round(fsum(each.miss for each in known), 6)
    return ForecastCheck(incident, headline, at, len(known), expected, miss_count)
