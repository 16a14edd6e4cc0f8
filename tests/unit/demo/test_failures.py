from collections import Counter

from graph_models.time import MINUTE
from graph_models.topology import Topology
from impactgraph.demo.failures import (
    PEAK_REGIONS,
    failure_effects,
    failure_lines,
    live_failures,
    past_failures,
)
from impactgraph.ingest.read import read_event
from tests.unit.demo.conftest import NOW, Told, step_of


def test_every_failure_is_reported_in_the_format():
    lines = failure_lines((*past_failures(NOW), *live_failures(NOW)))

    assert [read_event(line)[0].type for line in lines] == ["failure.reported", "failure.resolved"] * 2 + [
        "failure.reported"
    ] * 2


def test_failures_are_of_elements_that_there_are(topology: Topology):
    assert {failure.target for failure in (*past_failures(NOW), *live_failures(NOW))} <= set(
        topology.elements
    )


def test_exactly_two_failures_are_live():
    active = [failure.key for failure in (*past_failures(NOW), *live_failures(NOW)) if failure.active_at(NOW)]

    assert active == ["F-stock", "F-queues"]


def test_the_backlog_is_in_everything_that_passes_the_store_queues(topology: Topology):
    assert failure_effects(topology, NOW).backlog.integrations == {
        "integration:reservations",
        "integration:release-to-store",
        "integration:pick-confirm",
        "integration:store-goods-issue",
    }


def test_data_turns_stale_when_its_feed_has_been_late_for_longer_than_it_stays_fresh(topology: Topology):
    adjustments, queues = live_failures(NOW)

    since = {data: stale.since for stale in failure_effects(topology, NOW).stale_data for data in stale.data}

    assert since == {
        "data:oms.store-availability": adjustments.started_at + 10 * MINUTE,
        "data:inventory.allocation": queues.started_at + 15 * MINUTE,
    }


def test_promises_on_stale_stock_come_to_nothing_more_often_than_others(told: Told):
    since = NOW - 150 * MINUTE
    missed = {
        key
        for key, events in told.by_fulfillment("fulfillment.failed").items()
        if any(event.id.endswith(".missed") for event in events)
    }
    counts: Counter[tuple[bool, bool]] = Counter()
    for key, events in told.by_fulfillment("fulfillment.entered").items():
        at = {step_of(event): event.millis for event in events}
        if told.workflow_of[key] == "collect-in-store" and (key in missed or "ready" in at):
            counts[at["promise"] >= since, key in missed] += 1

    assert counts[True, True] / counts[True, False] > 5 * counts[False, True] / counts[False, False]


def test_stuck_reservations_wait_where_the_saturated_queue_holds_them(told: Told, topology: Topology):
    since = NOW - 95 * MINUTE
    workflow_of = told.workflow_of
    region_of = {
        part.fulfillment: topology.locations[part.location or ""].region
        for order in told.placed
        for part in order.data.fulfillments
    }
    waits: Counter[bool] = Counter()
    total: Counter[bool] = Counter()
    for key, events in told.by_fulfillment("fulfillment.entered").items():
        at = {step_of(event): event.millis for event in events}
        if workflow_of[key] == "ship-from-store" and since <= at.get("promise", 0) < NOW - 10 * MINUTE:
            peak = region_of[key] in PEAK_REGIONS
            total[peak] += 1
            waits[peak] += at.get("allocate", NOW) - at["promise"] > 15 * MINUTE or (
                "allocate" not in at and NOW - at["promise"] < 15 * MINUTE
            )

    assert waits[True] == total[True] > 20
    assert waits[False] == 0 < total[False]


def test_invoices_of_the_window_come_before_their_goods_issue(told: Told, topology: Topology):
    region_of = {
        part.fulfillment: topology.locations[part.location or ""].region
        for order in told.placed
        for part in order.data.fulfillments
    }
    since = NOW - 95 * MINUTE
    inverted: Counter[bool] = Counter()
    for key, events in told.by_fulfillment("posting.recorded").items():
        at = {event.id.rpartition(".")[2]: event.millis for event in events}
        if (
            told.workflow_of[key] == "ship-from-store"
            and at.get("invoice", 0) > since + 45 * MINUTE
            and region_of[key] in PEAK_REGIONS
        ):
            inverted[at.get("goods_issue", NOW) > at["invoice"]] += 1

    assert inverted[True] > 5
