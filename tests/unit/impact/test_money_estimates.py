"""Amounts of several currencies in the reporting currency: exact, with a range, or honestly left out."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.estimates import MoneyEstimate, comparable_amount
from graph_models.money import MICROS
from graph_models.rates import ExchangeRates
from impactgraph.forecast.scenarios import SCENARIOS
from impactgraph.impact.estimate_text import say_exact_amounts, say_money_estimate
from impactgraph.impact.money_estimates import AmountSums, conversion_assumptions, money_estimates
from impactgraph.impact.uncertain_sums import UncertainRows

CURRENCIES = ("USD", "EUR", "JPY")
RATES = ExchangeRates("EUR", 0, {"USD": Decimal("1.08"), "JPY": Decimal(171)})
NOTHING_SHARED = np.zeros((SCENARIOS, 0))

Row = tuple[str, int, float]
"""Currency, units of it, likelihood."""


def estimated(rows: Sequence[Row], rates: ExchangeRates | None = RATES) -> tuple[MoneyEstimate, ...]:
    likelihood = np.array([row[2] for row in rows], float)
    sums = UncertainRows(
        group=np.array([CURRENCIES.index(row[0]) for row in rows], np.intp),
        weight=np.array([row[1] * MICROS for row in rows], np.int64),
        likelihood=likelihood,
        cohort=np.zeros(len(rows), np.intp),
        cohort_likelihood=likelihood,
    ).sums(len(CURRENCIES), np.zeros((1, SCENARIOS), np.float32))
    (amounts,) = money_estimates(AmountSums(sums, CURRENCIES, NOTHING_SHARED), rates)
    return amounts


def test_the_converted_amount_comes_last_and_is_rounded_once() -> None:
    amounts = estimated([("USD", 100, 1.0), ("EUR", 50, 1.0), ("JPY", 1000, 1.0)])

    assert [(each.currency, each.expected, each.converted) for each in amounts] == [
        ("EUR", Decimal("50.00"), False),
        ("JPY", Decimal(1000), False),
        ("USD", Decimal("100.00"), False),
        ("EUR", Decimal("148.44"), True),  # 50 + 5.84795... + 92.59259...
    ]
    assert [each.rates_as_of for each in amounts] == [None, None, None, 0]


def test_the_converted_amount_has_the_digits_of_the_reporting_currency() -> None:
    rates = ExchangeRates("JPY", 0, {"EUR": Decimal("0.00584"), "USD": Decimal("0.0063")})

    converted = estimated([("USD", 100, 1.0), ("EUR", 50, 1.0)], rates)[-1]

    assert (str(converted.expected), converted.currency) == ("24435", "JPY")
    assert str(converted.low) == str(int(converted.low))


def test_one_foreign_currency_is_converted_and_the_reporting_currency_alone_is_not() -> None:
    assert [each.converted for each in estimated([("USD", 100, 1.0)])] == [False, True]
    assert [each.converted for each in estimated([("EUR", 100, 1.0)])] == [False]
    assert estimated([]) == ()


def test_without_a_rate_for_every_currency_nothing_is_converted() -> None:
    few = replace(RATES, per={"USD": Decimal("1.08")})

    assert not any(each.converted for each in estimated([("USD", 9, 1.0), ("JPY", 9, 1.0)], few))
    assert not any(each.converted for each in estimated([("USD", 9, 1.0)], None))
    assert [each.converted for each in estimated([("USD", 9, 1.0)], few)] == [False, True]


def test_assumptions_name_the_date_of_the_rates_and_what_has_none() -> None:
    assert conversion_assumptions(["EUR", "JPY"], RATES) == (
        "Amounts in EUR are converted by the rates of 1970-01-01.",
    )
    assert conversion_assumptions(["BRL", "GBP", "USD"], RATES) == (
        "There is no total in EUR, as the rates of 1970-01-01 have none for BRL, GBP.",
    )
    assert conversion_assumptions(["EUR"], RATES) == conversion_assumptions([], RATES) == ()
    assert conversion_assumptions(["GBP"], None) == ()


def test_text_leads_with_the_converted_amount() -> None:
    amounts = estimated([("USD", 100, 1.0), ("EUR", 50, 1.0)])

    assert say_money_estimate(amounts) == "about 143 EUR in all, converted"
    assert say_exact_amounts(amounts) == "50.00 EUR + 100.00 USD"
    assert say_money_estimate(amounts[:2]) == "50.00 EUR + 100.00 USD"


def test_amounts_are_compared_in_the_reporting_currency() -> None:
    assert comparable_amount(estimated([("USD", 108, 1.0)]), "EUR") == 100
    assert comparable_amount(estimated([("EUR", 7, 1.0)]), "EUR") == 7
    assert comparable_amount(estimated([("USD", 108, 1.0)], None), "EUR") == 0
    assert comparable_amount((), None) == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(CURRENCIES), st.integers(1, 10**6), st.integers(0, 32).map(lambda n: n / 32)
        ),
        max_size=30,
    ),
    st.decimals(Decimal("0.000001"), Decimal(1_000_000), places=6),
    st.decimals(Decimal("0.000001"), Decimal(1_000_000), places=6),
)
def test_a_converted_amount_is_the_sum_by_hand_within_its_range(
    rows: list[Row], usd: Decimal, jpy: Decimal
) -> None:
    rates = ExchangeRates("EUR", 0, {"USD": usd, "JPY": jpy})

    amounts = estimated(rows, rates)

    converted = [each for each in amounts if each.converted]
    assert len(converted) == any(currency != "EUR" for currency, _, _ in rows)
    for each in converted:
        by_hand = sum(
            Fraction(units) * Fraction(likelihood) / Fraction(rates.of(currency))
            for currency, units, likelihood in rows
        )
        assert abs(Fraction(each.expected) - by_hand) <= Fraction(1, 200)
        assert each.low <= each.expected <= each.high


@pytest.mark.parametrize("usd", ["0.01", "1.08", "250"])
def test_the_range_of_a_converted_amount_is_that_of_the_same_orders_in_one_currency(usd: str) -> None:
    rows: list[Row] = [("USD", 100, n / 10) for n in range(11)]
    rates = ExchangeRates("EUR", 0, {"USD": Decimal(usd)})

    exact, converted = estimated(rows, rates)

    for name in ("low", "high"):
        in_usd, in_eur = getattr(exact, name), getattr(converted, name)
        assert float(in_eur) == pytest.approx(float(in_usd / Decimal(usd)), abs=0.011 + 0.006 / float(usd))
