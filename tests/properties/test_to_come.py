"""Orders still to come: fewer than are placed, more for a longer failure, and the sum of their parts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.estimates import Estimate, ToCome
from graph_models.orders import OrderFilter
from graph_models.time import DAY, HOUR, MINUTE
from graph_models.topology import System, Topology
from tests.properties.small_worlds import AS_OF, CHANNELS, PLACES, failures, topologies
from tests.worlds import Journey, World, ask

SETTINGS = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
HISTORY = 44 * HOUR
NAMES = ("placed", "affected", "promises_missed")
WORKFLOWS = ("ship", "fetch")
PARTS: dict[str, Callable[[str], OrderFilter]] = {
    "channel": lambda value: OrderFilter(channels=(value,)),
    "workflow": lambda value: OrderFilter(workflows=(value,)),
    "location": lambda value: OrderFilter(locations=(value,)),
}
# Who else waits at a location is evidence of how fast it works.
INDEPENDENT = tuple(each for each in FailureClass if each is not FailureClass.CAPACITY)


@st.composite
def busy_worlds(
    draw: Callable[..., Any], most_failures: int = 2, classes: Sequence[FailureClass] = tuple(FailureClass)
) -> World:
    """Worlds in which orders have been placed every half an hour or so for two days."""
    gap = draw(st.integers(20, 45)) * MINUTE
    moments = range(AS_OF - HISTORY, AS_OF, gap)
    kinds = draw(
        st.lists(st.tuples(*map(st.sampled_from, (WORKFLOWS, CHANNELS, PLACES))), min_size=3, max_size=7)
    )
    lead = draw(st.sampled_from([0, 90 * MINUTE, 5 * HOUR]))
    journeys = [
        Journey(
            f"O-{n}",
            (("release", at),),
            workflow,
            location=place,
            channel=channel,
            value=10 + n,
            promised_by=at + lead if lead else 0,
        )
        for n, at in enumerate(moments)
        for workflow, channel, place in [kinds[n % len(kinds)]]
    ]
    reported = draw(st.lists(failures(), min_size=1, max_size=most_failures))
    return World(
        draw(topologies()),
        tuple(
            replace(each, key=f"F{n}", failure_class=draw(st.sampled_from(classes)))
            for n, each in enumerate(reported)
        ),
        tuple(journeys),
        AS_OF,
    )


def to_come(world: World, where: OrderFilter | None = None) -> ToCome:
    return ask(world, horizon=365 * DAY, **({"where": where} if where else {})).to_come


def expected(of: ToCome, name: str) -> float:
    estimate: Estimate = getattr(of, name)
    return estimate.expected


def numbers(of: ToCome) -> Any:
    return pytest.approx([expected(of, name) for name in NAMES], abs=1e-5)


@SETTINGS
@given(busy_worlds())
def test_no_more_orders_to_come_are_affected_than_placed_nor_promises_missed_than_affected(
    world: World,
) -> None:
    of = to_come(world)

    assert 0 <= expected(of, "promises_missed") <= expected(of, "affected") + 1e-6
    assert expected(of, "affected") <= expected(of, "placed") + 1e-6
    for name in NAMES:
        each: Estimate = getattr(of, name)
        assert 0 <= each.low <= each.expected <= each.high <= each.possible
    for amount in of.value:
        assert 0 <= amount.low <= amount.expected <= amount.high


@SETTINGS
@given(busy_worlds(most_failures=1, classes=(FailureClass.OUTAGE,)))
def test_a_later_end_has_no_fewer_orders_to_come(world: World) -> None:
    ends = [world.as_of + minutes * MINUTE for minutes in (0, 7, 60, 200, 20 * 60)]

    costs = [
        to_come(world.with_failures(*(replace(f, ended_at=end, expected_end=None) for f in world.failures)))
        for end in ends
    ]

    assert [expected(costs[0], name) for name in NAMES] == [0, 0, 0]
    for name in NAMES:
        by_end = [expected(each, name) for each in costs]
        assert all(later >= earlier - 1e-6 for earlier, later in pairwise(by_end)), name
    assert expected(costs[-1], "placed") > 0


@SETTINGS
@given(busy_worlds(), st.sampled_from(list(PARTS)))
def test_orders_to_come_of_all_parts_add_up_to_the_whole(world: World, by: str) -> None:
    values = sorted({getattr(journey, by) for journey in world.journeys})
    parts = [to_come(world, PARTS[by](value)) for value in values]

    whole = to_come(world)
    assert [sum(expected(part, name) for part in parts) for name in NAMES] == numbers(whole)


@SETTINGS
@given(busy_worlds(classes=INDEPENDENT), st.sampled_from(WORKFLOWS))
def test_orders_of_other_workflows_change_nothing_about_those_to_come(world: World, workflow: str) -> None:
    own = tuple(journey for journey in world.journeys if journey.workflow == workflow)
    only = OrderFilter(workflows=(workflow,))

    alone = to_come(replace(world, journeys=own), only) if own else None

    together = to_come(world, only)
    assert [expected(together, name) for name in NAMES] == (numbers(alone) if alone else [0, 0, 0])


@SETTINGS
@given(busy_worlds(most_failures=1))
def test_a_failure_that_no_order_passes_affects_none_to_come(world: World) -> None:
    topology = with_system(world.topology, "attic")
    failure = replace(world.failures[0], target="system:attic", expected_end=world.as_of + HOUR)

    of = to_come(replace(world, topology=topology).with_failures(failure))

    assert expected(of, "placed") > 0
    assert (expected(of, "affected"), of.affected.high, of.value) == (0, 0, ())


def with_system(topology: Topology, key: str) -> Topology:
    return replace(topology, systems={**topology.systems, key: System(key, key)})
