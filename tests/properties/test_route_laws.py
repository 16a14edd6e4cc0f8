"""What holds of the ways of orders: loops, joins and shares in any topology, listed in any order."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.needs import Needs
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Step, System, Takes, Topology, Transition, Workflow
from tests.drawing import EIGHT, call, drawn, step
from tests.listing import orders_of
from tests.worlds import Journey, World, ask

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
TAKES = Takes(10 * MINUTE, 11 * MINUTE)
OUTAGE = Failure("F", "integration:cap", FailureClass.OUTAGE, EIGHT, expected_end=EIGHT + 9 * HOUR)
KEYS = "abcde"


@st.composite
def workflows(draw: Callable[..., Any]) -> Workflow:
    """Up to five steps, each with up to three ways on to any of them; one of them needs a call."""
    count = draw(st.integers(2, len(KEYS)))
    needing = draw(st.integers(0, count - 1))
    steps: list[Step] = []
    for n, key in enumerate(KEYS[:count]):
        targets = draw(st.lists(st.sampled_from(KEYS[:count]), max_size=3, unique=True))
        share = st.sampled_from([None, 0.0, 0.1, 0.3])
        then = tuple(Transition(target, share=draw(share)) for target in targets)
        steps.append(step(key, "oms", *(["integration:cap"] if n == needing else []), takes=TAKES, then=then))
    return Workflow("ship", tuple(steps))


def world(workflow: Workflow) -> World:
    """One order in each step, entered at eight o'clock and a minute."""
    topology = drawn(call("cap", "oms", "pay"), workflow)
    topology = replace(topology, systems={**topology.systems, "oms": System("oms", "oms")})
    journeys = tuple(Journey(f"O-{each.key}", ((each.key, EIGHT + MINUTE),)) for each in workflow.steps)
    return World(topology, (OUTAGE,), journeys, EIGHT + 2 * MINUTE)


@SETTINGS
@given(workflows(), st.randoms(use_true_random=False))
def test_the_order_in_which_next_steps_are_listed_does_not_matter(workflow: Workflow, dice: Any) -> None:
    shuffled = [replace(each, then=tuple(dice.sample(each.then, len(each.then)))) for each in workflow.steps]

    assert orders_of(ask(world(replace(workflow, steps=tuple(shuffled))))) == orders_of(ask(world(workflow)))


@SETTINGS
@given(workflows())
def test_an_order_is_affected_exactly_where_a_route_leads_to_the_failure(workflow: Workflow) -> None:
    """Certainly where no way leads around it; never where none leads to it."""
    found = {row.order: row.likelihood for row in orders_of(ask(world(workflow), horizon=365 * 24 * HOUR))}

    for each in workflow.steps:
        likelihood = found.get(f"O-{each.key}", 0.0)
        if not any(need for key in reached(workflow, each.key) for need in workflow.step(key).needs.required):
            assert likelihood == 0.0
        assert 0.0 <= likelihood <= 1.0
        if each.needs.required:
            assert likelihood == 1.0


def reached(workflow: Workflow, start: str) -> set[str]:
    keys, queue = {start}, [start]
    while queue:
        following = {t.step for t in workflow.step(queue.pop()).then} - keys
        keys |= following
        queue += following
    return keys


@pytest.mark.parametrize(("back", "expected"), [(0.0, 0.0), (0.25, 0.25), (0.5, 0.5), (1.0, 0.0)])
def test_an_order_after_the_failure_is_affected_by_the_share_that_comes_back(
    back: float, expected: float
) -> None:
    """The order is in b; only a needs the call, so it is hit where it is sent back. A loop without a way out
    is not followed.
    """
    workflow = Workflow(
        "ship",
        (
            step("a", "oms", "integration:cap", takes=TAKES, then=(Transition("b"),)),
            step(
                "b",
                takes=TAKES,
                then=(Transition("a", share=back), *([Transition("c", share=1 - back)] if back < 1 else [])),
            ),
            step("c", takes=TAKES),
        ),
    )

    found = {row.order: row.likelihood for row in orders_of(ask(world(workflow)))}

    assert found.get("O-b", 0.0) == pytest.approx(expected, abs=1 / 32)


def chain(length: int) -> Topology:
    steps = tuple(
        step(
            f"s{n}",
            "oms",
            *(["integration:cap"] if n == length - 1 else []),
            takes=Takes(MINUTE),
            then=(Transition(f"s{n + 1}"),) if n < length - 1 else (),
        )
        for n in range(length)
    )
    return drawn(call("cap", "oms", "pay"), *steps)


def test_a_chain_of_2000_steps_is_answered() -> None:
    outage = replace(OUTAGE, expected_end=EIGHT + 900 * HOUR)
    first = Journey("O-1", (("s0", EIGHT),))

    answer = ask(World(chain(2_000), (outage,), (first,), EIGHT), horizon=900 * HOUR)

    [row] = orders_of(answer)
    assert (row.first_hit, row.likelihood) == ("step:ship/s1999", 1.0)


def test_a_chain_of_2000_systems_is_answered_and_explained() -> None:
    systems = [
        System(f"n{n}", f"n{n}", needs=Needs((f"system:n{n - 1}",) if n else ())) for n in range(2_000)
    ]
    topology = drawn(*systems, step("pick", "n1999", takes=TAKES))
    outage = replace(OUTAGE, target="system:n0")

    answer = ask(
        World(topology, (outage,), (Journey("O-1", (("pick", EIGHT + MINUTE),)),), EIGHT + 2 * MINUTE)
    )

    [row] = orders_of(answer)
    assert row.likelihood == 1.0
    [path] = answer.explain("O-1").paths
    assert len(path.hops) > 2_000
