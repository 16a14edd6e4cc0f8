"""Estimates and amounts in words."""

from decimal import Decimal

import pytest

from graph_models.estimates import Estimate
from graph_models.money import from_micros, say_about
from impactgraph.impact.estimate_text import say_estimate


@pytest.mark.parametrize(
    ("expected", "low", "high", "possible", "text"),
    [
        (12.0, 12.0, 12.0, 12, "12 orders"),
        (11.6, 9.0, 12.0, 12, "12 orders (or as few as 9)"),
        (0.9, 0.0, 1.0, 1, "1 order (or none)"),
        (0.5, 0.0, 1.0, 1, "1 order (or none)"),
        (10.2, 9.0, 12.0, 12, "about 10 orders (9 to 12)"),
        (2960.0, 2700.0, 3300.0, 4690, "about 2,960 orders (2,700 to 3,300; 4,690 are possible)"),
        (0.2, 0.0, 1.0, 3, "under 1 order (0 to 1; 3 are possible)"),
    ],
)
def test_an_estimate_says_no_more_than_it_must(
    expected: float, low: float, high: float, possible: int, text: str
) -> None:
    assert say_estimate(Estimate(expected, low, high, possible), "order") == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("429299.72", "EUR", "about 429,000 EUR"),
        ("142.59", "EUR", "about 143 EUR"),
        ("31809.28", "JPY", "about 31,800 JPY"),
        ("9.87", "EUR", "about 9.87 EUR"),
        ("0", "EUR", "about 0.00 EUR"),
    ],
)
def test_an_amount_after_about_has_no_more_digits_than_it_can_promise(
    amount: str, currency: str, text: str
) -> None:
    assert say_about(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("micros", "currency", "text"),
    [
        (1_757_000_000, "JPY", "1757"),
        (10_000_000, "KWD", "10.000"),
        (1_239_000, "KWD", "1.239"),
        (10_500_000, "EUR", "10.50"),
        (33_333_333, "EUR", "33.333333"),
        (1_000_000_000, "JPY", "1000"),
        (-5_000_000, "EUR", "-5.00"),
    ],
)
def test_an_exact_amount_has_at_least_the_digits_of_its_currency(
    micros: int, currency: str, text: str
) -> None:
    assert str(from_micros(micros, currency).amount) == text
