"""The queue for the people of a location, from visits drawn by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import HOUR, MINUTE
from graph_models.topology import Takes
from impactgraph.forecast.durations import documented_distribution
from impactgraph.forecast.people_queue import PeopleQueue, PeopleVisits, people_queue
from impactgraph.forecast.scenarios import SCENARIOS, Reals

WORK = documented_distribution(Takes(p50=30 * MINUTE, p95=40 * MINUTE))
AS_OF = 10.0 * HOUR
SINCE = 7.0 * HOUR


def visits(entered: list[float], left: list[float]) -> PeopleVisits:
    """Minutes after capacity was lost; infinite: still there."""
    entered_at, left_at = (SINCE + MINUTE * np.array(each, float) for each in (entered, left))
    return PeopleVisits(entered_at, left_at, np.zeros(len(entered), np.intp), (WORK,))


def queue(known: PeopleVisits, reported_delay: float = HOUR) -> PeopleQueue:
    found = people_queue(known, SINCE, AS_OF, reported_delay, "location:store")
    assert found is not None
    return found


def waits(found: PeopleQueue, minute: float) -> Reals:
    """(K,) minutes that an arrival waits so many minutes after capacity was lost."""
    arrival = np.full((1, SCENARIOS), SINCE + minute * MINUTE)
    return (found.begin(arrival) - arrival)[0] / MINUTE


BEFORE = [-120.0, -120.0, -120.0, -120.0, -120.0]
"""Five were there at a time, before."""
BEFORE_LEFT = [-90.0, -91.0, -89.0, -90.0, -92.0]


def test_one_in_work_at_a_time_makes_the_others_wait() -> None:
    entered = [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    left = [30.0, 60.0, 90.0, 120.0, 150.0, 180.0, np.inf]

    found = queue(visits([*BEFORE, *entered], [*BEFORE_LEFT, *left]))

    assert np.median(waits(found, 40.0)) == pytest.approx(80, abs=5)
    assert np.median(waits(found, 60.0)) == pytest.approx(120, abs=5)


def test_where_visits_are_as_long_as_the_work_nobody_waits() -> None:
    entered = [float(minute) for minute in range(0, 150, 10)]
    left = [minute + 30.0 for minute in entered]

    found = queue(visits([*BEFORE, *entered], [*BEFORE_LEFT, *left]))

    assert np.median(waits(found, 140.0)) < 5
    assert np.median(waits(found, 200.0)) < 5


def test_who_is_behind_many_waits_until_they_have_left() -> None:
    """Two in work: one leaves every quarter of an hour, and eight are ahead of the next."""
    coming = [float(n) for n in range(20)]
    left = [30.0 + 15.0 * n if n < 10 else np.inf for n in range(20)]

    found = queue(visits([*BEFORE, *coming], [*BEFORE_LEFT, *left]))

    assert np.median(waits(found, 180.0)) == pytest.approx(15 * 8, rel=0.3)


def test_without_a_visit_since_nothing_is_known() -> None:
    assert people_queue(visits(BEFORE, BEFORE_LEFT), SINCE, AS_OF, HOUR, "location:store") is None


def test_a_long_queue_is_held_at_a_few_arrivals() -> None:
    entered = [float(n) for n in np.linspace(0.0, 170.0, 5000)]

    found = queue(visits([*BEFORE, *entered], [*BEFORE_LEFT, *([np.inf] * 5000)]))

    assert len(found.arrivals) <= 256
    assert np.median(waits(found, 170.0)) > 1000


stays = st.lists(st.tuples(st.integers(-100, 179), st.integers(1, 300)), min_size=1, max_size=25)


def drawn(pairs: list[tuple[int, int]]) -> PeopleVisits:
    """From (minute of the entry, minutes of the visit), with one entry after capacity was lost at least."""
    entered = sorted([*(float(minute) for minute, _ in pairs), 5.0])
    left = [at + stay for at, (_, stay) in zip(entered, [*pairs, (5, 60)], strict=True)]
    return visits(entered, [each if each <= 180 else np.inf for each in left])


minutes = st.lists(st.integers(0, 900), min_size=2, max_size=2).map(sorted)


@given(pairs=stays, at=minutes)
def test_who_comes_later_never_begins_earlier_nor_before_it_comes(
    pairs: list[tuple[int, int]], at: list[int]
) -> None:
    found = queue(drawn(pairs))
    first, second = (waits(found, float(minute)) + minute for minute in at)

    assert (first <= second + 1e-6).all()
    assert (waits(found, float(at[0])) >= 0).all()


@given(pairs=stays, minute=st.integers(0, 900))
def test_a_longer_reported_delay_never_shortens_the_wait(pairs: list[tuple[int, int]], minute: int) -> None:
    known = drawn(pairs)
    short, long = (waits(queue(known, delay * MINUTE), float(minute)) for delay in (20, 120))

    assert (short <= long + 1e-6).all()


@given(pairs=stays, minute=st.integers(0, 179))
def test_who_comes_before_the_first_who_waits_until_a_moment_begins_by_then(
    pairs: list[tuple[int, int]], minute: int
) -> None:
    found = queue(drawn(pairs))
    at = np.full(SCENARIOS, SINCE + minute * MINUTE)
    first = found.first_waiting(at)

    earlier = first[None, :] - MINUTE
    is_in_time = (earlier[0] < SINCE) | (found.begin(earlier)[0] <= np.maximum(at, earlier[0]) + 1)
    assert is_in_time.all()


def histories(number: int, count: int) -> list[tuple[PeopleVisits, float, float]]:
    """Drawn days on which so many are in work at a time: the visits until now, and how long one that comes
    now, and one in two hours, waits in truth (minutes).
    """
    random = np.random.default_rng(number)
    return [_history(random, number) for _ in range(count)]


def _history(random: np.random.Generator, number: int) -> tuple[PeopleVisits, float, float]:
    gaps = random.exponential(30 / number / 1.5, 2000)
    entered = np.cumsum(gaps)
    entered = entered[entered < 180 + 121]
    entered = np.sort(np.append(entered, [180.0, 300.0]))
    free = np.zeros(number)
    left, begun = np.empty(len(entered)), np.empty(len(entered))
    for n, at in enumerate(entered):
        first = int(free.argmin())
        begun[n] = max(at, free[first])
        free[first] = left[n] = begun[n] + random.uniform(22, 38)
    now, later = (float((begun - entered)[np.searchsorted(entered, at)]) for at in (180.0, 300.0))
    is_known = entered < 180
    known, known_left = entered[is_known], np.where(left[is_known] <= 180, left[is_known], np.inf)
    return visits([*BEFORE, *known], [*BEFORE_LEFT, *known_left]), now, later


@pytest.mark.parametrize("number", [1, 2, 4])
def test_the_wait_is_that_of_drawn_days_on_average(number: int) -> None:
    drawn_days = histories(number, 40)

    found = [queue(known) for known, _, _ in drawn_days]
    for minute, truth in (
        (180.0, [now for _, now, _ in drawn_days]),
        (300.0, [end for *_, end in drawn_days]),
    ):
        error = np.mean([waits(each, minute).mean() for each in found]) - np.mean(truth)
        # One fulfillment leaves each 30 minutes divided by the number.
        assert abs(error) < 0.5 * 30 / number + 0.05 * np.mean(truth)
