"""A failure that occurs again under its id: what it did to orders before counts as before."""

from dataclasses import replace
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import DAY, HOUR, MINUTE, Millis
from impactgraph.ports.store import Store
from tests.asking import cases_of
from tests.listing import orders_of
from tests.properties.wide_worlds import wide_worlds
from tests.worlds import SmallStore, World, ask

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def occurred_before(failure: Failure, ended_at: Millis) -> Failure:
    return replace(failure, ended_at=ended_at, expected_end=None)


def told(world: World) -> dict[str, tuple[object, ...]]:
    return {
        row.order: (row.band, row.likelihood, row.expected_delay, row.miss_likelihood)
        for row in orders_of(ask(world, horizon=365 * DAY))
    }


@SETTINGS
@given(wide_worlds(most_failures=2), st.sampled_from([5 * MINUTE, HOUR]), st.sampled_from(list(FailureClass)))
def test_a_former_episode_does_what_a_failure_of_its_own_does(
    world: World, ago: Millis, what: FailureClass
) -> None:
    first, *others = world.failures
    ended_at = max(world.as_of - ago, first.started_at + MINUTE)
    former = replace(occurred_before(first, ended_at), failure_class=what)
    now = replace(first, started_at=max(ended_at + MINUTE, world.as_of - 2 * MINUTE))

    again = world.with_failures(replace(now, former_episodes=(former,)), *others)
    apart = world.with_failures(now, replace(former, key=f"{first.key} episode 0"), *others)

    assert told(again) == told(apart)


@SETTINGS
@given(wide_worlds(most_failures=2), st.sampled_from([5 * MINUTE, HOUR]))
def test_the_desk_names_it_for_each_order_that_it_affected_before(world: World, ago: Millis) -> None:
    first, *others = world.failures
    former = occurred_before(first, max(world.as_of - ago, first.started_at + MINUTE))
    now = replace(first, started_at=world.as_of, former_episodes=(former,))
    world = world.with_failures(now, *others)
    affected = orders_of(ask(world, failures=(now.key,), min_likelihood=0.05))

    cases = cases_of(cast(Store, SmallStore(world)), [row.order for row in affected], world.as_of)

    for row in affected:
        causes = {cause.failure for cause in cases[row.order].diagnosis.causes}
        assert now.key in causes, row.order
