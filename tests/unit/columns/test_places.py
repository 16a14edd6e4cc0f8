"""Rows of the fulfillments in a step, while they are written one after the other."""

import numpy as np
import pytest

from graph_models.topology import Transition
from impactgraph.columns import CANCELLED, COMPLETED, ENDED, Columns
from tests.drawing import EIGHT, MINUTE, drawn, step
from tests.worlds import Journey, World, columns_of

SHIP = drawn(step("release", then=(Transition("pick"),)), step("pick"))
WORLD = World(SHIP, (), tuple(Journey(f"O-{n}", (("pick", EIGHT + n * MINUTE),)) for n in range(3)), EIGHT)
PICK = 1


@pytest.fixture
def columns() -> Columns:
    columns = columns_of(WORLD)
    assert columns.rows_at(0, PICK).tolist() == [0, 1, 2]
    return columns


def test_one_that_is_cancelled_stands_nowhere_also_where_nothing_else_happens(columns: Columns) -> None:
    columns.fulfillments.status[1] = CANCELLED
    columns.mark_changed(np.array([1]))

    assert columns.rows_at(0, PICK).tolist() == [0, 2]
    assert columns.rows_at(0, ENDED).tolist() == []


def test_one_that_is_completed_stands_with_the_ended(columns: Columns) -> None:
    columns.fulfillments.status[1] = COMPLETED
    columns.mark_changed(np.array([1]))

    assert columns.rows_at(0, PICK).tolist() == [0, 2]
    assert columns.rows_at(0, ENDED).tolist() == [1]


def test_one_that_enters_a_step_anew_stands_behind_those_that_were_there(columns: Columns) -> None:
    columns.fulfillments.entered_at[0] = EIGHT + 5 * MINUTE
    columns.mark_changed(np.array([0]))

    assert columns.rows_at(0, PICK).tolist() == [1, 2, 0]
