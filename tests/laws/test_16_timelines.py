"""The expected moments of one order are in the order of their causes, and none lies in the past."""

from itertools import pairwise
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings

from graph_models.orders import TimelineEntry
from graph_models.time import MINUTE, Millis
from impactgraph.diagnosis.why.ahead import ExpectedSteps
from impactgraph.ports.store import Store
from impactgraph.usecases.orders import get_orders
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.why import cases, timelines
from tests.asking import cases_of, orders_by_key
from tests.demo_store import NOW, demo_store
from tests.properties.small_worlds import worlds
from tests.worlds import SmallStore, World

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def contradictions(expected: ExpectedSteps, at: Millis) -> list[str]:
    steps = expected.steps
    found = [f"{b.step.key} before {a.step.key}" for a, b in pairwise(steps) if b.begins < a.leaves]
    found += [f"{each.step.key} left before it begins" for each in steps if each.leaves < each.begins]
    found += [f"{each.step.key} left in the past" for each in steps if each.leaves < at]
    for each in steps:
        earliest = max(each.begins, at)
        if each is steps[-1] and expected.done_at is not None:
            earliest = max(earliest, expected.done_at)
        found += [f"record {bit} of {each.step.key}" for bit, m in each.records.items() if m < earliest]
    return found


@SETTINGS
@given(worlds(most_failures=3))
def test_expected_moments_follow_their_causes(world: World) -> None:
    keys = list(dict.fromkeys(journey.order for journey in world.journeys))

    for case in cases_of(cast(Store, SmallStore(world)), keys, world.as_of).values():
        for expected in case.expected_steps.values():
            assert contradictions(expected, world.as_of) == []


@SETTINGS
@given(worlds(most_failures=3))
def test_an_order_and_its_diagnosis_expect_the_same_next_step(world: World) -> None:
    keys = list(dict.fromkeys(journey.order for journey in world.journeys))
    store = cast(Store, SmallStore(world))

    orders = orders_by_key(store, keys, world.as_of)
    alone = {key: orders_by_key(store, [key], world.as_of)[key] for key in keys}

    assert alone == orders
    for key, case in cases_of(store, keys, world.as_of).items():
        if len(orders[key].fulfillments) == 1:
            assert orders[key].fulfillments[0].expected_next == case.diagnosis.next_expected


@pytest.mark.parametrize("minutes", [0, 47])
def test_no_timeline_of_the_demo_contradicts_itself(minutes: int) -> None:
    store, now = demo_store(600), NOW + minutes * MINUTE
    with snapshot(store, None, now) as s:
        keys = [str(key) for key in s.columns.orders.ids]
        assert len(get_orders(s, keys)) == len(keys)
        every = cases(s, keys)
        entries = timelines(s, every)

    assert [key for key in keys if any(each.at < now for each in expected(entries[key]))] == []
    assert [
        key
        for key, case in every.items()
        if len(case.situation.fulfillments) == 1 and _contradicts_itself(expected(entries[key]))
    ] == []


def expected(timeline: tuple[TimelineEntry, ...]) -> list[TimelineEntry]:
    return [entry for entry in timeline if entry.kind == "expected"]


def _contradicts_itself(entries: list[TimelineEntry]) -> bool:
    """Whether a record of a step is expected before the step begins, or the message of the end before it."""
    begins = {entry.element: entry.at for entry in entries if entry.title.endswith(" begins")}
    done = [entry.at for entry in entries if entry.title == "The order is complete"]
    records = [entry for entry in entries if entry.record]
    is_early = any(entry.at < begins.get(entry.element, entry.at) for entry in records)
    last = [entry.at for entry in records if entry.record == "delivered"]
    return is_early or any(at < end for at in last for end in done)
