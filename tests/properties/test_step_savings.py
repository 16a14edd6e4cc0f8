"""Laws of what the steps of playbooks save."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings

from graph_models.enums import FailureClass
from graph_models.impact import Question
from graph_models.incident_life import ChecklistStep
from graph_models.playbooks import StepEffect, StepEffectKind
from graph_models.topology import Step, System, Takes, Topology, Workflow
from impactgraph.forecast.hold import with_hold
from impactgraph.ports.store import Store
from impactgraph.usecases.blast_radius import answer_question, assess
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.step_savings import ProposedStep, StepSavings
from tests.properties.wide_worlds import SCENARIO, wide_worlds
from tests.worlds import SmallStore, World

SETTINGS = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
ROUNDING = 1e-6
LONG_AFTER = 10**15
SPARE = System("spare", "Spare")
AT_ONCE = Workflow("at-once", (Step("only", "at-once", "system:spare", Takes(0, 0)),))


@contextmanager
def opened(world: World) -> Iterator[Snapshot]:
    """The world with a system that nothing needs, and a workflow that takes no time there."""
    topology: Topology = replace(
        world.topology,
        systems={**world.topology.systems, "spare": SPARE},
        workflows={**world.topology.workflows, "at-once": AT_ONCE},
    )
    store = cast(Store, SmallStore(replace(world, topology=topology)))
    with snapshot(store, world.as_of, world.as_of) as s:
        yield s


def question(world: World) -> Question:
    return Question(tuple(each.key for each in world.failures), min_likelihood=0.0, as_of=world.as_of)


def saving(s: Snapshot, world: World, effect: StepEffect) -> ProposedStep:
    step = ChecklistStep(1, "any", 1, "Do it", None, None, effect)
    return StepSavings(s, answer_question, question(world), ()).of(step)


@SETTINGS
@given(world=wide_worlds(classes=(FailureClass.OUTAGE,)))
def test_an_alternative_that_is_open_to_all_adds_no_missed_promise(world: World) -> None:
    """Of outages: what an end of other failures makes of orders that have waited for long is a guess."""
    with opened(world) as s:
        opens = saving(s, world, StepEffect(StepEffectKind.ALTERNATIVE, "system:spare"))
        ends = saving(s, world, StepEffect(StepEffectKind.END))

    assert opens.saves == ends.saves
    for estimates in (opens.saves, opens.saves_in_an_hour):
        assert estimates is None or estimates.promises_missed.expected >= -ROUNDING
    assert (opens.saves is None) == bool(opens.reason)


@SETTINGS
@given(world=wide_worlds())
def test_a_move_to_where_nothing_fails_and_no_time_is_lost_adds_no_missed_promise(world: World) -> None:
    """To a scenario for each fulfillment: the two forecasts weigh their scenarios apart."""
    slack = SCENARIO * len(world.journeys) + ROUNDING
    with opened(world) as s:
        for workflow in world.topology.workflows:
            effect = StepEffect(StepEffectKind.MOVE, "workflow:at-once", source=f"workflow:{workflow}")
            moved = saving(s, world, effect)
            for estimates in (moved.saves, moved.saves_in_an_hour):
                if estimates is not None:
                    promises = estimates.promises_missed
                    assert promises.low <= promises.expected <= promises.high
                    assert promises.expected >= -slack
                    assert estimates.orders.expected >= -slack


@SETTINGS
@given(world=wide_worlds())
def test_a_hold_of_records_changes_no_order(world: World) -> None:
    """To a scenario for each fulfillment: an order that waits for an impaired record is seen another way."""
    ways = {f"integration:{key}": frozenset[str]() for key in world.topology.integrations}
    handing_over = {t.via for w in world.topology.workflows.values() for step in w.steps for t in step.then}
    ways = {way: types for way, types in ways.items() if way not in handing_over}
    with opened(world) as s:
        failures = tuple(world.failures)
        now = assess(s, question(world), failures)
        held = assess(
            s, question(world), failures, change=lambda f: with_hold(f, ways, (), since=world.as_of)
        )
        late = assess(
            s,
            question(world),
            failures,
            change=lambda f: with_hold(f, ways, (), since=LONG_AFTER),
        )

        slack = SCENARIO * len(world.journeys) + ROUNDING
        for name in ("promises_missed", "stuck"):
            estimates = getattr(held.estimates, name), getattr(now.estimates, name)
            assert estimates[0].expected == pytest.approx(estimates[1].expected, abs=slack)
        assert late.estimates == now.estimates
