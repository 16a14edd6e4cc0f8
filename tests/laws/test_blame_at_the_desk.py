"""The desk names the failures that change something for an order, each with its share of the joint answer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from graph_models.diagnosis import Cause
from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import MINUTE
from graph_models.topology import Topology, Transition
from tests.asking import cases_of
from tests.drawing import EIGHT, HOUR, any_of, call, drawn, step
from tests.laws.inputs import moment_of, store_of
from tests.laws.shops import PICKING, WORK, shop
from tests.worlds import Journey, SmallStore, World

NOW = moment_of("12:00")


def causes(failures: Sequence[Failure], journey: Journey, topology: Topology) -> tuple[Cause, ...]:
    """Failures that the diagnosis of an order names at eleven."""
    store = SmallStore(World(topology, tuple(failures), (journey,), EIGHT + 3 * HOUR))
    case = cases_of(store, [journey.order], EIGHT + 3 * HOUR)[journey.order]  # type: ignore[arg-type]
    return tuple(each for each in case.diagnosis.causes if each.kind == "failure")


def test_a_failure_that_was_over_before_the_order_came_is_not_among_its_causes() -> None:
    store = store_of("07-the-wrong-failure-is-blamed", "12:00", "events")

    for case in cases_of(store, ["O0", "O1", "O2"], NOW).values():
        assert {cause.failure for cause in case.diagnosis.causes if cause.kind == "failure"} <= {"MQ"}


def failing(key: str, target: str, rate: float | None = None) -> Failure:
    failure_class = FailureClass.OUTAGE if rate is None else FailureClass.TRANSIENT
    return Failure(
        key,
        f"integration:{target}",
        failure_class,
        EIGHT + HOUR,
        expected_end=EIGHT + 6 * HOUR,
        error_rate=rate,
    )


JOURNEY = Journey("O-1", (("release", EIGHT + 3 * HOUR - 2 * MINUTE),))


def test_shares_of_two_add_up_and_each_says_what_it_does_alone() -> None:
    first, second = causes([failing("P", "pay", 0.8), failing("T", "tax", 0.6)], JOURNEY, shop())

    assert (first.failure, second.failure) == ("P", "T")
    assert first.likelihood > second.likelihood > 0
    assert first.likelihood + second.likelihood == pytest.approx(1 - 0.2 * 0.4, abs=0.03)
    assert "By itself it affects the order with a likelihood of 80 %" in first.evidence
    assert "beyond the other failures it adds 32 %" in first.evidence


def test_what_two_outages_do_alike_is_shared() -> None:
    first, second = causes([failing("P", "pay"), failing("T", "tax")], JOURNEY, shop())

    assert first.likelihood == second.likelihood == pytest.approx(0.5, abs=0.01)
    assert "beyond the other failures it adds 0 %" in first.evidence


def test_the_same_failure_under_two_ids_is_one_cause() -> None:
    reports = [replace(failing("P2", "pay"), reported_at=1), replace(failing("P1", "pay"), reported_at=2)]
    every = causes([*reports, failing("T", "tax")], JOURNEY, shop())

    assert [cause.failure for cause in every] == ["P2", "T"], "it goes by its first report"
    assert every[0].also_reported_as == ("P1",) and "also reported as failure:P1" in every[0].evidence
    assert sum(cause.likelihood for cause in every) == pytest.approx(1.0, abs=0.01)


def test_a_single_failure_has_all_of_it() -> None:
    (only,) = causes([failing("P", "pay", 0.6)], JOURNEY, shop())

    assert only.likelihood == pytest.approx(0.6, abs=0.03)
    assert "By itself" not in only.evidence


def test_nothing_is_added_to_other_failures_where_no_other_one_has_a_share() -> None:
    every = [failing("P", "pay", 0.6), failing("P2", "pay", 0.6), failing("T", "tax", 0.0001)]
    (only,) = causes(every, JOURNEY, shop())

    assert "By itself" not in only.evidence and "beyond the other failures" not in only.evidence
    assert only.evidence.endswith("It was also reported as failure:P2.")


def test_failures_that_are_unlikely_alone_are_causes_of_what_they_do_together() -> None:
    """Alone each is less likely than what is listed."""
    every = causes([failing("P", "pay", 0.04), failing("T", "tax", 0.04)], JOURNEY, shop())

    assert {cause.failure for cause in every} == {"P", "T"}
    assert sum(cause.likelihood for cause in every) == pytest.approx(0.0784, abs=0.01)


def test_failures_of_which_any_two_would_do_share_what_they_do() -> None:
    """Two alternatives, each of which two failures take out: none of the four changes anything by itself."""
    either = drawn(
        call("one", "oms", "first"),
        call("two", "oms", "second"),
        step(
            "release",
            "oms",
            any_of("integration:one", "integration:two"),
            takes=WORK,
            then=(Transition("pick"),),
        ),
        step("pick", "wms", takes=PICKING),
    )
    failures = [
        failing("A", "one"),
        replace(failing("B", "one"), target="system:first"),
        failing("D", "two"),
        replace(failing("E", "two"), target="system:second"),
    ]

    three, four = causes(failures[:3], JOURNEY, either), causes(failures, JOURNEY, either)

    assert {cause.failure: round(cause.likelihood, 2) for cause in three} == {"D": 0.67, "A": 0.17, "B": 0.17}
    assert {cause.failure: round(cause.likelihood, 2) for cause in four} == dict.fromkeys("ABDE", 0.25)


def test_the_cause_of_an_order_of_two_parts_is_as_likely_as_the_order_is_affected() -> None:
    store = SmallStore(
        World(shop(), (failing("P", "pay", 0.6),), (JOURNEY, replace(JOURNEY, part=2)), EIGHT + 3 * HOUR)
    )
    case = cases_of(store, ["O-1"], EIGHT + 3 * HOUR)["O-1"]  # type: ignore[arg-type]

    assert case.diagnosis.causes[0].likelihood == pytest.approx(0.84, abs=0.02)
