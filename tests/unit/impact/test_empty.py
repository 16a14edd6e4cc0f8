"""A store in which nothing is in flight yet."""

import pytest

from graph_models.enums import Transport
from graph_models.time import HOUR
from graph_models.topology import Buffer, Transition
from impactgraph.columns import ENDED
from tests.drawing import EIGHT, call, drawn, failure, step
from tests.worlds import World, ask, columns_of

HANDED_OVER = drawn(
    call("hand", "oms", "wms", Transport.QUEUE, buffer=Buffer(rate=600 / HOUR)),
    step("release", then=(Transition("pick", "integration:hand"),)),
    step("pick", "wms"),
)
NOBODY = World(HANDED_OVER, (failure("integration:hand"),), (), EIGHT + HOUR)


def test_a_failure_affects_nothing_where_nothing_is_in_flight() -> None:
    totals = ask(NOBODY).totals

    assert (totals.orders, totals.value, totals.postings) == (0, (), ())


@pytest.mark.parametrize("step_index", [0, ENDED])
def test_a_step_has_no_rows_where_nothing_is_in_flight(step_index: int) -> None:
    assert len(columns_of(NOBODY).rows_at(0, step_index)) == 0
