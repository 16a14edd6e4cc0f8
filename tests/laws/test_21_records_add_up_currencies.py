"""Currencies never add up: what was posted in another currency is a finding of its own."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.enums import RecordEffect
from graph_models.money import MICROS, equal_shares, minor_digits
from graph_models.orders import OrderFilter
from impactgraph.usecases.records import RecordsQuestion, list_records
from tests.laws.inputs import moment_of, store_of

LAW = "21-records-add-up-currencies"


def told(order: str) -> list[tuple[str, str]]:
    """(effect, amount) of each finding."""
    store = store_of(LAW, "14:00", "events")
    question = RecordsQuestion(where=OrderFilter(ids=(order,)))
    found = list_records(store, question, moment_of("14:00")).items
    return [
        (each.effect.value, f"{each.amount.amount} {each.amount.currency}" if each.amount else "")
        for each in found
    ]


@pytest.mark.parametrize(
    ("order", "amount"),
    [("MIXED", "40.00 USD"), ("BACK", "-50.00 USD"), ("TWICE", "100.00 USD"), ("USD", "100.00 USD")],
)
def test_what_was_posted_in_another_currency_is_wrong(order: str, amount: str) -> None:
    assert told(order) == [(RecordEffect.WRONG.value, amount)]


CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD", "USD"])


@given(st.integers(-(10**12), 10**12), st.integers(1, 12), CURRENCIES)
def test_shares_add_up_to_the_amount(micros: int, count: int, currency: str) -> None:
    assert sum(equal_shares(micros, count, currency)) == micros


@given(st.integers(-(10**6), 10**6), st.integers(1, 12), CURRENCIES)
def test_shares_of_whole_units_are_whole_units_that_differ_by_one_at_most(
    units: int, count: int, currency: str
) -> None:
    unit = MICROS // 10 ** minor_digits(currency)

    shares = Counter(equal_shares(units * unit, count, currency))

    assert all(share % unit == 0 for share in shares)
    assert max(shares) - min(shares) in (0, unit)
