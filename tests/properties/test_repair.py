"""Repair lists: parts of the answer that they are made from, whole in pages and exports, and checked off by
events.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass, RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.orders import Page
from graph_models.repair import Communication, CommunicationReason, PressingOrder, ReplayItem, ReplayReason
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Emission, Location, Takes, Topology, Transition
from impactgraph.diagnosis.records import TO_REPAIR, Causes
from impactgraph.messages.internal_names import InternalNames
from impactgraph.ports.store import Store
from impactgraph.repair.replay import identity, open_record_count
from impactgraph.usecases.record_watch import watch
from impactgraph.usecases.repair import (
    Repair,
    RepairQuestion,
    page_of_communications,
    page_of_pressing,
    page_of_replay,
    repair,
)
from impactgraph.usecases.repair_exports import RepairExport, repair_columns, repair_rows
from tests.drawing import EIGHT, drawn, queue, step
from tests.worlds import Came, Journey, SmallStore, World

SHIPPED = Emission(RecordKind.NOTIFICATION, "shipped", "integration:tell", 10 * MINUTE, channel="email")
INVOICE = Emission(RecordKind.POSTING, "invoice", "integration:book", 15 * MINUTE, amount=1.0)
PICKED = Emission(RecordKind.TASK, "picked")
ROUTE = ("release", "pick", "pack", "carry")
AUDITED = (ReplayReason.MISSING, ReplayReason.DUPLICATED)
AS_OF: Millis = EIGHT + 2 * HOUR
SHOP: Topology = drawn(
    queue("hand-over", "oms", "wms", dead_letter="hand-over.dlq"),
    queue("book", "oms", "erp"),
    queue("tell", "oms", "mailer", dead_letter="tell.dlq"),
    Location("here", "store"),
    Location("there", "store"),
    step(
        "release", takes=Takes(10 * MINUTE, 12 * MINUTE), then=(Transition("pick", "integration:hand-over"),)
    ),
    step("pick", "wms", takes=Takes(20 * MINUTE, HOUR), then=(Transition("pack"),), emits=(PICKED,)),
    step(
        "pack",
        takes=Takes(10 * MINUTE),
        then=(Transition("carry", "integration:hand-over"),),
        emits=(INVOICE, SHIPPED),
    ),
    step("carry", "wms", takes=Takes(HOUR, 2 * HOUR)),
)


@st.composite
def journeys(draw: Callable[..., Any], order: str) -> Journey:
    """Up to some step, through the morning; most records of the steps behind it have come."""
    steps = ROUTE[: draw(st.integers(1, len(ROUTE)))]
    at = EIGHT - draw(st.integers(0, 40)) * MINUTE
    stays: list[tuple[str, Millis]] = []
    for key in steps:
        stays.append((key, at))
        at += draw(st.integers(11, 45)) * MINUTE
    passed = set(steps[:-1])
    records = (
        ("pick", Came(RecordKind.TASK, "picked", at)),
        ("pack", Came(RecordKind.POSTING, "invoice", at, 100_000_000, "EUR")),
        ("pack", Came(RecordKind.NOTIFICATION, "shipped", at)),
    )
    came = tuple(each for key, each in records if key in passed and draw(st.booleans()))
    again = tuple(each for each in came if each.micros is not None and draw(st.booleans()))
    return Journey(
        order,
        tuple(stays),
        location=draw(st.sampled_from(["here", "there"])),
        promised_by=draw(st.sampled_from([0, AS_OF + HOUR, AS_OF + 3 * HOUR, AS_OF + 6 * HOUR])),
        came=(*came, *again),
    )


@st.composite
def repaired(draw: Callable[..., Any]) -> World:
    """Worlds with failures that leave something to repair, some of which have ended."""
    targets = draw(st.sets(st.sampled_from(["hand-over", "book", "tell"]), min_size=1))
    kinds = [
        FailureClass.SCHEMA_MISMATCH,
        FailureClass.BUSINESS_RULE,
        FailureClass.OUTAGE,
        FailureClass.BACKLOG,
        FailureClass.DUPLICATE,
    ]
    reported = [
        Failure(
            f"F-{target}",
            f"integration:{target}",
            draw(st.sampled_from(kinds)),
            EIGHT,
            expected_end=AS_OF + 3 * HOUR,
            ended_at=draw(st.sampled_from([None, AS_OF - HOUR, AS_OF - 10 * MINUTE])),
            delay=3 * HOUR,
        )
        for target in sorted(targets)
    ]
    count = draw(st.integers(3, 8))
    return World(SHOP, tuple(reported), tuple(draw(journeys(f"O-{n}")) for n in range(count)), AS_OF)


@contextmanager
def lists_of(world: World) -> Iterator[Repair]:
    question = RepairQuestion(tuple(failure.key for failure in world.failures), as_of=world.as_of)
    with repair(cast(Store, SmallStore(world)), question, world.as_of) as lists:
        yield lists


@settings(max_examples=20, deadline=None)
@given(repaired())
def test_what_is_on_a_list_is_in_the_answer(world: World) -> None:
    with lists_of(world) as lists:
        answer = lists.answer
        orders = {str(key) for key in answer.columns.orders.ids[answer.affected_orders.order]}
        records = {
            (record.fulfillment, record.kind, record.type)
            for kind in RecordKind
            for record in answer.records(kind, effects=(RecordEffect.MISSING,), first=500).items
        }
        found = (*lists.replay.items, *lists.communications.items, *lists.pressing.items)
        assert {item.order for item in found if not _is_audited(item)} <= orders
        of_answer = (ReplayReason.DEAD_LETTERED, ReplayReason.REJECTED, ReplayReason.LOST)
        for item in lists.replay.items:
            if item.kind is not None and item.reason in of_answer:
                assert (item.fulfillment, item.kind, item.type) in records
        assert len(lists.pressing.items) + lists.pressing.left_out <= len(orders)


@settings(max_examples=20, deadline=None)
@given(repaired(), st.integers(1, 3))
def test_pages_and_exports_have_the_whole_list(world: World, size: int) -> None:
    with lists_of(world) as lists:
        for export, page, whole in (
            (RepairExport.REPLAY, page_of_replay, lists.replay),
            (RepairExport.MESSAGES, page_of_communications, lists.communications),
            (RepairExport.FIRST, page_of_pressing, lists.pressing),
        ):
            items = _all(lists, cast("Callable[..., Page[Any]]", page), size)
            rows = list(repair_rows(lists, export))
            assert tuple(items) == whole.items
            assert [row["order"] for row in rows] == [
                f"order:{item.order}" for item in (*whole.items, *whole.done)
            ]
            assert all(tuple(row) == repair_columns(export) for row in rows)
            assert (whole.why_empty is None) == bool(whole.items)


@settings(max_examples=20, deadline=None)
@given(repaired())
def test_totals_are_those_of_the_items(world: World) -> None:
    with lists_of(world) as lists:
        assert sum(group.left for group in lists.replay_groups) == len(lists.replay.items)
        assert sum(group.done for group in lists.replay_groups) == len(lists.replay.done)
        assert sum(group.count for group in lists.communication_groups) == len(lists.communications.items)
        assert sum(group.count for group in lists.pressing_groups) == len(lists.pressing.items)
        value = sum(item.value.amount for item in lists.replay.items if item.value is not None)
        assert sum(money.amount for money in lists.replay.value) == value
        by_order = {item.order: item.value.amount for item in lists.communications.items}
        assert sum(money.amount for money in lists.communications.value) == sum(by_order.values())


@settings(max_examples=30, deadline=None)
@given(repaired())
def test_what_ended_failures_have_left_is_what_the_list_has(world: World) -> None:
    ended = (replace(each, ended_at=each.ended_at or AS_OF - HOUR) for each in world.failures)
    with lists_of(replace(world, failures=tuple(ended))) as lists:
        items = lists.replay.items
        residual, answer = lists.answer.residual, lists.answer
        records = open_record_count(answer, watch(lists.snapshot, answer.failures))

    assert residual is not None
    assert residual.need_action == len({item.order for item in items if item.kind is None})
    assert records == sum(item.kind is not None for item in items)


@settings(max_examples=30, deadline=None)
@given(repaired(), st.sampled_from([0, 5, 30, 200]))
def test_the_list_of_an_ended_failure_has_what_the_audit_blames_on_it(world: World, hours_later: int) -> None:
    ended = (replace(each, ended_at=each.ended_at or AS_OF - HOUR) for each in world.failures)
    world = replace(world, failures=tuple(ended), as_of=AS_OF + hours_later * HOUR)
    with lists_of(world) as lists:
        s = lists.snapshot
        failures = {failure.key: failure for failure in s.begun_failures}
        causes = Causes(s.record_findings, s.impairments, failures, s.record_findings.tallies)
        blamed = {
            (finding.fulfillment, finding.kind.value, finding.type)
            for finding in s.record_findings.findings(cause_of=causes.of)
            if finding.effect in TO_REPAIR and finding.likely_cause and finding.likely_cause.failure
        }
        assert blamed <= {identity(item) for item in lists.replay.items}
        assert bool(blamed) <= bool(s.causes_of_open_records)


def _is_audited(item: ReplayItem | Communication | PressingOrder) -> bool:
    """Whether the audit found it: such a record may be of an order that nothing holds any more."""
    if isinstance(item, ReplayItem):
        return item.reason in AUDITED
    return isinstance(item, Communication) and item.reason is CommunicationReason.NOT_SENT


@settings(max_examples=20, deadline=None)
@given(repaired())
def test_an_item_waits_from_its_step_until_it_is_done(world: World) -> None:
    with lists_of(world) as lists:
        columns = lists.answer.columns
        for item in (*lists.replay.items, *lists.replay.done):
            assert item.since <= (item.done_at or world.as_of) <= world.as_of
        for item in lists.replay.items:
            if item.kind is None:
                row = columns.fulfillments.ids.tolist().index(item.fulfillment)
                assert item.since >= columns.fulfillments.entered_at[row]


@settings(max_examples=20, deadline=None)
@given(repaired(), st.randoms(use_true_random=False))
def test_an_item_vanishes_when_its_event_comes(world: World, dice: Any) -> None:
    with lists_of(world) as lists:
        items = [item for item in lists.replay.items if item.reason is not ReplayReason.DUPLICATED]
    if not items:
        return
    item = dice.choice(items)

    with lists_of(_with_event(world, item)) as after:
        assert identity(item) not in {identity(each) for each in after.replay.items}


@settings(max_examples=20, deadline=None)
@given(repaired())
def test_what_keeps_its_promise_is_in_the_order_of_its_slack(world: World) -> None:
    with lists_of(world) as lists:
        items = lists.pressing.items
        for item in items:
            assert item.slack == item.promised_by - item.start_at - item.left_to_do >= 0
            assert item.start_at >= world.as_of
        for one, next_one in pairwise(items):
            if (one.location, one.step) == (next_one.location, next_one.step):
                assert one.slack <= next_one.slack


@settings(max_examples=20, deadline=None)
@given(repaired())
def test_customers_read_no_internal_name(world: World) -> None:
    names = InternalNames.of(world.topology)
    with lists_of(world) as lists:
        for item in lists.communications.items:
            assert names.first_in(item.text) is None and names.first_in(item.may_say) is None


def _all(lists: Repair, page: Callable[..., Page[Any]], size: int) -> list[Any]:
    found = page(lists, size, None)
    items = list(found.items)
    while found.has_next:
        found = page(lists, size, found.cursors[-1])
        items += found.items
    assert len(items) == found.total_count
    return items


def _with_event(world: World, item: ReplayItem) -> World:
    """The world after the record has come, or the order was completed."""

    def repaired_journey(journey: Journey) -> Journey:
        if journey.fulfillment != item.fulfillment:
            return journey
        if item.kind is None:
            return replace(journey, ended=world.as_of)
        amount = round(item.value.amount * 1_000_000) if item.value is not None else None
        came = Came(item.kind, item.type, world.as_of, amount, "EUR" if amount is not None else "")
        return replace(journey, came=(*journey.came, came))

    return replace(world, journeys=tuple(map(repaired_journey, world.journeys)))
