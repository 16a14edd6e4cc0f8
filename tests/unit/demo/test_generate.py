from collections import Counter

import pytest

from graph_models.time import HOUR, Millis
from graph_models.topology import Topology
from impactgraph.demo.generate import HISTORY, generate
from impactgraph.demo.orders import LOOKBACK
from impactgraph.ingest.read import read_event
from tests.unit.demo.conftest import Told, step_of

ENDS = ("fulfillment.completed", "fulfillment.cancelled")


def _open_orders(told: Told) -> set[str]:
    ended = set(told.by_fulfillment(*ENDS))
    return {
        order.data.order
        for order in told.placed
        if any(part.fulfillment not in ended for part in order.data.fulfillments)
    }


def test_the_same_seed_gives_the_same_bytes(told: Told):
    first, second = (b"".join(generate(300, told.now, seed=3).events) for _ in range(2))

    assert first == second


def test_another_seed_gives_other_orders(told: Told):
    first, second = (b"".join(generate(300, told.now, seed=seed).events) for seed in (3, 4))

    assert first != second


@pytest.mark.parametrize("orders", [1, 7, 300])
def test_exactly_as_many_orders_are_in_flight_as_were_asked_for(told: Told, orders: int):
    events = [
        read_event(line)[0]
        for block in generate(orders, told.now, seed=1).events
        for line in block.splitlines()
    ]

    assert len(_open_orders(Told(told.now, orders, events))) == orders


def test_exactly_as_many_orders_are_in_flight_where_they_are_many(told: Told):
    assert len(_open_orders(told)) == told.in_flight


def test_a_tenth_as_many_orders_have_ended(told: Told):
    assert len(told.placed) == told.in_flight + round(told.in_flight * HISTORY)


def test_there_are_as_many_blocks_as_were_announced(told: Told):
    demo = generate(25_000, told.now, seed=1)

    assert demo.blocks == len(list(demo.events)) > 1


def test_every_event_is_within_the_format(lines: list[bytes]):
    assert all(read_event(line)[1] is None for line in lines)


def test_every_event_has_its_own_id(told: Told):
    assert len({(event.source, event.id) for event in told.events}) == len(told.events)


def test_nothing_happens_after_now_or_before_the_lookback(told: Told):
    assert all(told.now - LOOKBACK <= event.millis <= told.now for event in told.events)


def test_about_six_orders_in_a_hundred_are_split(told: Told):
    split = sum(len(order.data.fulfillments) > 1 for order in told.placed)

    assert 0.045 < split / len(told.placed) < 0.08


def test_the_values_of_the_fulfillments_are_the_value_of_the_order(told: Told):
    assert all(
        sum(part.value or 0 for part in order.data.fulfillments) == order.data.value for order in told.placed
    )


def test_every_step_that_lasts_is_populated(told: Told, topology: Topology):
    ended, workflow_of = set(told.by_fulfillment(*ENDS)), told.workflow_of
    stays = told.by_fulfillment("fulfillment.entered", "fulfillment.rerouted")
    places = Counter(
        (workflow_of[key], step_of(events[-1])) for key, events in stays.items() if key not in ended
    )
    lasting = {
        (workflow.key, step.key)
        for workflow in topology.workflows.values()
        for step in workflow.steps
        if step.takes.p50 >= HOUR / 6
    }

    assert lasting <= set(places)


def test_every_channel_mode_region_currency_and_tier_has_orders(told: Told):
    orders = [order.data for order in told.placed]

    counts = [
        len({getattr(order, name) for order in orders})
        for name in ("channel", "mode", "region", "currency", "customer_tier")
    ]

    assert counts == [5, 7, 7, 5, 4]


def test_a_journey_enters_the_steps_in_the_order_of_its_workflow(told: Told, topology: Topology):
    workflow_of = told.workflow_of
    for key, events in told.by_fulfillment("fulfillment.entered").items():
        positions = [topology.workflows[workflow_of[key]].position(step_of(event)) for event in events]
        assert positions == sorted(set(positions))


def test_documented_durations_are_roughly_right(told: Told):
    stays: list[Millis] = []
    for events in told.by_fulfillment("fulfillment.entered").values():
        entered = {step_of(event): event.millis for event in events}
        if "dc-pick" in entered and "dc-pack" in entered:
            stays.append(entered["dc-pack"] - entered["dc-pick"])

    median = sorted(stays)[len(stays) // 2]

    assert 35 * HOUR / 60 < median < 85 * HOUR / 60


def test_one_day_is_busier_than_its_night(told: Told):
    hours = Counter(
        (event.millis // HOUR + 1) % 24 for event in told.placed if event.data.region == "emea-north"
    )

    assert sum(hours[hour] for hour in (18, 19, 20)) > 4 * sum(hours[hour] for hour in (2, 3, 4))
