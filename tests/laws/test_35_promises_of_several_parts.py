"""An order misses its promise when any of its parts does, whether or not a failure affects that part."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Takes, Transition
from tests.drawing import EIGHT, call, drawn, queue, step
from tests.listing import orders_of
from tests.properties.small_worlds import TARGETS
from tests.properties.wide_worlds import wide_worlds
from tests.worlds import Journey, World, ask

AS_OF = EIGHT + HOUR
TEN = Takes(10 * MINUTE, 10 * MINUTE)
SHOP = drawn(
    call("pay", "oms", "psp"),
    queue("hand", "oms", "wms"),
    step("release", "oms", "integration:pay", takes=TEN, then=(Transition("pick"),)),
    step("pick", "wms", takes=Takes(HOUR, HOUR), then=(Transition("send", "integration:hand"),)),
    step("send", "wms", takes=Takes(3 * HOUR, 3 * HOUR)),
)
OUT = Failure("F", "integration:pay", FailureClass.OUTAGE, EIGHT, expected_end=AS_OF + 2 * HOUR)
TWICE = Failure("G", "integration:hand", FailureClass.DUPLICATE, EIGHT, expected_end=AS_OF + 9 * HOUR)


def part(number: int, *stays: tuple[str, int], promised_by: int) -> Journey:
    return Journey("O", tuple((key, AS_OF - ago) for key, ago in stays), part=number, promised_by=promised_by)


def promise(world: World) -> tuple[float, float]:
    (row,) = orders_of(ask(world))
    return row.miss_likelihood, row.late_anyway


@pytest.mark.parametrize(
    ("promised_in", "expected"), [(2 * HOUR, (0.0, 1.0)), (5 * HOUR, (1.0, 0.0)), (12 * HOUR, (0.0, 0.0))]
)
def test_a_part_that_no_failure_affects_is_late_anyway(
    promised_in: int, expected: tuple[float, float]
) -> None:
    """The held part is done after six hours, without the failure after four; the other one after three."""
    promised_by = AS_OF + promised_in
    held = part(1, ("release", 5 * MINUTE), promised_by=promised_by)
    other = part(2, ("release", 2 * HOUR), ("pick", HOUR), ("send", MINUTE), promised_by=promised_by)

    assert promise(World(SHOP, (OUT,), (held, other), AS_OF)) == expected


def test_several_reasons_for_one_part_are_late_anyway_once() -> None:
    """It was handed over twice, which costs no time, and its hand-over may come too late for its promise."""
    slow = replace(SHOP.workflows["ship"].steps[2], takes=Takes(3 * HOUR, 6 * HOUR))
    steps = (*SHOP.workflows["ship"].steps[:2], slow)
    shop = replace(SHOP, workflows={"ship": replace(SHOP.workflows["ship"], steps=steps)})
    sent = part(1, ("release", 3 * HOUR), ("pick", 2 * HOUR), ("send", MINUTE), promised_by=AS_OF + 3 * HOUR)
    late = Failure("H", "step:ship/send", FailureClass.LATENCY, EIGHT, delay=HOUR, expected_end=AS_OF + HOUR)

    alone, both = (promise(World(shop, each, (sent,), AS_OF)) for each in ((late,), (late, TWICE)))

    assert 0.2 < alone[1] < 0.8
    assert both == pytest.approx(alone, abs=0.001)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wide_worlds(most_failures=1), st.sampled_from(TARGETS))
def test_what_is_done_twice_changes_no_promise(world: World, target: str) -> None:
    twice = replace(world.failures[0], key="Z", target=target, failure_class=FailureClass.DUPLICATE)
    before, after = (
        {row.order: (row.miss_likelihood, row.late_anyway) for row in orders_of(ask(each))}
        for each in (world, world.with_failures(*world.failures, twice))
    )

    for order, chances in before.items():
        assert after[order] == pytest.approx(chances, abs=0.01)
