"""The rank of incidents by what is at stake, and the reason in a line."""

from decimal import Decimal
from typing import TypeAlias

from graph_models.counts import say_count
from graph_models.estimates import Estimates, comparable_amount, converted_amount, exact_amounts
from graph_models.incident_life import RankWeights
from graph_models.money import say_about
from graph_models.time import HOUR, Millis

RankKey: TypeAlias = tuple[float | Decimal, ...]
"""The smaller, the higher the rank."""
_LEAST = 0.5
"""Figures below it are not named."""


def rank_key(
    estimates: Estimates | None, age: Millis, weights: RankWeights | None, currency: str | None
) -> RankKey:
    """By the weighted sum of the figures; without weights by promises missed, then orders, then value, then
    the latest. `currency`: the reporting currency.
    """
    if estimates is None:
        return (0.0, 0.0, Decimal(0), age)
    value = comparable_amount(estimates.value, currency)
    promises = estimates.promises_missed.expected
    if weights is None:
        return (-promises, -estimates.orders.expected, -value, age)
    customers = estimates.stuck.expected + estimates.exposed.expected + estimates.upcoming.expected
    score = weights.promises * promises + weights.customers * customers + weights.age * age / HOUR
    return (-(score + weights.money * float(value)), -promises, -value, age)


def rank_reason(estimates: Estimates | None) -> str:
    """What is at stake, such as `212 promises, orders worth 48,000 EUR`; empty where nothing is affected."""
    if estimates is None:
        return ""
    counts = (
        (estimates.promises_missed.expected, "promise"),
        (estimates.orders.expected, "order"),
        (estimates.postings.expected, "posting"),
        (estimates.notifications.expected, "customer message"),
        (estimates.tasks.expected + estimates.supplier_orders.expected, "other record"),
    )
    number, noun = next(((number, noun) for number, noun in counts if number >= _LEAST), (0.0, ""))
    first = say_count(round(number) or 1, noun) if noun else ""
    amounts = converted_amount(estimates.value)
    largest = max(exact_amounts(estimates.value), key=lambda each: each.expected, default=None)
    shown_amount = amounts or largest
    if shown_amount is None or shown_amount.expected < 1:
        return first
    more = " and other currencies" if amounts is None and len(exact_amounts(estimates.value)) > 1 else ""
    money = say_about(shown_amount.expected, shown_amount.currency).removeprefix("about ") + more
    if noun == "order":
        return f"{first} worth {money}"
    return f"{first}, orders worth {money}" if first else f"orders worth {money}"
