"""A location that is out of capacity: what its people do waits in a queue, and nothing else there."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.topology.load import check_documents
from tests.laws.inputs import moment_of
from tests.listing import orders_of
from tests.worlds import Journey, World, ask

TOPOLOGY = """
impactgraph: 1
systems:
  oms: {}
  app: {per_location: true}
  till: {per_location: true}
locations:
  store-1: {kind: store}
  store-2: {kind: store}
workflows:
  ship:
    steps:
      pick:
        runs_on: app
        takes: {p50: 30m, p95: 40m}
        then: [collect]
        emits: {tasks: [{type: pick, due: 2h}]}
      collect: {runs_on: till, takes: 5h}
"""
NOON = moment_of("12:00")
BEGAN = NOON - 2 * HOUR
SHORT = Failure(
    "F", "location:store-1", FailureClass.CAPACITY, BEGAN, ended_at=NOON + 4 * HOUR, delay=40 * MINUTE
)
TASKS = "        emits: {tasks: [{type: pick, due: 2h}]}\n"


def world(*journeys: Journey, topology: str = TOPOLOGY, failure: Failure = SHORT) -> World:
    checked = check_documents({"topology.yaml": topology}).require_topology()
    return World(checked, (failure,), journeys, NOON)


def picking(order: str, entered: Millis, location: str = "store-1") -> Journey:
    return Journey(order, (("pick", entered),), location=location)


def picked(order: str, entered: Millis, left: Millis, location: str = "store-1") -> Journey:
    return Journey(order, (("pick", entered), ("collect", left)), location=location)


def affected(asked: World) -> dict[str, AffectedOrder]:
    return {row.order: row for row in orders_of(ask(asked))}


def crowd(waiting: int = 12) -> tuple[Journey, ...]:
    """One was picked each half hour since, and these wait: the last one came a minute ago."""
    done = (picked(f"D-{n}", BEGAN + n * MINUTE, BEGAN + 30 * MINUTE * (n + 1)) for n in range(4))
    wait = (picking(f"W-{n:02}", BEGAN + (10 + 100 * n // waiting) * MINUTE) for n in range(waiting))
    return (*done, *wait)


def test_who_came_last_waits_longest() -> None:
    found = affected(world(*crowd(6)))

    delays = [found[f"W-{n:02}"].expected_delay or 0 for n in range(6)]
    assert delays == sorted(delays)
    assert delays[-1] > 90 * MINUTE


def test_who_left_after_a_wait_is_late_by_it() -> None:
    found = affected(world(*crowd()))

    assert found["D-3"].likelihood > 0.9
    assert 45 * MINUTE < (found["D-3"].expected_delay or 0) < 110 * MINUTE


def test_the_other_steps_there_go_on() -> None:
    collecting = picked("C", BEGAN - HOUR, BEGAN - 30 * MINUTE)

    assert "C" not in affected(world(collecting, *crowd()))


def test_other_locations_go_on() -> None:
    assert "E" not in affected(world(picking("E", NOON - 20 * MINUTE, "store-2"), *crowd()))


@given(minutes=st.lists(st.integers(1, 200), max_size=8))
def test_orders_at_other_locations_do_not_change_the_queue(minutes: list[int]) -> None:
    elsewhere = (picking(f"E-{n}", NOON - each * MINUTE, "store-2") for n, each in enumerate(minutes))

    assert affected(world(*elsewhere, *crowd(4))) == affected(world(*crowd(4)))


def test_without_tasks_every_step_there_is_done_by_its_people() -> None:
    arriving = picked("C", NOON - 40 * MINUTE, NOON - 10 * MINUTE)

    assert "C" in affected(world(arriving, *crowd(), topology=TOPOLOGY.replace(TASKS, "")))
    assert "C" not in affected(world(arriving, *crowd()))


def test_who_has_nobody_ahead_is_held_the_surer_the_longer_it_stays() -> None:
    found = [affected(world(picking("N", NOON - minutes * MINUTE))).get("N") for minutes in range(1, 119, 9)]

    likelihoods = [row.likelihood if row else 0.0 for row in found]
    assert likelihoods == sorted(likelihoods)
    assert max(likelihoods[:3]) < 0.1  # within the usual half an hour
    assert likelihoods[-1] > 0.9


@pytest.mark.parametrize("end", [NOON + 20 * MINUTE, NOON + HOUR])
def test_who_still_waits_at_the_end_begins_then(end: Millis) -> None:
    found = affected(world(*crowd(), failure=replace(SHORT, ended_at=end)))

    last = found["W-11"]
    assert last.expected_completion is not None
    assert last.expected_completion < end + 6 * HOUR + 10 * MINUTE


def test_the_queue_is_over_with_the_failure() -> None:
    new = picking("N", NOON - 10 * MINUTE)

    found = affected(world(new, *crowd(), failure=replace(SHORT, ended_at=NOON - 20 * MINUTE)))

    assert "N" not in found
    assert found["W-00"].likelihood > 0.9


@given(waiting=st.integers(1, 15), minutes=st.integers(5, 200))
def test_an_outage_of_the_location_affects_each_order_at_least_as_much(waiting: int, minutes: int) -> None:
    few = replace(SHORT, delay=minutes * MINUTE)
    closed = replace(SHORT, failure_class=FailureClass.OUTAGE)

    less = affected(world(*crowd(waiting), failure=few))
    more = affected(world(*crowd(waiting), failure=closed))

    waiting_orders = [order for order in less if order.startswith("W")]
    assert all(less[order].likelihood <= more[order].likelihood for order in waiting_orders)
