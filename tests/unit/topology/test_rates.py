"""The exchange rates of a topology: what is read, and what is said of mistakes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from graph_models.rates import ExchangeRates
from graph_models.time import parse_moment
from impactgraph.topology.difference import difference
from impactgraph.topology.load import check_documents, parse_topology

SYSTEMS = "systems: {oms: {}}\n"
AS_OF = parse_moment("2026-11-01")


def told(*texts: str) -> list[str]:
    """Problems of the texts, in the files a.yaml, b.yaml, ..."""
    documents = {f"{letter}.yaml": text for letter, text in zip("abc", texts, strict=False)}
    return [str(problem) for problem in check_documents(documents).errors]


def rates_of(text: str) -> ExchangeRates | None:
    return parse_topology({"a.yaml": SYSTEMS, "rates.yaml": text}).rates


def test_rates_are_exact_decimals_with_their_date() -> None:
    rates = rates_of("rates: {currency: EUR, as_of: 2026-11-01, per: {USD: 1.08, JPY: 171, EUR: 1}}")

    assert rates == ExchangeRates("EUR", AS_OF, {"USD": Decimal("1.08"), "JPY": Decimal(171)})
    assert rates is not None
    assert (rates.of("EUR"), rates.of("USD"), rates.has("GBP")) == (1, Decimal("1.08"), False)


@pytest.mark.parametrize("text", ["", "rates:"])
def test_a_topology_may_have_no_rates(text: str) -> None:
    assert rates_of(text) is None


@pytest.mark.parametrize(
    ("as_of", "day"),
    [("2026-11-01", "2026-11-01"), ("2026-11-01T16:30+01:00", "2026-11-01 15:30 UTC")],
)
def test_rates_name_their_date_or_moment(as_of: str, day: str) -> None:
    rates = rates_of(f"rates: {{currency: EUR, as_of: '{as_of}', per: {{}}}}")

    assert rates is not None
    assert rates.day == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rates: 5", "`rates` must be a map with currency, as_of and per, not '5'."),
        (
            "rates: {currency: euro, as_of: 2026-11-01, per: {}}",
            "`rates.currency` must be the three capital letters of a currency, such as EUR, not 'euro'.",
        ),
        (
            "rates: {currency: EUR, as_of: last week, per: {}}",
            "`rates.as_of` must be a date such as 2026-11-01, or a moment such as 2026-11-01T12:00Z, up "
            "to the year 2999, not 'last week'.",
        ),
        (
            "rates: {currency: EUR, as_of: 9000-01-01, per: {}}",
            "`rates.as_of` must be a date such as 2026-11-01, or a moment such as 2026-11-01T12:00Z, up "
            "to the year 2999, not '9000-01-01'.",
        ),
        (
            "rates: {currency: EUR, as_of: 2026-11-01, per: [USD]}",
            "`rates.per` must be a map from currency to rate, such as {USD: 1.08}, not a list.",
        ),
        (
            "rates: {currency: EUR, as_of: 2026-11-01, per: {usd: 1.08}}",
            "`rates.per` has the key 'usd', which must be the three capital letters of a currency, "
            "such as USD.",
        ),
        (
            "rates: {currency: EUR, as_of: 2026-11-01, per: {EUR: 1.08}}",
            "`rates.per.EUR` is 1.08, but one unit of the reporting currency is worth 1 "
            "of itself: leave it out.",
        ),
        ("rates: {currency: EUR, as_of: 2026-11-01}", "`rates.per` is missing."),
    ],
)
def test_what_is_wrong_is_reported(text: str, message: str) -> None:
    assert told(SYSTEMS, text) == [f"b.yaml:1: {message}"]


@pytest.mark.parametrize(
    "rate", ["0", "-1.08", ".nan", ".inf", "1e400", "1e-400", "1e12", "many", "true", "", "[1]"]
)
def test_a_rate_is_a_positive_finite_number(rate: str) -> None:
    problems = told(SYSTEMS, f"rates:\n  currency: EUR\n  as_of: 2026-11-01\n  per:\n    USD: {rate}\n")

    assert len(problems) == 1
    assert problems[0].startswith(
        "b.yaml:5: `rates.per.USD` must be a number of more than 0 and at most 1,000,000,000, such as 1.08, "
        "not "
    )


def test_rates_are_given_once() -> None:
    rates = "rates: {currency: EUR, as_of: 2026-11-01, per: {}}"

    assert told(SYSTEMS + rates, rates) == [
        "b.yaml:1: `rates` is defined twice: at a.yaml:2 and here. Keep one."
    ]


def test_other_rates_are_a_difference() -> None:
    before = parse_topology({"a.yaml": SYSTEMS})
    after = replace(before, rates=ExchangeRates("EUR", AS_OF, {}))

    assert difference(before, before).nothing
    assert difference(before, after).rates_changed
    assert not difference(before, after).nothing
