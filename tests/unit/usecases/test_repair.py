"""Repair lists of a store, as events arrive."""

import json
from collections.abc import Iterator

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.repair import ReplayReason
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.repair import RepairQuestion, repair
from impactgraph.usecases.repair_exports import RepairExport, repair_rows
from impactgraph.usecases.report_failure import report_failure

NOW: Millis = 1_773_000_000_000
SHOP = """
systems: {oms: {name: Orders}, wms: {name: Warehouse}, erp: {name: ERP}}
integrations:
  to-wms: {name: Releases, from: oms, to: wms, transport: queue, dead_letter: to-wms.dlq}
  to-erp: {name: Postings, from: wms, to: erp, transport: queue, dead_letter: to-erp.dlq}
workflows:
  ship:
    steps:
      plan: {runs_on: oms, takes: 5m, then: [{step: pick, via: to-wms}]}
      pick:
        runs_on: wms
        takes: 10m
        then: [pack]
        emits: {postings: [{type: issue, via: to-erp, amount: value, due: 10m}]}
      pack: {runs_on: wms, takes: 4h}
"""
REFUSED = RepairQuestion(("F",))


@pytest.fixture
def store() -> Iterator[Store]:
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    try:
        apply_documents(store, {"shop.yaml": SHOP}, NOW - 48 * HOUR)
        yield store
    finally:
        store.close()


def send(store: Store, kind: str, minutes_ago: int, **data: object) -> None:
    at = NOW - minutes_ago * MINUTE
    event = {
        "specversion": "1.0",
        "id": f"{kind}-{minutes_ago}-{json.dumps(data, sort_keys=True)}",
        "source": "/test",
        "type": kind,
        "time": iso(at),
        "data": data,
    }
    result = store.ingest([json.dumps(event).encode()], results=True)
    assert not result.quarantined, result


def place(store: Store, order: str, *stays: tuple[str, int]) -> None:
    """An order of 50 EUR that entered steps so many minutes ago."""
    parts = [{"fulfillment": f"{order}/1", "workflow": "ship"}]
    send(
        store,
        "order.placed",
        stays[0][1] + 1,
        order=order,
        channel="web",
        mode="ship",
        value="50.00",
        currency="EUR",
        fulfillments=parts,
    )
    for step, minutes_ago in stays:
        enter(store, order, step, minutes_ago)


def enter(store: Store, order: str, step: str, minutes_ago: int) -> None:
    send(store, "fulfillment.entered", minutes_ago, order=order, fulfillment=f"{order}/1", step=step)


def post(store: Store, order: str, minutes_ago: int, document: str) -> None:
    data = {"type": "issue", "amount": "50.00", "currency": "EUR", "document": document}
    send(store, "posting.recorded", minutes_ago, order=order, fulfillment=f"{order}/1", **data)


def fail(store: Store, target: str, what: FailureClass, *, ended: bool = True) -> None:
    end = NOW - HOUR if ended else None
    failure = Failure("F", target, what, NOW - 3 * HOUR, ended_at=end)
    assert not report_failure(store, failure, NOW).problems


def test_an_order_is_checked_off_when_it_moves_on(store: Store) -> None:
    place(store, "O-1", ("plan", 150))
    place(store, "O-2", ("plan", 140))
    fail(store, "integration:to-wms", FailureClass.SCHEMA_MISMATCH)

    with repair(store, REFUSED, NOW) as lists:
        assert [item.order for item in lists.replay.items] == ["O-1", "O-2"]
        assert lists.replay.done == ()
    enter(store, "O-1", "pick", 20)
    with repair(store, REFUSED, NOW) as lists:
        (left,), (done,) = lists.replay.items, lists.replay.done
        (group,) = lists.replay_groups

    assert (left.order, left.done_at) == ("O-2", None)
    assert (done.order, done.done_at) == ("O-1", NOW - 20 * MINUTE)
    assert (group.queue, group.left, group.done) == ("to-wms.dlq", 1, 1)


@pytest.mark.parametrize("dead_letter", [False, True])
def test_what_comes_later_does_not_move_the_moment_of_what_is_done(store: Store, dead_letter: bool) -> None:
    place(store, "O-1", ("plan", 150))
    fail(store, "integration:to-wms", FailureClass.SCHEMA_MISMATCH)
    if dead_letter:
        of_step = {"order": "O-1", "fulfillment": "O-1/1", "step": "plan", "code": "DEAD_LETTERED"}
        send(store, "fulfillment.failed", 140, **of_step, element="integration:to-wms")
    enter(store, "O-1", "pick", 20)
    enter(store, "O-1", "pack", 15)
    send(store, "fulfillment.completed", 10, order="O-1", fulfillment="O-1/1")

    with repair(store, REFUSED, NOW) as lists:
        (done,) = lists.replay.done

    assert done.done_at == NOW - 20 * MINUTE
    if dead_letter:
        assert done.since == NOW - 140 * MINUTE


