"""Random small worlds as in `small_worlds`, with loops, and with orders and failures of up to weeks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import DAY, HOUR
from graph_models.topology import Step, Topology, Transition
from tests.properties.small_worlds import worlds
from tests.worlds import Journey, World

SCENARIO = 0.035
"""By how much a likelihood may be off: a scenario of 32."""
AGES = st.sampled_from([0, 0, 0, 5 * HOUR, 2 * DAY, 20 * DAY])
"""How much older than two hours."""
LOOPS = {
    "again": (Transition("send", share=0.75), Transition("pack", share=0.25)),
    "back": (Transition("send", share=0.75), Transition("pick", share=0.25)),
}
"""What `pack` may be followed by instead: itself, or a step before it."""


@st.composite
def wide_worlds(
    draw: Callable[..., Any],
    most_failures: int = 2,
    most_orders: int = 5,
    classes: Sequence[FailureClass] = tuple(FailureClass),
) -> World:
    world = draw(worlds(most_failures, most_orders))
    failures = [replace(each, failure_class=draw(st.sampled_from(classes))) for each in world.failures]
    loop = draw(st.sampled_from([None, None, *LOOPS]))
    return World(
        _with_loop(world.topology, loop) if loop else world.topology,
        tuple(_begun_earlier(failure, draw(AGES)) for failure in failures),
        tuple(_older(journey, draw(AGES)) for journey in world.journeys),
        world.as_of,
    )


def _with_loop(topology: Topology, loop: str) -> Topology:
    ship = topology.workflows["ship"]
    steps: tuple[Step, ...] = tuple(
        replace(step, then=LOOPS[loop]) if step.key == "pack" else step for step in ship.steps
    )
    return replace(topology, workflows={**topology.workflows, "ship": replace(ship, steps=steps)})


def _begun_earlier(failure: Failure, by: int) -> Failure:
    return replace(failure, started_at=failure.started_at - by)


def _older(journey: Journey, by: int) -> Journey:
    return replace(journey, stays=tuple((step, at - by) for step, at in journey.stays))
