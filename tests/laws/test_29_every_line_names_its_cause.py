"""An order that a failure has held says where, also where it was held for less long than was reported."""

import pytest

from graph_models.enums import Band, FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Emission, Takes, Transition
from tests.drawing import EIGHT, drawn, queue, step
from tests.listing import orders_of
from tests.worlds import Came, Journey, World, ask

AS_OF: Millis = EIGHT
PICKED: Millis = AS_OF - 50 * MINUTE
TOPOLOGY = drawn(
    queue("confirm", "oms", "wms"),
    step(
        "pick",
        takes=Takes(45 * MINUTE),
        emits=(Emission(RecordKind.TASK, "pick"),),
        then=(Transition("pack", "integration:confirm"),),
    ),
    step("pack", "wms", takes=Takes(HOUR), then=(Transition("send"),)),
    step("send", takes=Takes(10 * MINUTE)),
)


@pytest.mark.parametrize("waited", [5, 20, 34, 40, 43])
def test_an_order_that_waited_behind_a_slow_queue_was_held_there(waited: int) -> None:
    """Reported are forty minutes, a rough figure."""
    backlog = Failure(
        key="F-queue",
        target="integration:confirm",
        failure_class=FailureClass.BACKLOG,
        started_at=AS_OF - 3 * HOUR,
        expected_end=AS_OF + HOUR,
        delay=40 * MINUTE,
    )
    order = Journey(
        "O-1",
        (("pick", AS_OF - 2 * HOUR), ("pack", PICKED + waited * MINUTE)),
        came=(Came(RecordKind.TASK, "pick", PICKED),),
    )

    (row,) = orders_of(ask(World(TOPOLOGY, (backlog,), (order,), AS_OF), tolerance=MINUTE))

    assert row.band is Band.EXPOSED
    assert row.first_hit == "step:ship/pack"
    assert AS_OF - 2 * HOUR <= row.hit_at <= PICKED + waited * MINUTE
    assert [hop.source for hop in row.path.hops][:2] == ["failure:F-queue", "integration:confirm"]
