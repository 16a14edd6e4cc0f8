"""Amounts of money in sentences."""

from collections.abc import Sequence

from graph_models.money import Money, say_amount


def say_money(amounts: Sequence[Money]) -> str:
    """Such as `1,200.00 EUR + 30,000 JPY`."""
    return " + ".join(say_amount(m.amount, m.currency) for m in amounts) or "nothing"
