"""What is suspected on a few of the days when no failure is on record, through the public API."""

import pytest

from tests.accuracy.planted import CAUSES, first_blamed, is_first
from tests.accuracy.report import PAGE, WITHHELD
from tests.accuracy.scoring import ABSORBED, CASES
from tests.accuracy.withheld import FIRST, place_of, suspected, with_trace


@pytest.mark.parametrize("case", ["store-systems-region", "goods-issue-queue-down"])
def test_the_failed_element_is_among_the_first_suspects(case: str) -> None:
    place = place_of(case)

    assert place is not None
    assert place <= FIRST


def test_a_day_on_which_nothing_is_held_up_has_no_suspects() -> None:
    assert suspected(ABSORBED)["suspects"] == []


def test_every_case_has_its_line_in_the_report() -> None:
    told = PAGE.read_text().partition(WITHHELD[0])[2].partition(WITHHELD[1])[0]

    assert with_trace(CASES)
    assert [case for case in CASES if f"| {case} |" not in told] == []


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("cause", CAUSES)
def test_a_planted_cause_is_the_first_that_the_overdue_have_in_common(cause: str, seed: int) -> None:
    found, planted = first_blamed(seed, CAUSES[cause])

    assert planted is not None
    assert is_first(found, planted), found


@pytest.mark.parametrize("seed", range(2))
def test_where_nothing_was_planted_nothing_is_blamed(seed: int) -> None:
    found, _ = first_blamed(seed, None)

    assert found == ()
