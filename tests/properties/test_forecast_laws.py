"""What holds of every blast radius: milder failures never hit more, and nothing out of reach is touched."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import Band, RecordKind
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE
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


# ---- out of reach


@SETTINGS
@given(worlds(most_failures=3))
def test_every_affected_fulfillment_names_what_affects_it(world: World) -> None:
    answer = ask(world)
    rows = answer.affected_fulfillments
    listed = rows.likelihood > answer.min_likelihood

    assert (rows.impairment[listed] >= 0).all()
    assert (rows.step[listed] >= 0).all()


@SETTINGS
@given(worlds(most_failures=2))
def test_no_order_outside_the_scope_is_affected(world: World) -> None:
    answer = ask(world)
    inside = {j.order for j in world.journeys if any(within(f.scope, j) for f in world.failures)}

    assert {row.order for row in orders_of(answer)} <= inside
    assert {row.order for kind in RECORDS for row in records_of(answer, kind)} <= inside


def within(scope: Scope, journey: Journey) -> bool:
    values = {"locations": journey.location, "channels": journey.channel, "workflows": journey.workflow}
    return all(values[name] in allowed for name, allowed in scope.limits)


@SETTINGS
@given(worlds(most_failures=2))
def test_nothing_before_the_start_of_the_failure_is_affected(world: World) -> None:
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
def test_no_order_is_affected_before_the_failure_begins(world: World) -> None:
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
