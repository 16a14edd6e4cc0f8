"""The scores of a few of the days, through the public API: a change that makes forecasts worse is seen
here first.
"""

import pytest

from tests.accuracy.calibration import Tenth, by_tenth
from tests.accuracy.report import BEGIN, END, PAGE, TO_COME
from tests.accuracy.scoring import ABSORBED, CASES, answer_to, ceilings, figures_of
from tests.accuracy.to_come import FACTOR, day_of

QUICK = ("store-systems-region", "pick-confirm-backlog")


@pytest.mark.parametrize("case", QUICK)
def test_affected_orders_are_found_nearly_as_well_as_by_who_knows_the_hidden_figures(case: str) -> None:
    assert figures_of(case)["orders"]["f1"] >= 0.97 * ceilings()[case]["orders"]


@pytest.mark.parametrize("case", QUICK)
def test_messages_are_found_nearly_as_well(case: str) -> None:
    assert figures_of(case)["notifications"]["f1"] >= 0.95 * ceilings()[case]["notifications"]


@pytest.mark.parametrize("case", QUICK)
def test_the_likelihoods_add_up_to_about_as_many_orders_as_are_truly_affected(case: str) -> None:
    figures = figures_of(case)

    assert figures["expected_affected"] == pytest.approx(figures["affected"], rel=0.1)


def test_a_latency_below_the_time_out_affects_nothing_and_the_answer_says_why() -> None:
    answer = answer_to(ABSORBED)

    assert (answer["orders"], answer["postings"], answer["notifications"]) == ([], [], [])
    assert "within the time-out" in answer["absorbed"][0]["detail"]


@pytest.mark.parametrize("case", QUICK)
def test_orders_to_come_are_about_as_many_as_truly_came_where_the_end_is_known(case: str) -> None:
    day = day_of(case)

    assert day.is_within_factor("known"), FACTOR
    assert day.holds("known", "placed")
    assert day.holds("known", "affected")


def test_a_failure_that_affects_nothing_affects_no_order_to_come() -> None:
    day = day_of(ABSORBED)

    assert day.expected("reported", "placed") > 0
    assert day.expected("reported", "affected") == 0


def test_every_case_has_its_line_among_the_orders_to_come() -> None:
    table = PAGE.read_text().partition(TO_COME[0])[2].partition(TO_COME[1])[0]

    assert [case for case in CASES if f"| {case} |" not in table] == []


def test_every_case_has_its_ceiling_and_its_line_in_the_report() -> None:
    figures = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]

    assert set(ceilings()) == {*CASES, "pooled"}
    assert [case for case in CASES if f"| {case} |" not in figures] == []


def test_orders_are_counted_in_the_tenth_of_their_likelihood() -> None:
    tenths = by_tenth([(0.0, True), (0.25, True), (0.25, False), (1.0, True)])

    assert tenths[2] == Tenth(orders=2, likelihood=0.5, hit=1)
    assert tenths[9] == Tenth(orders=1, likelihood=1.0, hit=1)
    assert sum(tenth.orders for tenth in tenths) == 3
