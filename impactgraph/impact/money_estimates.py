"""Expected amounts with ranges: one of each currency, then all of them in the reporting currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np

from graph_models.estimates import MoneyEstimate
from graph_models.money import MICROS, minor_digits, rounded_amount
from graph_models.rates import ExchangeRates
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.uncertain_sums import UncertainSums

_PRECISION = 60
"""Digits of the sums of all currencies, far more than an amount has."""


@dataclass(frozen=True)
class AmountSums:
    """What amounts are made of, for each part and currency; `basis`: of the shared causes."""

    sums: UncertainSums
    currencies: Sequence[str]
    basis: Reals

    @property
    def parts(self) -> int:
        return len(self.sums.count) // max(len(self.currencies), 1)

    def of_part(self, part: int) -> list[tuple[str, int]]:
        """(currency, group) of those with rows, by name."""
        first = part * len(self.currencies)
        groups = sorted((name, first + n) for n, name in enumerate(self.currencies))
        return [(name, group) for name, group in groups if self.sums.count[group]]


def money_estimates(amounts: AmountSums, rates: ExchangeRates | None) -> list[tuple[MoneyEstimate, ...]]:
    """Of each part, by the names of the currencies; those without rows are left out."""
    low, high = amounts.sums.range(amounts.basis)
    exact = [
        tuple(
            MoneyEstimate(
                currency=name,
                expected=rounded_amount(amounts.sums.expected[group], name),
                low=rounded_amount(low[group], name),
                high=rounded_amount(high[group], name),
            )
            for name, group in amounts.of_part(part)
        )
        for part in range(amounts.parts)
    ]
    if rates is None or not any(_is_converted([each.currency for each in of], rates) for of in exact):
        return exact
    low, high = _converted_ranges(amounts, rates)
    return [
        (*of, _convert(amounts, part, rates, (low[part], high[part])))
        if _is_converted([each.currency for each in of], rates)
        else of
        for part, of in enumerate(exact)
    ]


def conversion_assumptions(currencies: Sequence[str], rates: ExchangeRates | None) -> tuple[str, ...]:
    """By which rates amounts of these currencies are converted, or why they are not."""
    if rates is None:
        return ()
    missing = [name for name in currencies if not rates.has(name)]
    if missing:
        return (
            f"There is no total in {rates.currency}, as the rates of {rates.day} have none for "
            f"{', '.join(missing)}.",
        )
    is_converted = _is_converted(currencies, rates)
    return (
        (f"Amounts in {rates.currency} are converted by the rates of {rates.day}.",) if is_converted else ()
    )


def _is_converted(currencies: Sequence[str], rates: ExchangeRates) -> bool:
    """Whether a converted amount says more than the exact ones, and every currency has a rate."""
    return any(name != rates.currency for name in currencies) and all(map(rates.has, currencies))


def _converted_ranges(amounts: AmountSums, rates: ExchangeRates) -> tuple[Reals, Reals]:
    """(parts,) each: of all currencies together, those without a rate left out."""
    worth = np.array([1 / float(rates.of(c)) if rates.has(c) else 0.0 for c in amounts.currencies])
    in_one = amounts.sums.scaled(np.tile(worth, amounts.parts)).pooled(len(amounts.currencies))
    return in_one.range(amounts.basis)


def _convert(
    amounts: AmountSums, part: int, rates: ExchangeRates, range_: tuple[float, float]
) -> MoneyEstimate:
    """The expected amount is the exact sum, rounded once."""
    with localcontext(prec=_PRECISION):
        micros = sum(
            (Decimal(amounts.sums.expected[n]) / rates.of(name) for name, n in amounts.of_part(part)),
            Decimal(0),
        )
        unit = Decimal(1).scaleb(-minor_digits(rates.currency))
        expected_amount, low, high = ((Decimal(each) / MICROS).quantize(unit) for each in (micros, *range_))
    return MoneyEstimate(
        currency=rates.currency,
        expected=expected_amount,
        low=min(low, expected_amount),
        high=max(high, expected_amount),
        converted=True,
        rates_as_of=rates.as_of,
    )
