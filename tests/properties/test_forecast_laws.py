"""What holds of every blast radius: milder failures never hit more, and nothing out of reach is touched."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_models.enums import Band, FailureClass, RecordKind
from graph_models.needs import Choice
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.diagnosis.why.impacts import steps_in
from impactgraph.impact.affected_fulfillments import RECORDS_ONLY
from impactgraph.impact.blast_radius import BlastRadius
from tests.listing import orders_of, records_of
from tests.properties.small_worlds import worlds
from tests.worlds import Journey, World, ask

SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
NARROW = (Scope.of(locations=["here"]), Scope.of(channels=["web"]), Scope.of(workflows=["ship"]))
RECORDS = tuple(RecordKind)


def affected(world: World, **question: Any) -> set[str]:
    return {row.order for row in orders_of(ask(world, **question))}


def told(answer: BlastRadius) -> tuple[Any, ...]:
    """All that an answer says of orders and records."""
    return answer.totals, orders_of(answer), [records_of(answer, kind) for kind in RECORDS]


# ---- what does not matter


@SETTINGS
@given(worlds(most_failures=3), st.randoms(use_true_random=False))
def test_the_order_of_failures_and_of_rows_does_not_matter(world: World, dice: Any) -> None:
    failures, journeys = list(world.failures), list(world.journeys)
    dice.shuffle(failures)
    dice.shuffle(journeys)
    shuffled = replace(world, failures=tuple(failures), journeys=tuple(journeys))

    assert without_ties(ask(shuffled)) == without_ties(ask(world))


def without_ties(answer: BlastRadius) -> tuple[Any, ...]:
    """All but which of two fulfillments that are hit alike stands for their order."""
    totals, orders, records = told(answer)
    return totals, [replace(row, fulfillment="") for row in orders], records


@SETTINGS
@given(worlds())
def test_the_same_question_has_the_same_answer(world: World) -> None:
    assert told(ask(world)) == told(ask(world))


# ---- milder failures


def unpassed(world: World) -> World:
    """The same orders as if they had come just now to where they are: one that has passed meanwhile is
    evidence of what the failure was not, and fits a milder one better.
    """
    return replace(world, journeys=tuple(replace(j, stays=j.stays[-1:]) for j in world.journeys))


@SETTINGS
@given(worlds(most_failures=1), st.sampled_from(NARROW))
def test_a_narrower_scope_never_adds_an_order(world: World, narrow: Scope) -> None:
    failure = world.failures[0]
    narrower = world.with_failures(replace(failure, scope=failure.scope.intersection(narrow)))

    assert affected(narrower) <= affected(world)


@SETTINGS
@given(worlds(most_failures=2))
def test_one_failure_less_never_adds_an_order(world: World) -> None:
    world = unpassed(world)

    assert (
        affected(world, failures=tuple(f.key for f in world.failures[1:]), suppose=()) <= affected(world)
        or len(world.failures) == 1
    )


@SETTINGS
@given(worlds(most_failures=1), st.sampled_from([30 * MINUTE, 2 * HOUR]))
def test_a_shorter_window_never_adds_an_order(world: World, earlier: Millis) -> None:
    world = unpassed(world)
    failure = world.failures[0]
    assume(failure.failure_class is not FailureClass.BACKLOG)  # the same backlog in less time grows faster
    assert failure.expected_end is not None
    end = max(failure.expected_end - earlier, failure.started_at + MINUTE)
    assume(end > world.as_of)

    assert affected(world.with_failures(replace(failure, expected_end=end))) <= affected(world)


@SETTINGS
@given(
    worlds(most_failures=1),
    st.sampled_from(
        [
            FailureClass.LATENCY,
            FailureClass.TRANSIENT,
            FailureClass.CAPACITY,
            FailureClass.BACKLOG,
            FailureClass.STALE_DATA,
        ]
    ),
)
def test_a_milder_failure_of_the_same_class_never_adds_an_order(world: World, what: FailureClass) -> None:
    world = unpassed(world)
    worse = replace(world.failures[0], failure_class=what, drain=None)
    assert worse.delay is not None
    assert worse.error_rate is not None
    milder = replace(worse, delay=worse.delay // 3, error_rate=worse.error_rate / 3)

    assert affected(world.with_failures(milder)) <= affected(world.with_failures(worse))


@SETTINGS
@given(worlds(most_failures=1))
def test_what_a_latency_makes_later_an_outage_makes_later_too(world: World) -> None:
    """Where there is no alternative and nothing is optional: in an outage orders do without, a slow answer
    is waited for.

    With no tolerance: shortly before its end an outage holds orders for a moment only, a latency for as long
    as ever. Of the orders themselves: a record is late from its due time on.
    """
    needs = [s.needs for w in world.topology.workflows.values() for s in w.steps]
    assume(not any(n.optional or any(isinstance(need, Choice) for need in n.required) for n in needs))
    world = unpassed(world)
    outage = replace(world.failures[0], failure_class=FailureClass.OUTAGE)
    assert outage.expected_end is not None
    late = replace(
        outage,
        failure_class=FailureClass.LATENCY,
        delay=min(outage.delay or MINUTE, (outage.expected_end - outage.started_at) // 10),
    )

    delayed = {
        row.order
        for row in orders_of(ask(world.with_failures(late), tolerance=0))
        if row.band is not Band.RECORDS_ONLY
    }

    assert delayed <= affected(world.with_failures(outage), tolerance=0)


# ---- out of reach


@SETTINGS
@given(worlds(most_failures=2))
def test_nothing_outside_the_scope_is_touched(world: World) -> None:
    answer = ask(world)
    inside = {j.order for j in world.journeys if any(within(f.scope, j) for f in world.failures)}

    assert {row.order for row in orders_of(answer)} <= inside
    assert {row.order for kind in RECORDS for row in records_of(answer, kind)} <= inside


def within(scope: Scope, journey: Journey) -> bool:
    values = {"locations": journey.location, "channels": journey.channel, "workflows": journey.workflow}
    return all(values[name] in allowed for name, allowed in scope.limits)


@SETTINGS
@given(worlds(most_failures=2))
def test_what_was_done_before_the_failure_began_is_not_touched(world: World) -> None:
    over = replace(
        world,
        failures=tuple(
            replace(f, started_at=world.as_of - MINUTE, expected_end=world.as_of + HOUR)
            for f in world.failures
        ),
    )
    ended = replace(
        over,
        journeys=tuple(
            replace(j, ended=max(j.stays[-1][1], world.as_of - 2 * HOUR))
            for j in world.journeys
            if j.stays[-1][1] < world.as_of - 2 * MINUTE
        ),
    )
    done = {j.fulfillment for j in ended.journeys}
    found = orders_of(ask(ended))

    assert [row.order for row in found if row.band is not Band.RECORDS_ONLY and row.fulfillment in done] == []


@SETTINGS
@given(worlds(most_failures=2))
def test_no_order_is_hit_before_the_failure_that_hits_it(world: World) -> None:
    answer = ask(world)
    begun = min(f.started_at for f in world.failures)

    flow = [
        row for row in orders_of(answer) if row.band is not Band.RECORDS_ONLY
    ]  # a record is hit on its way, after the moment that is told
    assert [row.order for row in flow if row.hit_at < begun] == []


# ---- expected steps


@SETTINGS
@given(worlds(most_failures=2))
def test_expected_steps_lie_ahead_without_gaps_and_end_with_the_forecast(world: World) -> None:
    answer = ask(world)
    answer.inputs.forecaster.keeps_steps = True

    for row in np.flatnonzero(answer.affected_fulfillments.band != RECORDS_ONLY).tolist():
        fulfillment = int(answer.affected_fulfillments.fulfillment[row])
        expected = steps_in(answer, fulfillment)
        if not expected.steps:
            continue
        finish = float(answer.affected_fulfillments.completion[row])
        assert all(before.leaves == after.begins for before, after in pairwise(expected.steps))
        assert all(step.leaves >= max(step.begins, world.as_of) for step in expected.steps)
        assert expected.is_open_ended == np.isinf(finish)
        assert expected.is_open_ended or expected.done_at == max(round(finish), world.as_of)
