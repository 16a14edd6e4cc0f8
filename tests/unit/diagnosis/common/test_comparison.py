"""The controls that overdue visits are compared with."""

import numpy as np

from graph_models.time import HOUR, MINUTE
from graph_models.topology import Step, System, Topology, Transition, Workflow
from impactgraph.columns import Columns
from impactgraph.diagnosis.common.comparison import Population, comparison_of
from tests.worlds import Journey, World, columns_of

NOW = 1_772_546_400_000 - 1_772_546_400_000 % HOUR + 30 * MINUTE
STEPS = (
    Step("pick", "ship", "system:wms", within=2 * HOUR, then=(Transition("pack"),)),
    Step("pack", "ship", "system:wms"),
)
TOPOLOGY = Topology("v", systems={"wms": System("wms", "wms")}, workflows={"ship": Workflow("ship", STEPS)})


def members(*journeys: Journey) -> set[tuple[str, bool]]:
    """Keys of the orders in the comparison, and whether they count as overdue."""
    columns: Columns = columns_of(World(TOPOLOGY, (), journeys, NOW))
    overdue = NOW - columns.fulfillments.entered_at > 2 * HOUR
    overdue &= columns.fulfillments.step == 0
    limit = np.full((2, 3), 2 * HOUR, np.int64)
    population = Population(columns, overdue, np.ones(len(overdue), bool), limit)
    comparison = comparison_of(population, NOW)
    return {
        (str(columns.fulfillments.ids[row]).partition("/")[0], bool(late))
        for row, late in zip(comparison.rows, comparison.is_overdue, strict=True)
    }


def pick(order: str, hours: float, left: float | None = None) -> Journey:
    """Picked since so many hours, until so many hours ago."""
    stays = (
        ("pick", NOW - round(hours * HOUR)),
        *(() if left is None else (("pack", NOW - round(left * HOUR)),)),
    )
    return Journey(order, stays)


def test_those_that_came_in_the_same_hour_and_left_in_time_are_members() -> None:
    found = members(
        pick("late", 4.1), pick("left", 4.2, 3), pick("earlier", 9, 8), pick("new", 0.1), pick("slow", 4.3, 1)
    )

    assert found == {("late", True), ("left", False)}


def test_where_only_the_present_step_is_known_those_further_on_that_were_placed_with_them_are() -> None:
    ahead = Journey("ahead", (("pack", NOW - round(4.2 * HOUR)),))
    found = members(pick("late", 4.1), ahead, Journey("other", (("pack", NOW - 9 * HOUR),)), pick("new", 0.1))

    assert found == {("late", True), ("ahead", False)}


def test_where_nobody_is_those_now_in_the_step_stand_in() -> None:
    assert members(pick("late", 4.1), pick("new", 0.1)) == {("late", True), ("new", False)}
