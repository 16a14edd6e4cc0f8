"""What an order needs holds it whatever else is reported of it, and the longer it stays, the surer."""

from dataclasses import replace
from itertools import pairwise

import pytest

from graph_models.enums import Band, FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import MINUTE, Millis
from graph_models.topology import Emission, Retry, Takes, Topology, Transition
from tests.drawing import EIGHT, HOUR, call, drawn, step
from tests.laws.shops import shop
from tests.listing import orders_of
from tests.worlds import Erred, Journey, World, ask

NOW = EIGHT + 30 * HOUR
LONG_PICKING = Takes(10 * HOUR, 20 * HOUR)


def failing(
    target: str = "integration:pay", rate: float | None = None, ended_at: Millis | None = None
) -> Failure:
    failure_class = FailureClass.OUTAGE if rate is None else FailureClass.TRANSIENT
    return Failure(
        target,
        target,
        failure_class,
        EIGHT,
        error_rate=rate,
        drain=0,
        ended_at=ended_at,
        expected_end=None if ended_at else NOW + 2 * HOUR,
    )


def row(journey: Journey, *failures: Failure, topology: Topology | None = None) -> AffectedOrder | None:
    rows = orders_of(ask(World(topology or shop(picking=LONG_PICKING), failures, (journey,), NOW)))
    return rows[0] if rows else None


def likelihood(journey: Journey, *failures: Failure, topology: Topology | None = None) -> float:
    found = row(journey, *failures, topology=topology)
    return found.likelihood if found is not None else 0.0


def staying(minutes: int, element: str | None = None) -> Journey:
    """In the step for so long, with an error two minutes ago where an element is given."""
    errors = () if element is None else (Erred("release", NOW - 2 * MINUTE, element, "TIMEOUT"),)
    return Journey("O-1", (("release", NOW - minutes * MINUTE),), errors=errors)


# ---- errors of something else


@pytest.mark.parametrize("element", ["integration:tax", "system:oms", "system:psp", "system:wms", ""])
def test_an_error_of_something_else_leaves_an_order_in_an_outage_of_what_it_needs(element: str) -> None:
    found = row(staying(4, element), failing())

    assert found is not None
    assert found.band is Band.STUCK
    assert found.likelihood > 0.85  # unless the failure is over when it is tried again


@pytest.mark.parametrize("rate", [0.3, 0.9])
@pytest.mark.parametrize("minutes", [6, 40])
def test_an_error_of_something_else_leaves_the_chance_of_a_failed_call(rate: float, minutes: int) -> None:
    assert likelihood(staying(minutes, "integration:tax"), failing(rate=rate)) > rate * 0.85


@pytest.mark.parametrize("element", ["integration:pay", "system:psp", "system:oms", ""])
def test_an_error_of_the_call_or_of_who_makes_or_takes_it_is_evidence(element: str) -> None:
    assert likelihood(staying(4, element), failing(rate=0.3)) > 0.99


def test_an_error_is_of_the_failure_that_it_names() -> None:
    """Of two calls that may have failed: the error names the second."""
    both = failing(rate=0.3), failing("integration:tax", rate=0.1)
    found = row(staying(6, "integration:tax"), *both)

    assert found is not None
    assert found.likelihood > 0.99
    assert found.path.hops[0].source == "failure:integration:tax"


# ---- long stays


@pytest.mark.parametrize("days", [1, 3, 20])
def test_who_has_no_record_of_the_work_does_not_wait_at_the_hand_over(days: int) -> None:
    """Its work is not done, so an outage of the way on adds nothing to what an outage of the step does."""
    topology = drawn(
        call("hand", "wms", "oms"),
        step(
            "release",
            "wms",
            takes=Takes(5 * MINUTE),
            emits=(Emission(RecordKind.TASK, "picked"),),
            then=(Transition("pack", "integration:hand"),),
        ),
        step("pack", "oms"),
    )
    journey = staying(days * 24 * 60)
    way_on, work = (
        replace(failing(target), started_at=NOW - 2 * HOUR, expected_end=NOW - HOUR)
        for target in ("integration:hand", "step:ship/release")
    )

    both, alone = (
        likelihood(journey, *failures, topology=topology) for failures in ((way_on, work), (work,))
    )

    assert likelihood(journey, way_on, topology=topology) < 0.05
    assert both == pytest.approx(alone, abs=0.035)


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("retry", [None, Retry(3, 10 * MINUTE)])
def test_who_stays_long_is_held_by_what_may_have_failed(rate: float, retry: Retry | None) -> None:
    """Retries that fail one after the other are unlikely by themselves, so that they explain less."""
    least = 0.97 if retry is None else 0.2
    for minutes in (60, 90, 240, 600, 1500):
        found = likelihood(
            staying(minutes), failing(rate=rate), topology=shop(retry=retry, picking=LONG_PICKING)
        )
        assert found > max(least, rate), (minutes, found)


@pytest.mark.parametrize("rate", [0.2, 0.9, 0.98, 1.0])
@pytest.mark.parametrize("minutes", [30, 90, 240, 600])
@pytest.mark.parametrize("is_over", [False, True])
def test_who_stayed_long_and_has_left_was_held(rate: float, minutes: int, *, is_over: bool) -> None:
    left = NOW - 5 * MINUTE
    journey = replace(staying(minutes + 5), stays=(("release", left - minutes * MINUTE), ("pick", left)))
    assert likelihood(journey, failing(rate=rate, ended_at=left - MINUTE if is_over else None)) > 0.9


def test_a_higher_error_rate_never_affects_who_has_left_less() -> None:
    left = NOW - 5 * MINUTE
    for minutes in (14, 25, 45, 120):
        journey = replace(staying(5), stays=(("release", left - minutes * MINUTE), ("pick", left)))
        chances = [likelihood(journey, failing(rate=rate)) for rate in (0.1, 0.3, 0.6, 0.9, 0.97, 0.99, 1.0)]
        assert all(b >= a - 0.035 for a, b in pairwise(chances)), (minutes, chances)
