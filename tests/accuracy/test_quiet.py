"""Where nothing has failed, nobody is blamed: the quiet days, and a few hours of the quiet demo."""

import pytest

from tests.accuracy.quiet import DAYS, day, demo_hour
from tests.accuracy.report import PAGE, QUIET


@pytest.mark.parametrize("name", DAYS)
def test_nobody_is_blamed_for_a_quiet_day(name: str) -> None:
    found = day(name)

    assert not found.is_blamed, found


@pytest.mark.parametrize(("seed", "hour"), [(1, 2), (1, 14), (1, 16), (2, 4), (3, 20)])
def test_nobody_is_blamed_at_an_hour_of_the_quiet_demo(seed: int, hour: int) -> None:
    found = demo_hour(3_000, seed, hour)

    assert not found.is_blamed, found


def test_every_quiet_day_has_its_line_in_the_report() -> None:
    told = PAGE.read_text().partition(QUIET[0])[2].partition(QUIET[1])[0]

    assert DAYS
    assert [name for name in DAYS if f"| {name} |" not in told] == []
