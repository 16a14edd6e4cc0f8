"""Limits count while the location is open, and not while an order that is ready waits for its pick-up."""

from dataclasses import replace
from typing import Any

from graph_models.enums import RecordKind
from graph_models.hours import OpeningHours, PickupRule, Pickups
from graph_models.time import HOUR, MINUTE, Millis, parse_moment
from graph_models.topology import Emission, Location, Takes, Topology, Transition
from impactgraph.diagnosis.overdue import learn_dwell_baseline, limits, overdue_mask, runs_of
from impactgraph.forecast.durations import Durations, documented_distribution
from tests.drawing import drawn, step
from tests.worlds import Came, Journey, World, columns_of

MIDNIGHT = parse_moment("2026-03-03")
SHOP = Location(
    "shop",
    "store",
    hours=OpeningHours((((9 * HOUR, 20 * HOUR),),) * 7),
    pickups=(("", Pickups(((16 * HOUR, 19 * HOUR),) * 7, 30 * MINUTE)),),
)


def shop(**fields: Any) -> Topology:
    """`pack` takes ten minutes, and may take two hours."""
    way = Transition("send", pickup=PickupRule() if fields.pop("pickup", False) else None)
    pack = step(
        "pack",
        "wms",
        takes=Takes(10 * MINUTE, 20 * MINUTE),
        within=2 * HOUR,
        then=(way,),
        emits=(Emission(RecordKind.TASK, "pack"),),
        **fields,
    )
    return replace(drawn(pack, step("send")), locations={"shop": SHOP})


def is_overdue(topology: Topology, entered: Millis, at: Millis, done: Millis = 0) -> bool:
    """Times from midnight."""
    came = (Came(RecordKind.TASK, "pack", MIDNIGHT + done),) if done else ()
    journey = Journey("O-1", (("pack", MIDNIGHT + entered),), location="shop", came=came)
    columns = columns_of(World(topology, (), (journey,), MIDNIGHT + at))
    durations = Durations(
        {("ship", "pack"): documented_distribution(topology.workflows["ship"].steps[0].takes)}
    )
    baseline = learn_dwell_baseline(topology, columns, MIDNIGHT + at)
    limit = limits(topology, columns, baseline, durations)
    return bool(overdue_mask(columns, limit, MIDNIGHT + at)[0])


def test_the_night_does_not_count() -> None:
    late = -5 * HOUR  # 19:00 on the day before: an hour is left until closing

    assert is_overdue(shop(), late, HOUR)
    assert not is_overdue(shop(when_open=True), late, 9 * HOUR + 59 * MINUTE)
    assert is_overdue(shop(when_open=True), late, 10 * HOUR + MINUTE)


def test_what_is_ready_waits_for_its_pick_up() -> None:
    ready = 13 * HOUR

    assert is_overdue(shop(), 12 * HOUR, 15 * HOUR, ready)
    assert not is_overdue(shop(pickup=True), 12 * HOUR, 15 * HOUR, ready)
    assert is_overdue(shop(pickup=True), 12 * HOUR, 16 * HOUR + MINUTE, ready)


def test_the_pick_up_that_it_waits_for_is_the_first_it_is_ready_for() -> None:
    topology = shop(pickup=True)
    for done, pickup in ((15 * HOUR, 16), (15 * HOUR + 31 * MINUTE, 19), (18 * HOUR + 31 * MINUTE, 40)):
        came = (Came(RecordKind.TASK, "pack", MIDNIGHT + done),)
        journey = Journey("O-1", (("pack", MIDNIGHT + 12 * HOUR),), location="shop", came=came)
        columns = columns_of(World(topology, (), (journey,), MIDNIGHT + 20 * HOUR))

        runs = runs_of(topology, columns, Durations({}), columns.rows_at(0, 0))

        assert runs.run_at.tolist() == [MIDNIGHT + pickup * HOUR]
