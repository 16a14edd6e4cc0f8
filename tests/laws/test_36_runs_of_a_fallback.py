"""What falls back on a batch leaves with the batch's runs: who left before the next was not held by it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import HOUR, MINUTE, SECOND, Millis
from graph_models.topology import Buffer, Schedule, Takes, Topology, Transition
from tests.drawing import EIGHT, any_of, batch, call, drawn, queue, step
from tests.listing import orders_of
from tests.worlds import Journey, World, ask

EVERY = st.sampled_from([30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR])
WORK = 5 * MINUTE
DAYS = 24 * HOUR
MIDNIGHT = (EIGHT // DAYS + 1) * DAYS


def shop(every: Millis) -> Topology:
    """`pick` needs a call, and without it a batch whose runs are counted from midnight."""
    return drawn(
        call("live", "wms", "erp"),
        batch("file", "wms", "erp", schedule=Schedule(every=every)),
        step(
            "pick",
            "wms",
            any_of("integration:live", "integration:file"),
            takes=Takes(WORK, WORK),
            then=(Transition("pack"),),
        ),
        step("pack", "wms", takes=Takes(WORK, WORK)),
    )


def answer(every: Millis, entered_at: Millis, left_at: Millis, out: Failure) -> AffectedOrder | None:
    journey = Journey("O-1", (("pick", entered_at), ("pack", left_at)))
    world = World(shop(every), (out,), (journey,), as_of=left_at + MINUTE)
    rows = list(orders_of(ask(world, horizon=DAYS, min_likelihood=0.0)))
    return rows[0] if rows else None


def outage(at: Millis, age: Millis) -> Failure:
    return Failure("F", "integration:live", FailureClass.OUTAGE, at - age, expected_end=at + DAYS)


@settings(max_examples=40, deadline=None)
@given(
    every=EVERY,
    runs=st.integers(0, 40),
    after=st.floats(0.02, 0.3),
    before=st.floats(0.02, 0.3),
    age=st.integers(1, 20 * 24),
)
def test_who_left_before_the_next_run_was_not_held(
    every: Millis, runs: int, after: float, before: float, age: int
) -> None:
    run = MIDNIGHT + runs * every
    entered_at, left_at = run + round(after * every), run + every - round(before * every)

    assert answer(every, entered_at, left_at, outage(entered_at, age * HOUR)) is None


@settings(max_examples=40, deadline=None)
@given(every=EVERY, runs=st.integers(0, 40), before=st.floats(0.2, 0.9), age=st.integers(1, 20 * 24))
def test_who_left_after_the_run_was_held_until_it(every: Millis, runs: int, before: float, age: int) -> None:
    run = MIDNIGHT + runs * every
    wait = round(before * every)

    row = answer(every, run - wait, run + WORK, outage(run - wait, age * HOUR))

    assert row is not None
    assert row.expected_delay is not None
    assert row.likelihood > 0.9
    assert abs(row.expected_delay - wait) <= max(MINUTE, wait // 16)


@settings(max_examples=20, deadline=None)
@given(every=EVERY, runs=st.integers(0, 40))
def test_who_entered_at_the_moment_of_a_run_left_with_it(every: Millis, runs: int) -> None:
    run = MIDNIGHT + runs * every

    assert answer(every, run, run + WORK, outage(run, HOUR)) is None


@pytest.mark.parametrize("minutes", [4, 9, 22, 70])
@pytest.mark.parametrize("ago", [0, 1, 30])
def test_a_fallback_that_costs_nothing_changes_nothing_where_the_step_itself_is_out(
    minutes: int, ago: int
) -> None:
    now = MIDNIGHT + 12 * HOUR
    left_at = now - ago * MINUTE - SECOND
    journey = Journey("O-1", (("pick", left_at - minutes * MINUTE), ("pack", left_at)))
    out = Failure("F", "system:wms", FailureClass.OUTAGE, now - 2 * HOUR, expected_end=now - 100 * MINUTE)

    def row(*alternatives: str) -> AffectedOrder:
        topology = drawn(
            call("live", "wms", "erp"),
            queue("hand", "oms", "wms", buffer=Buffer(200, 200 / HOUR)),
            step("pick", "wms", any_of(*alternatives), then=(Transition("pack", "integration:hand"),)),
            step("pack", "wms"),
        )
        return orders_of(ask(World(topology, (out,), (journey,), now), horizon=DAYS))[0]

    alone, with_fallback = row("integration:live"), row("integration:live", "system:erp")
    assert replace(with_fallback, find_path=alone.find_path) == alone
