"""Numbers, moments and durations as text for people."""

from decimal import Decimal

import pytest

from graph_models.money import Money
from graph_models.time import DAY, FOREVER, HOUR
from impactgraph.cli import formats

NOW = 1_772_442_600_000


def test_one_is_singular_and_many_have_separators():
    assert [formats.count(n, "order") for n in (0, 1, 1200)] == ["0 orders", "1 order", "1,200 orders"]


def test_every_currency_is_reported():
    assert (
        formats.money([Money(Decimal("1234.5"), "EUR"), Money(Decimal(7), "JPY")]) == "1,234.50 EUR + 7 JPY"
    )


def test_no_money_is_a_dash():
    assert formats.money([]) == "-"


def test_a_moment_near_is_the_time_of_day_and_one_far_has_its_date():
    assert [formats.at(at, NOW) for at in (NOW + HOUR, NOW + DAY)] == ["10:10", "2026-03-03 09:10"]


def test_what_never_comes_is_a_dash():
    assert [formats.at(at, NOW) for at in (None, FOREVER)] == ["-", "-"]


def test_a_delay_without_end_is_for_good():
    assert formats.duration(FOREVER) == "indefinitely"


def test_only_what_is_certain_is_certain():
    assert [formats.share(p) for p in (0.001, 0.5, 0.999, 1.0)] == ["< 1 %", "50 %", "> 99 %", "100 %"]


@pytest.mark.parametrize(("value", "text"), [(0.002, "0.002"), (4e-08, "4e-08"), (0.0, "< 1e-300")])
def test_a_p_value_is_never_zero(value: float, text: str) -> None:
    assert formats.p_value(value) == text
