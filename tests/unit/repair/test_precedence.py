"""Orders to treat first on drawn worlds."""

from dataclasses import replace

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.repair import PressingOrder
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Location, Takes, Topology, Transition
from impactgraph.repair.precedence import pressing_groups, pressing_orders
from tests.drawing import EIGHT, call, drawn, queue, step
from tests.worlds import Journey, World, ask

NINE: Millis = EIGHT + HOUR
SHOP: Topology = drawn(
    queue("hand", "oms", "wms"),
    call("check", "wms", "erp"),
    Location("here", "store"),
    Location("there", "store"),
    step("take", takes=Takes(10 * MINUTE), then=(Transition("pick", "integration:hand"),)),
    step("pick", "wms", "integration:check", takes=Takes(30 * MINUTE), then=(Transition("send"),)),
    step("send", "oms", takes=Takes(HOUR)),
)
BACKLOG = Failure(
    "F", "integration:hand", FailureClass.BACKLOG, EIGHT, expected_end=NINE + 5 * HOUR, delay=5 * HOUR
)


def waiting(order: str, hours: float, location: str = "here") -> Journey:
    """In `take` since before nine, promised so many hours after."""
    return Journey(
        order,
        (("take", NINE - 30 * MINUTE),),
        location=location,
        promised_by=NINE + round(hours * HOUR),
    )


def asked(*journeys: Journey, failure: Failure = BACKLOG) -> tuple[tuple[PressingOrder, ...], int]:
    return pressing_orders(ask(World(SHOP, (failure,), journeys, NINE), min_likelihood=0.05))


def test_an_order_that_a_start_now_saves_is_on_the_list() -> None:
    (order,), left_out = asked(waiting("O", 3))

    assert (order.order, order.step, order.location, left_out) == ("O", "step:ship/take", "here", 0)
    assert order.start_at == NINE
    assert order.slack == order.promised_by - order.start_at - order.left_to_do
    assert 80 * MINUTE < order.left_to_do < 120 * MINUTE


def test_an_order_that_misses_its_promise_in_any_case_is_counted_only() -> None:
    assert asked(waiting("O", 1)) == ((), 1)


def test_an_order_that_keeps_its_promise_anyway_is_not_looked_at() -> None:
    assert asked(waiting("O", 30)) == ((), 0)


def test_the_least_slack_comes_first_at_each_place() -> None:
    orders, _ = asked(waiting("LATER", 4), waiting("SOON", 3), waiting("THERE", 2.5, "there"))

    assert [order.order for order in orders] == ["SOON", "LATER", "THERE"]


def test_what_is_blocked_can_start_only_at_the_end() -> None:
    end = NINE + 2 * HOUR
    outage = Failure("F", "system:wms", FailureClass.OUTAGE, EIGHT, expected_end=end)
    held = Journey("HELD", (("take", EIGHT - HOUR), ("pick", EIGHT + 5 * MINUTE)), promised_by=end + 2 * HOUR)

    orders, left_out = asked(held, replace(held, order="TIGHT", promised_by=end + HOUR), failure=outage)

    assert [order.start_at for order in orders] in ([end], [])
    assert len(orders) + left_out in (1, 2)
    assert "TIGHT" not in {order.order for order in orders}


def test_groups_add_up() -> None:
    orders, _ = asked(waiting("A", 3), waiting("B", 4), waiting("C", 3, "there"))

    groups = pressing_groups(orders)

    assert [(group.location, group.count) for group in groups] == [("here", 2), ("there", 1)]
    assert groups[0].least_slack == min(order.slack for order in orders if order.location == "here")
