"""Sums of amounts times days, by currency."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.money import Money, minor_digits


def money_days(names: Sequence[str], codes: NDArray[Any], values: NDArray[np.float64]) -> tuple[Money, ...]:
    """Rounded to the smallest unit of each currency, by its name; without those of 0."""
    sums = np.bincount(codes, weights=values, minlength=len(names))
    amounts = (
        Money(Decimal(f"{total:.{minor_digits(name)}f}"), name)
        for name, total in sorted(zip(names, sums.tolist(), strict=True))
    )
    return tuple(each for each in amounts if each.amount)
