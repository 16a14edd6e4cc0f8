"""Ends of failures: known, reported, asked for, usual, assumed; each says which."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import DEFAULT_RECOVERY
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.forecast.failure_ends import FailureEnds, failure_ends, typical_length

NOW: Millis = 1_772_539_200_000  # 2026-03-03T12:00Z
FAILURE = Failure("F", "system:erp", FailureClass.OUTAGE, NOW - HOUR)


def ends(failure: Failure, usual: Millis | None = None, recovery_time: Millis | None = None) -> FailureEnds:
    return failure_ends([failure], NOW, recovery_time=recovery_time, typical=lambda _: usual)


def spread(found: FailureEnds) -> tuple[float, float]:
    """The first and the last end."""
    every = found.nominal["F"] + found.shifts["F"]
    return float(every.min()), float(every.max())


@pytest.mark.parametrize("ended_at", [NOW - 10 * MINUTE, NOW + HOUR])
def test_a_known_end_is_no_estimate(ended_at: Millis) -> None:
    found = ends(replace(FAILURE, ended_at=ended_at, expected_end=NOW + 5 * HOUR), recovery_time=2 * HOUR)

    assert spread(found) == (ended_at, ended_at)
    assert found.assumptions == ()


def test_a_reported_end_is_wrong_by_up_to_a_fifth_of_the_true_length() -> None:
    failure = replace(FAILURE, expected_end=NOW + 3 * HOUR)
    found = ends(failure)

    first, last = spread(found)
    assert failure.started_at + 4 * HOUR / 1.2 <= first < failure.started_at + 4 * HOUR / 1.18
    assert failure.started_at + 4 * HOUR / 0.82 < last <= failure.started_at + 4 * HOUR / 0.8
    assert found.nominal["F"] == pytest.approx(NOW + 3 * HOUR, abs=5 * MINUTE)
    assert "ends around 2026-03-03 15:00 UTC, as reported" in found.assumptions[0]


@given(age=st.integers(1, 500), overdue=st.floats(0.01, 1))
def test_a_failure_that_should_be_over_ends_within_a_fifth_of_its_age(age: int, overdue: float) -> None:
    started_at = NOW - age * MINUTE
    expected_end = min(started_at + round((1 - overdue) * age * MINUTE), NOW)

    found = ends(replace(FAILURE, started_at=started_at, expected_end=expected_end))

    first, last = spread(found)
    assert NOW - 1 <= first <= last
    assert (
        last
        <= max(NOW + 0.2 * age * MINUTE, started_at + (expected_end - started_at) / 0.8, NOW + MINUTE) + 1
    )
    assert "no end reported" in found.assumptions[0]


def test_without_a_reported_end_the_one_that_is_asked_for_counts() -> None:
    found = ends(FAILURE, usual=5 * HOUR, recovery_time=30 * MINUTE)

    assert spread(found) == (NOW + 30 * MINUTE, NOW + 30 * MINUTE)
    assert found.assumptions == ("F recovers 30 min from 2026-03-03 12:00 UTC, as asked.",)


def test_what_is_asked_for_counts_from_the_start_of_a_failure_that_is_still_to_come() -> None:
    planned = replace(FAILURE, started_at=NOW + HOUR)

    assert spread(ends(planned, recovery_time=30 * MINUTE)) == (NOW + 90 * MINUTE, NOW + 90 * MINUTE)


@pytest.mark.parametrize(
    ("usual", "length", "reason"),
    [
        (3 * HOUR, 3 * HOUR, "3 h is as failures of this kind did before"),
        (None, DEFAULT_RECOVERY, "is the default, as no end is known"),
    ],
)
def test_without_any_end_a_failure_lasts_as_long_as_usual(
    usual: Millis | None, length: Millis, reason: str
) -> None:
    found = ends(FAILURE, usual)

    # Of scenarios as many are earlier as later.
    assert np.median(found.shifts["F"]) == pytest.approx(0, abs=MINUTE)
    expected = max(FAILURE.started_at + length, NOW + length // 4)
    assert found.nominal["F"] == pytest.approx(expected, abs=0.1 * length)
    assert reason in found.assumptions[0]


def test_a_failure_that_has_lasted_for_longer_than_usual_lasts_for_a_quarter_of_that_more() -> None:
    old = replace(FAILURE, started_at=NOW - 8 * HOUR)

    first, last = spread(ends(old, usual=2 * HOUR))
    assert NOW <= first < NOW + 30 * MINUTE < last


def test_the_usual_length_is_the_median_of_ended_ones_there_else_of_the_class() -> None:
    def ended(key: str, target: str, minutes: int, what: FailureClass = FailureClass.OUTAGE) -> Failure:
        started_at = NOW - 20 * HOUR
        return Failure(key, target, what, started_at, ended_at=started_at + minutes * MINUTE)

    there = [ended(f"T{n}", "system:erp", minutes) for n, minutes in enumerate((10, 20, 90))]
    elsewhere = [ended(f"E{n}", "system:oms", minutes) for n, minutes in enumerate((200, 300, 400, 500, 600))]
    other_class = [ended("C", "system:erp", 5, FailureClass.LATENCY)]

    assert typical_length(FAILURE, [*there, *elsewhere, *other_class], NOW) == 20 * MINUTE
    assert typical_length(FAILURE, [*elsewhere, *other_class], NOW) == 400 * MINUTE
    assert typical_length(FAILURE, other_class, NOW) is None
    not_yet = [replace(each, ended_at=NOW + HOUR) for each in there]
    assert typical_length(FAILURE, not_yet, NOW) is None
    called_off = [replace(each, ended_at=each.started_at) for each in there]
    assert typical_length(FAILURE, called_off, NOW) is None
