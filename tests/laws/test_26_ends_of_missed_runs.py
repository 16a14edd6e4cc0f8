"""The end of a failure that missed runs is the run that goes again."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Schedule
from impactgraph.forecast.failure_ends import failure_ends
from impactgraph.forecast.scenarios import Reals
from impactgraph.topology.calendar import Calendar
from tests.laws.inputs import moment_of

STARTED = moment_of("09:51")
AS_OF = moment_of("11:10")


def ends(expected_end: Millis, every: Millis, as_of: Millis = AS_OF) -> Reals:
    """(K,) ends of a missed run that started at 09:51."""
    failure = Failure(
        "F", "integration:manifest", FailureClass.MISSED_RUN, STARTED, expected_end=expected_end
    )
    found = failure_ends([failure], as_of, runs=lambda _: Calendar(Schedule(every=every)))
    return found.nominal["F"] + found.shifts["F"]


@pytest.mark.parametrize("reported", ["11:40", "12:00", "12:05"])
def test_where_runs_are_far_apart_the_nearest_one_goes(reported: str) -> None:
    assert set(ends(moment_of(reported), 2 * HOUR)) == {float(moment_of("12:00"))}


def test_half_way_between_two_runs_either_may_go() -> None:
    assert set(ends(moment_of("12:55"), 2 * HOUR)) == {float(moment_of("12:00")), float(moment_of("14:00"))}


def test_where_runs_are_close_the_estimate_decides() -> None:
    found = ends(moment_of("12:00"), 15 * MINUTE)

    assert found.min() == moment_of("11:45")
    assert found.max() == moment_of("12:45")


def test_a_run_that_is_past_has_been_missed() -> None:
    late = moment_of("12:03")

    assert set(ends(moment_of("12:00"), 2 * HOUR, as_of=late)) == {float(moment_of("14:00"))}


def test_a_known_end_is_exact() -> None:
    failure = Failure(
        "F", "integration:manifest", FailureClass.MISSED_RUN, STARTED, ended_at=moment_of("11:33")
    )
    found = failure_ends([failure], AS_OF, runs=lambda _: Calendar(Schedule(every=HOUR)))

    assert found.nominal["F"] == moment_of("11:33")
    assert not found.shifts["F"].any()


minutes = st.integers(1, 8 * 60).map(lambda n: n * MINUTE)
intervals = st.sampled_from([5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR])


@given(first=minutes, later=minutes, every=intervals)
def test_a_later_estimate_never_ends_earlier(first: Millis, later: Millis, every: Millis) -> None:
    assume(first <= later)

    assert (ends(AS_OF + first, every) <= ends(AS_OF + later, every)).all()


@given(length=minutes, every=intervals)
def test_every_end_is_a_run_that_lies_ahead(length: Millis, every: Millis) -> None:
    found = ends(AS_OF + length, every)

    assert (np.mod(found, every) == 0).all()
    assert (found >= AS_OF).all()
