"""Durations learned from visits to steps that wait for opening hours and pick-ups are those of the work."""

from collections.abc import Sequence

import numpy as np
import pytest

from graph_models.hours import OpeningHours, PickupRule, Pickups
from graph_models.time import DAY, HOUR, MINUTE, Millis, parse_moment
from graph_models.topology import Location, Step, System, Takes, Topology, Transition, Workflow
from impactgraph.columns import Dictionaries, Visits, WorkflowDictionary
from impactgraph.forecast.durations import Distribution, learn_durations
from impactgraph.forecast.working_times import least_work

MONDAY = parse_moment("2026-03-02")
HOURS = OpeningHours((((9 * HOUR, 20 * HOUR),),) * 7)
PICKUPS = (("", Pickups(((16 * HOUR, 19 * HOUR),) * 7, 30 * MINUTE)),)


def shop(*, when_open: bool = False, pickup: bool = False, hours: OpeningHours | None = HOURS) -> Topology:
    way = Transition("ship", pickup=PickupRule() if pickup else None)
    pick = Step("pick", "w", "system:pos", Takes(30 * MINUTE, HOUR), then=(way,), when_open=when_open)
    return Topology(
        locations={"shop": Location("shop", "store", hours=hours, pickups=PICKUPS)},
        systems={"pos": System("pos", "pos")},
        workflows={"w": Workflow("w", (pick, Step("ship", "w", "system:pos")))},
    )


def learned(topology: Topology, visits: Sequence[tuple[Millis, Millis]]) -> Distribution:
    """From visits (entry, departure) at the shop; a departure of 0: it is still there, two weeks later."""
    words = Dictionaries()
    words.workflows.append(WorkflowDictionary("w", ["pick", "ship"]))
    shop_code = words.locations.encode("shop")
    count = len(visits)
    zeros = np.zeros(count, np.int32)
    table = Visits(
        zeros,
        zeros,
        np.full(count, shop_code, np.int32),
        np.array([entered for entered, _ in visits], np.int64),
        np.array([left for _, left in visits], np.int64),
    )
    return learn_durations(topology, words, table, MONDAY + 14 * DAY)["w", "pick"]


OVERNIGHT = [(MONDAY + n * DAY + 21 * HOUR, MONDAY + n * DAY + 33 * HOUR + 20 * MINUTE) for n in range(12)]
"""Came at 21:00, done at 09:20 on the next day."""
ACROSS = [
    (MONDAY + n * DAY + 19 * HOUR + 50 * MINUTE, MONDAY + n * DAY + 33 * HOUR + 10 * MINUTE)
    for n in range(12)
]
"""Came ten minutes before closing, done ten minutes after the opening."""


@pytest.mark.parametrize("visits", [OVERNIGHT, ACROSS])
def test_the_time_at_which_a_location_is_closed_is_no_work(visits: Sequence[tuple[Millis, Millis]]) -> None:
    found = learned(shop(when_open=True), visits)

    assert found.visits == 12
    assert found.median == pytest.approx(20 * MINUTE, abs=MINUTE)


def test_without_hours_the_night_counts() -> None:
    assert learned(shop(when_open=True, hours=None), OVERNIGHT).median > 12 * HOUR
    assert learned(shop(), OVERNIGHT).median > 12 * HOUR


def test_what_was_done_while_the_location_was_closed_took_as_long_as_it_took() -> None:
    visits = [(entered, entered + 20 * MINUTE) for entered, _ in OVERNIGHT]

    assert learned(shop(when_open=True), visits).median == pytest.approx(20 * MINUTE, abs=MINUTE)


def test_the_wait_for_a_pick_up_is_no_work() -> None:
    visits = [(MONDAY + n * DAY + 12 * HOUR, MONDAY + n * DAY + 16 * HOUR + MINUTE) for n in range(12)]

    assert learned(shop(pickup=True), visits).median < 3 * HOUR


def test_work_of_a_visit_counts_to_the_pick_up_that_it_was_not_ready_for() -> None:
    pick = shop(pickup=True).workflows["w"].steps[0]
    noon = MONDAY + 12 * HOUR

    assert least_work(shop(pickup=True), pick, "shop", (noon, MONDAY + 16 * HOUR)) == 0
    late = least_work(shop(pickup=True), pick, "shop", (noon, MONDAY + 19 * HOUR))
    assert late == 3 * HOUR + 30 * MINUTE
