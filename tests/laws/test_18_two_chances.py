"""Chances of several failures are joint: a fallback that works is no harm, and not all strike at once."""

import pytest

from graph_models.time import MINUTE
from tests.laws.answers import affected
from tests.laws.inputs import store_of

LAW = "18-coins-of-two-failures"


def test_both_alternatives_fail_as_often_as_their_product_says() -> None:
    row = affected(store_of(LAW, "12:00", "events"), "12:00")["ANYOF"]

    assert row.likelihood == pytest.approx(0.25, abs=0.01)


def test_two_needs_fail_each_by_its_own_chance() -> None:
    row = affected(store_of(LAW, "12:00", "both"), "12:00")["BOTH"]

    assert row.likelihood == pytest.approx(0.51, abs=0.01)
    # Brute force over the same model: 54 min.
    assert row.expected_delay == pytest.approx(54 * MINUTE, rel=0.1)
