"""An order's answer is its own: the same to the last digit asked alone, in a list, in any filter, whoever
else is in flight.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord
from graph_models.orders import OrderFilter
from graph_models.time import MINUTE
from tests.listing import orders_of, records_of
from tests.properties.small_worlds import journeys, worlds
from tests.worlds import Came, Journey, World, ask

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
Answer = tuple[dict[str, AffectedOrder], dict[str, list[AffectedRecord]]]


def channels_of(world: World) -> list[str]:
    return sorted({journey.channel for journey in world.journeys})


def with_ends(world: World, is_known: bool) -> World:
    """With the end known of each failure that was expected to end before now."""
    if not is_known:
        return world
    return world.with_failures(
        *(
            replace(failure, ended_at=failure.expected_end, expected_end=None)
            if failure.expected_end is not None and failure.expected_end <= world.as_of
            else failure
            for failure in world.failures
        )
    )


@st.composite
def busy_worlds(draw: Callable[..., Any], **limits: int) -> World:
    """With failures that go on, and some that have ended, and with records that have come."""
    world = with_ends(draw(worlds(**limits)), draw(st.booleans()))
    delays = draw(st.lists(st.integers(0, 90), min_size=len(world.journeys), max_size=len(world.journeys)))
    journeys = (with_records(each, world, delay) for each, delay in zip(world.journeys, delays, strict=True))
    return replace(world, journeys=tuple(journeys))


def with_records(journey: Journey, world: World, minutes: int) -> Journey:
    """With the records of its present step so many minutes after it came there; none later than now."""
    step, entered_at = journey.stays[-1]
    at = entered_at + minutes * MINUTE
    steps = world.topology.workflows[journey.workflow].steps
    emits = next(each for each in steps if each.key == step).emits
    came = tuple(Came(emission.kind, emission.type, at) for emission in emits)
    return replace(journey, came=came) if minutes and at <= world.as_of else journey


def answers(world: World, **question: Any) -> Answer:
    """By order: its row, and the rows of its records."""
    impact = ask(world, **question)
    records: dict[str, list[AffectedRecord]] = {}
    for kind in RecordKind:
        for row in records_of(impact, kind):
            records.setdefault(row.order, []).append(row)
    return {row.order: row for row in orders_of(impact)}, records


@SETTINGS
@given(busy_worlds(most_failures=3))
def test_the_answer_for_an_order_is_the_same_alone_and_in_the_list(world: World) -> None:
    orders, records = answers(world)

    for key in dict.fromkeys(journey.order for journey in world.journeys):
        alone, its_records = answers(world, where=OrderFilter(ids=(key,)))
        assert alone.get(key) == orders.get(key)
        assert its_records.get(key) == records.get(key)


@SETTINGS
@given(busy_worlds(most_failures=3), st.data())
def test_the_answer_for_an_order_does_not_depend_on_other_orders_in_flight(
    world: World, data: st.DataObject
) -> None:
    """But where it stands in a queue with them: at a location out of capacity."""
    world = with_enough_people(world)
    orders, records = answers(world)
    others = neighbours(world, data)

    with_others = answers(replace(world, journeys=(*others, *world.journeys)))

    assert {key: row for key, row in with_others[0].items() if not key.startswith("N")} == orders
    assert {key: rows for key, rows in with_others[1].items() if not key.startswith("N")} == records


def with_enough_people(world: World) -> World:
    """With a latency instead of each location that is out of capacity."""
    return world.with_failures(
        *(
            replace(failure, failure_class=FailureClass.LATENCY)
            if failure.failure_class is FailureClass.CAPACITY and failure.target.startswith("location:")
            else failure
            for failure in world.failures
        )
    )


def neighbours(world: World, data: st.DataObject) -> Sequence[Journey]:
    """Others of about the same time as those of the world, and others of any."""
    shifts = data.draw(st.lists(st.integers(-600_000, 600_000), max_size=12))
    near = [
        replace(
            world.journeys[n % len(world.journeys)],
            order=f"N-{n}",
            part=1,
            stays=tuple(
                (step, min(at + shift, world.as_of))
                for step, at in world.journeys[n % len(world.journeys)].stays
            ),
        )
        for n, shift in enumerate(shifts)
    ]
    return [*near, *(data.draw(journeys(f"NX-{n}")) for n in range(data.draw(st.integers(0, 4))))]


@SETTINGS
@given(busy_worlds(most_failures=3, most_orders=12))
def test_filters_that_partition_the_orders_partition_every_total(world: World) -> None:
    whole = ask(world).totals
    parts = [ask(world, where=OrderFilter(channels=(channel,))).totals for channel in channels_of(world)]

    for name in (
        "orders",
        "stuck",
        "exposed",
        "upcoming",
        "records_only",
        "fulfillments",
    ):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name
    # Each is rounded.
    assert abs(sum(part.will_miss_promise for part in parts) - whole.will_miss_promise) <= len(parts)
    for name in ("postings", "notifications"):
        counts = {(row.type, row.effect): row.count for row in getattr(whole, name)}
        assert {
            key: sum(
                row.count for part in parts for row in getattr(part, name) if (row.type, row.effect) == key
            )
            for key in counts
        } == counts


@SETTINGS
@given(busy_worlds(most_failures=2))
def test_the_answer_for_an_order_is_the_same_with_and_without_a_filter(world: World) -> None:
    orders, records = answers(world)

    for channel in channels_of(world):
        mine, its_records = answers(world, where=OrderFilter(channels=(channel,)))
        assert mine == {key: orders.get(key) for key in mine}
        assert its_records == {key: records.get(key) for key in its_records}
