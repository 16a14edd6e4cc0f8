"""Amounts of money in sentences."""

from collections.abc import Sequence

from graph_models.money import Money


def say_money(amounts: Sequence[Money]) -> str:
    """Such as `1,200.00 EUR + 30.00 USD`."""
    return " + ".join(f"{m.amount:,.2f} {m.currency}" for m in amounts) or "nothing"
