"""What holds of every verdict: none hides a promise that was missed or will be, each failure that is past its
expected end is told of alike, and nothing began in the future.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.diagnosis import DiagnosisState
from graph_models.enums import OrderStatus
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.ports.store import Store
from impactgraph.usecases.why import Case
from tests.asking import cases_of
from tests.listing import orders_of
from tests.properties.small_worlds import AS_OF, worlds
from tests.worlds import SmallStore, World, ask

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
CALM = (DiagnosisState.ON_TRACK, DiagnosisState.WAITING)
PROMISES = st.sampled_from(
    [AS_OF - DAY, AS_OF - 1, AS_OF, AS_OF + 5 * MINUTE, AS_OF + HOUR, AS_OF + 9 * HOUR]
)
MOMENTS = st.sampled_from(
    [AS_OF - 3 * HOUR, AS_OF - 5 * MINUTE, AS_OF - 1, AS_OF, AS_OF + 1, AS_OF + 5 * MINUTE, AS_OF + HOUR]
)


@st.composite
def promised(draw: st.DrawFn, most_failures: int = 2) -> World:
    """With orders whose promise has passed, or is near."""
    world: World = draw(worlds(most_failures=most_failures))
    promises = {journey.order: draw(PROMISES) for journey in world.journeys}
    journeys = (replace(journey, promised_by=promises[journey.order]) for journey in world.journeys)
    return replace(world, journeys=tuple(journeys))


@st.composite
def ending(draw: st.DrawFn) -> World:
    """With failures that are expected to end about now, or did, whether or not an end was reported; they may
    be reports of the same one.
    """
    world: World = draw(promised())
    failures: list[Failure] = []
    for failure in reported_twice(world.failures) if draw(st.booleans()) else world.failures:
        earliest = failure.started_at + MINUTE
        expected_end = max(draw(MOMENTS), earliest)
        ended_at = draw(st.sampled_from([None, None, AS_OF - HOUR, AS_OF - 1, AS_OF + HOUR]))
        end = max(ended_at, earliest) if ended_at is not None else None
        failures.append(replace(failure, expected_end=expected_end, ended_at=end))
    return replace(world, failures=tuple(failures))


def reported_twice(failures: Sequence[Failure]) -> tuple[Failure, ...]:
    """All as reports of what the last one is of, the one with the last key first."""
    last = failures[-1]
    subject = {"target": last.target, "failure_class": last.failure_class, "scope": last.scope}
    return tuple(replace(each, drain=last.drain, **subject) for each in reversed(failures))


def cases(world: World) -> dict[str, Case]:
    keys = tuple(dict.fromkeys(journey.order for journey in world.journeys))
    return cases_of(cast(Store, SmallStore(world)), keys, world.as_of)


def answers(world: World) -> Iterator[tuple[Failure | None, list[AffectedOrder]]]:
    """Listed orders of all active failures together (None), and of each that has begun by itself."""
    begun = [failure for failure in world.failures if failure.started_at <= world.as_of]
    active = tuple(failure.key for failure in begun if failure.active_at(world.as_of))
    if active:
        yield None, orders_of(ask(world, failures=active, min_likelihood=0.05))
    for failure in begun:
        yield failure, orders_of(ask(world, failures=(failure.key,), min_likelihood=0.05))


@SETTINGS
@given(ending())
def test_no_order_is_called_calm_whose_promise_an_answer_calls_missed(world: World) -> None:
    diagnosed = cases(world)

    for _, rows in answers(world):
        for row in rows:
            if row.misses_promise or row.late_anyway >= 0.5:
                assert diagnosed[row.order].diagnosis.state not in CALM


@SETTINGS
@given(promised())
def test_an_order_past_its_promise_says_so(world: World) -> None:
    for case in cases(world).values():
        order = case.situation.order
        is_past = order.promised_by is not None and order.promised_by < world.as_of
        if order.status is OrderStatus.IN_FLIGHT and is_past:
            assert case.diagnosis.state not in CALM
            assert "promise" in case.diagnosis.headline
            assert case.diagnosis.customer_facts is not None and case.diagnosis.customer_facts.is_late


@SETTINGS
@given(ending())
def test_what_a_failure_does_is_said_alike_about_its_expected_end(world: World) -> None:
    """An active failure that affects an order is among its causes and the other way round; of one that has
    ended at least the timeline tells, where the order was in flight before its end.
    """
    diagnosed = cases(world)
    listed: dict[str | None, set[str]] = {}
    for failure, rows in answers(world):
        listed[failure.key if failure is not None else None] = {row.order for row in rows}
        for row in rows if failure is not None else ():
            case = diagnosed[row.order]
            if failure is not None and failure.active_at(world.as_of):
                assert failure.key in causes_of(case)
            elif failure is not None and case.situation.order.placed_at < (failure.ended_at or 0):
                assert failure.key in told_in_timeline(case)
    for key, case in diagnosed.items():
        for cause in causes_of(case):
            failure = next(each for each in world.failures if each.key == cause)
            if failure.active_at(world.as_of):
                assert key in listed[cause] | listed.get(None, set())


@SETTINGS
@given(ending())
def test_nothing_that_a_diagnosis_tells_of_as_a_fact_is_in_the_future(world: World) -> None:
    for case in cases(world).values():
        diagnosis, facts = case.diagnosis, case.diagnosis.customer_facts
        assert facts is not None
        assert diagnosis.since is None or diagnosis.since <= world.as_of
        assert all(record.due < world.as_of for record in diagnosis.missing)
        assert facts.since is None or facts.since <= world.as_of
        assert facts.expected_at is None or facts.expected_at >= world.as_of
        assert facts.expected_by is None or facts.expected_by >= (facts.expected_at or 0)


def causes_of(case: Case) -> set[str]:
    """Keys of all reports of the failures among its causes."""
    causes = [cause for cause in case.diagnosis.causes if cause.failure is not None]
    return {key for cause in causes for key in (cause.failure or "", *cause.also_reported_as)}


def told_in_timeline(case: Case) -> set[str]:
    """Failures that its timeline names."""
    return {failure.key for _, impact in case.situation.impacts for failure in impact.failures}
