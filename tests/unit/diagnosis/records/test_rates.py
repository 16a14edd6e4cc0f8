"""Hours with more or fewer records than usual."""

import numpy as np

from graph_models.diagnosis import RateFinding
from graph_models.enums import RecordKind
from graph_models.time import DAY, HOUR, Millis
from impactgraph.diagnosis.records import find_rates
from tests.drawing import EIGHT
from tests.unit.diagnosis.records.test_causes import TOPOLOGY
from tests.worlds import Came, Journey, World, columns_of

NOW: Millis = EIGHT + 30 * 60_000


def rates(
    days: int, per_hour: dict[int, int], *, usual: int = 40, at: Millis = NOW
) -> tuple[RateFinding, ...]:
    """So many days in which every hour had about `usual` invoices of 2 EUR (twice as many at noon), but
    the hours before `at` that are given.
    """
    chance, moments = np.random.default_rng(3), list[Millis]()
    first = at // HOUR - days * 24
    for hour in range(first, at // HOUR):
        many = per_hour.get(at // HOUR - hour, int(chance.poisson(usual * (2 if hour % 24 == 12 else 1))))
        moments += [hour * HOUR + n * 1000 for n in range(many)]
    came = tuple(Came(RecordKind.POSTING, "invoice", moment, 2_000_000, "EUR") for moment in moments)
    return find_rates(
        columns_of(World(TOPOLOGY, (), (Journey("O-1", (("pack", at - days * DAY),), came=came),), at)), at
    )


def test_an_hour_with_far_fewer_than_usual_is_reported_with_its_range_and_money() -> None:
    (found,) = rates(14, {1: 3})

    assert (found.type, found.since, found.count, found.season, found.hours) == (
        "invoice",
        EIGHT - HOUR,
        3,
        "hour_of_day",
        13,
    )
    assert found.low < found.usual < found.high and 30 < found.usual < 50
    assert [(str(money.amount), money.currency) for money in found.amount] == [("6.00", "EUR")]


def test_an_hour_with_none_at_all_is_reported() -> None:
    assert [found.count for found in rates(14, {2: 0})] == [0]


def test_an_hour_with_far_more_than_usual_is_reported() -> None:
    assert [found.count for found in rates(14, {5: 400})] == [400]


def test_twice_as_many_at_noon_are_usual_at_noon() -> None:
    assert rates(14, {}) == ()


def test_an_hour_of_the_past_that_stood_out_does_not_move_what_is_usual() -> None:
    assert [found.count for found in rates(14, {1: 3, 25: 900, 49: 0, 26: 900})] == [3]


def test_with_weeks_of_history_the_same_hour_of_the_week_is_what_counts() -> None:
    (found,) = rates(40, {1: 3})

    assert (found.season, found.hours) == ("hour_of_week", 5)


def test_less_than_a_week_of_history_tells_nothing() -> None:
    assert rates(6, {1: 0}) == ()


def test_the_hour_that_is_not_over_is_not_judged() -> None:
    assert all(found.since + HOUR <= NOW for found in rates(14, {1: 3, 2: 3}))
