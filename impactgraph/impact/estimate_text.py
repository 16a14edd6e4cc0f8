"""Estimates in words, the same in the headline, on the command line and on the page."""

from collections.abc import Sequence
from math import floor

from graph_models.counts import say_count
from graph_models.estimates import Estimate, Estimates, MoneyEstimate, ToCome, converted_amount, exact_amounts
from graph_models.impact import CostOfDelayPoint
from graph_models.money import say_about, say_amount
from graph_models.time import HOUR
from graph_models.zones import TextClock

_LEAST = 0.5
_MOST = 0.95
"""Of the growth of a cost: later ends add little."""


def say_number(expected: float) -> str:
    """An expected number as a whole one, such as `2,960`; `under 1` for what rounds to none."""
    return "under 1" if 0 < expected < 0.5 else f"{floor(expected + 0.5):,}"


def is_exact(estimate: Estimate) -> bool:
    """Whether nothing about the number is uncertain."""
    return estimate.low == estimate.high == estimate.possible


def say_range(estimate: Estimate) -> str:
    """Such as `2,700 to 3,300; 4,690 are possible`; only `9 to 12` where no more are possible."""
    range_ = f"{estimate.low:,.0f} to {estimate.high:,.0f}"
    if estimate.high == estimate.possible:
        return range_
    verb = "is" if estimate.possible == 1 else "are"
    return f"{range_}; {estimate.possible:,} {verb} possible"


def say_estimate(estimate: Estimate, singular: str) -> str:
    """Such as `about 2,960 orders (2,700 to 3,300; 4,690 are possible)`.

    `12 orders` where it is certain; `12 orders (or as few as 9)` where all that are possible are expected.
    """
    noun = singular if floor(estimate.expected + 0.5) <= 1 else f"{singular}s"
    if is_exact(estimate):
        return say_count(estimate.possible, singular)
    if estimate.expected < 0.5:
        return f"under 1 {noun} ({say_range(estimate)})"
    if floor(estimate.expected + 0.5) == estimate.high == estimate.possible:
        least = f"as few as {estimate.low:,.0f}" if estimate.low >= 1 else "none"
        return f"{say_number(estimate.expected)} {noun} (or {least})"
    return f"about {say_number(estimate.expected)} {noun} ({say_range(estimate)})"


def say_to_come(to_come: ToCome, clock: TextClock, more: str = "") -> str | None:
    """Such as `about 120 orders (90 to 150) are expected to be placed and affected by 18:00 UTC`; None where
    less than half an order is. `more`: a word before the noun.
    """
    of = to_come.affected
    if of.expected < _LEAST:
        return None
    is_one = floor(of.expected + 0.5) == 1
    what = f"about {say_number(of.expected)} {more}{'order' if is_one else 'orders'}"
    range_ = f"({of.low:,.0f} to {of.high:,.0f})"
    verb = "is" if is_one else "are"
    return f"{what} {range_} {verb} expected to be placed and affected by {clock.time(to_come.until)}"


def say_money_estimate(amounts: Sequence[MoneyEstimate]) -> str:
    """The expected amounts, such as `315,118.03 EUR + 98,196.25 GBP`; where there are exchange rates, such as
    `about 429,000 EUR in all, converted`.
    """
    amount = converted_amount(amounts)
    if amount is None:
        return say_exact_amounts(amounts)
    return f"{say_about(amount.expected, amount.currency)} in all, converted"


def say_exact_amounts(amounts: Sequence[MoneyEstimate]) -> str:
    """The expected amount of each currency."""
    exact = exact_amounts(amounts)
    return " + ".join(say_amount(each.expected, each.currency) for each in exact) or "nothing"


def cost_sentence(points: Sequence[CostOfDelayPoint], clock: TextClock) -> str:
    """What an hour costs from the first end until the cost hardly grows any more, orders that are known apart
    from those still to be placed.

    Such as `Each hour until 18:00 UTC costs, of the orders known now, about 40 promises and 120 orders; of
    those still to be placed, about 9 promises and 31 orders.`
    """
    first = points[0]
    last = next(point for point in points if _has_most(points, point))
    hours = max((last.ends_in - first.ends_in) / HOUR, 1 / HOUR)
    known_rates = _rates(_growths(first.estimates, last.estimates), hours)
    placed_later = _rates(
        [
            _growth(first.to_come.promises_missed, last.to_come.promises_missed),
            _growth(first.to_come.affected, last.to_come.affected),
        ],
        hours,
    )
    if not known_rates and not placed_later:
        return (
            f"If the failures end by {clock.time(points[-1].ends_at)}, "
            f"{say_estimate(last.estimates.orders, 'order')} are affected and "
            f"{say_estimate(last.estimates.promises_missed, 'promise')} missed; an earlier end saves none."
        )
    costs = f" {known_rates}"
    if placed_later:
        parts = (("the orders known now", known_rates), ("those still to be placed", placed_later))
        costs = ", " + "; ".join(f"of {of}, {text}" for of, text in parts if text)
    rest = "; later ends cost little more" if last.ends_in < points[-1].ends_in else ""
    return f"Each hour until {clock.time(last.ends_at)} costs{costs}{rest}."


def _growths(first: Estimates, last: Estimates) -> Sequence[float]:
    return _growth(first.promises_missed, last.promises_missed), _growth(first.orders, last.orders)


def _growth(first: Estimate, last: Estimate) -> float:
    return last.expected - first.expected


def _rates(growths: Sequence[float], hours: float) -> str:
    """Such as `about 12 promises and 3 orders`: what they grow by in an hour; empty without any."""
    text = " and ".join(
        f"{say_number(growth / hours)} {singular if round(growth / hours) <= 1 else f'{singular}s'}"
        for growth, singular in zip(growths, ("promise", "order"), strict=True)
        if growth >= _LEAST
    )
    return f"about {text}" if text and not text.startswith("under") else text


def _has_most(points: Sequence[CostOfDelayPoint], point: CostOfDelayPoint) -> bool:
    """Whether nearly all of the growth is behind this end."""
    ends = zip(_costs(points[0]), _costs(point), _costs(points[-1]), strict=True)
    return all(cost - first >= _MOST * (last - first) - 0.5 for first, cost, last in ends)


def _costs(point: CostOfDelayPoint) -> tuple[float, float]:
    """Promises and orders, those to come included."""
    estimates, to_come = point.estimates, point.to_come
    return (
        estimates.promises_missed.expected + to_come.promises_missed.expected,
        estimates.orders.expected + to_come.affected.expected,
    )
