"""Values of a document in the shape of GraphQL, for texts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from graph_models.estimates import Estimate, MoneyEstimate
from graph_models.money import Money
from graph_models.time import Millis, printed_duration, printed_moment
from impactgraph.errors import Problem


def moment_in(text: str | None) -> Millis | None:
    """Milliseconds since 1970 UTC; None for what never comes."""
    return None if text is None else printed_moment(text)


def known_moment(text: str) -> Millis:
    """Milliseconds since 1970 UTC."""
    return printed_moment(text)


def duration_in(text: str | None) -> Millis | None:
    """Milliseconds; None for what never ends."""
    return None if text is None else printed_duration(text)


def key_in(identifier: str) -> str:
    """The id without its kind."""
    return identifier.partition(":")[2]


def money_in(values: Iterable[Mapping[str, Any]]) -> list[Money]:
    """One amount for each currency."""
    return [Money(Decimal(each["amount"]), each["currency"]) for each in values]


def single_money(value: Mapping[str, Any] | None) -> list[Money]:
    """One amount, or none."""
    return money_in([value] if value is not None else [])


def estimate_in(value: Mapping[str, Any]) -> Estimate:
    return Estimate(**value)


def money_estimates_in(values: Iterable[Mapping[str, Any]]) -> list[MoneyEstimate]:
    return [
        MoneyEstimate(
            each["currency"],
            *(Decimal(each[name]) for name in ("expected", "low", "high")),
            converted=each["converted"],
            rates_as_of=moment_in(each["ratesAsOf"]),
        )
        for each in values
    ]


def nodes_in(page: Mapping[str, Any]) -> list[Any]:
    """The items of a page."""
    return [edge["node"] for edge in page["edges"]]


def has_next(page: Mapping[str, Any]) -> bool:
    """Whether the list goes on after the page."""
    return page["pageInfo"]["hasNextPage"]


def problems_in(values: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Problems with their places."""
    return [Problem(each["message"], each["file"], each["line"]) for each in values]
