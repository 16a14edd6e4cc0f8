"""Sums of money over the items of a list, one for each currency."""

from collections.abc import Iterable

from graph_models.money import Money, total


def sum_money(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    """By the code of the currency; None counts as nothing."""
    return total(amount for amount in amounts if amount is not None)


def value_of_orders(values: Iterable[tuple[str, Money]]) -> tuple[Money, ...]:
    """Of orders (key, value), each counted once."""
    return total(dict(values).values())