def test_a_posting_is_checked_off_when_it_comes(store: Store) -> None:
    place(store, "O-1", ("plan", 170), ("pick", 160), ("pack", 140))
    fail(store, "integration:to-erp", FailureClass.SCHEMA_MISMATCH)

    with repair(store, REFUSED, NOW) as lists:
        (item,) = lists.replay.items
    post(store, "O-1", 5, "D-1")
    with repair(store, REFUSED, NOW) as lists:
        assert lists.replay.items == ()
        (done,) = lists.replay.done
        assert lists.replay.why_empty == "All that had to be replayed is done: 1 was checked off."

    assert (item.type, item.value and item.value.amount) == ("issue", 50)
    assert done.done_at == NOW - 5 * MINUTE
    post(store, "O-1", 2, "D-2")
    with repair(store, REFUSED, NOW) as lists:
        assert [each.done_at for each in lists.replay.done] == [NOW - 5 * MINUTE]


def test_a_dead_letter_is_checked_off_while_the_failure_lasts(store: Store) -> None:
    place(store, "O-1", ("plan", 150))
    data = {"step": "plan", "code": "DEAD_LETTERED", "element": "integration:to-wms"}
    send(store, "fulfillment.failed", 140, order="O-1", fulfillment="O-1/1", **data)
    fail(store, "integration:to-wms", FailureClass.OUTAGE, ended=False)

    with repair(store, REFUSED, NOW) as lists:
        (item,) = lists.replay.items
    enter(store, "O-1", "pick", 10)
    with repair(store, REFUSED, NOW) as lists:
        (done,) = lists.replay.done
        assert lists.replay.items == ()

    assert item.reason is done.reason is ReplayReason.DEAD_LETTERED
    assert done.done_at == NOW - 10 * MINUTE


def test_what_was_cancelled_is_not_done(store: Store) -> None:
    place(store, "O-1", ("plan", 150))
    fail(store, "integration:to-wms", FailureClass.SCHEMA_MISMATCH)
    send(store, "order.cancelled", 10, order="O-1")

    with repair(store, REFUSED, NOW) as lists:
        assert (lists.replay.items, lists.replay.done) == ((), ())


def test_duplicates_are_taken_back_by_document_number(store: Store) -> None:
    place(store, "O-1", ("plan", 170), ("pick", 160), ("pack", 140))
    post(store, "O-1", 138, "D-1")
    post(store, "O-1", 137, "D-2")
    fail(store, "integration:to-erp", FailureClass.DUPLICATE)

    with repair(store, REFUSED, NOW) as lists:
        (item,) = lists.replay.items
        rows = list(repair_rows(lists, RepairExport.REPLAY))

    assert item.reason is ReplayReason.DUPLICATED
    assert item.documents == ("D-1", "D-2")
    assert item.system == "system:erp"
    assert item.takes == "Reverse in ERP all but one, by document number."
    assert rows[0]["documents"] == "D-1 D-2"


def test_an_incident_has_the_lists_of_its_failures(store: Store) -> None:
    place(store, "O-1", ("plan", 150))
    fail(store, "integration:to-wms", FailureClass.SCHEMA_MISMATCH)

    for incident in ("F", "incident:F"):
        with repair(store, RepairQuestion(incident=incident), NOW) as lists:
            assert [item.order for item in lists.replay.items] == ["O-1"]


def test_an_unknown_incident_is_an_error(store: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="incident:none"),
        repair(store, RepairQuestion(incident="none"), NOW),
    ):
        pass


def test_an_incident_and_failures_together_are_an_error(store: Store) -> None:
    with (
        pytest.raises(BadInputError, match="give one of them"),
        repair(store, RepairQuestion(("F",), "F"), NOW),
    ):
        pass


def test_without_failures_each_list_says_why_it_is_empty(store: Store) -> None:
    place(store, "O-1", ("plan", 1))

    with repair(store, RepairQuestion(), NOW) as lists:
        for found in (lists.replay, lists.communications, lists.pressing):
            assert found.items == ()
            assert found.why_empty == "No failure is active, and none that has ended left anything to repair."
