"""The watch over the demo's records: what it finds is what the made-up failure_effects did, and on a day
without trouble it finds nothing that is not so.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from graph_models.diagnosis import RecordFinding
from graph_models.enums import RecordEffect, RecordKind
from graph_models.time import MINUTE
from impactgraph.demo import order_book
from impactgraph.demo.failures import FailureEffects, QueueBacklog
from impactgraph.demo.generate import generate
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.payloads import PayloadsQuestion, find_payload_findings
from impactgraph.usecases.records import RecordsQuestion, watch_records
from tests.unit.demo.conftest import NOW

ORDERS = 4_000
Load = Callable[..., EmbeddedStore]


@pytest.fixture
def load() -> Iterator[Load]:
    """A demo's orders in a store: with its failures told or not, without the lines that `lose` takes."""
    stores: list[EmbeddedStore] = []

    def loaded(*, failures: bool, lose: Callable[[dict], bool] = lambda event: False) -> EmbeddedStore:
        demo = generate(ORDERS, NOW, seed=11)
        store = EmbeddedStore.in_memory(now=lambda: NOW)
        stores.append(store)
        store.apply_topology(
            parse_topology(dict(demo.documents)), dict(demo.documents), NOW - 90 * 24 * 60 * MINUTE
        )
        for block in demo.events:
            assert not store.ingest(
                [line for line in block.splitlines() if not lose(json.loads(line))]
            ).quarantined
        store.ingest(demo.failures if failures else [])
        return store

    yield loaded
    for store in stores:
        store.close()


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day without trouble."""
    monkeypatch.setattr(
        order_book,
        "failure_effects",
        lambda topology, now: FailureEffects(QueueBacklog(frozenset(), frozenset(), 0, 0), ()),
    )


def findings(store: EmbeddedStore) -> list[RecordFinding]:
    with watch_records(store, RecordsQuestion(), NOW) as watched:
        return list(watched.all())


def test_saturated_queues_show_as_goods_issues_that_are_missing_and_invoices_that_overtook_them(
    load: Load,
) -> None:
    found = findings(load(failures=True))

    kinds = Counter((each.type, each.effect) for each in found)
    assert {
        ("goods_issue", RecordEffect.MISSING),
        ("goods_issue", RecordEffect.LATE),
        ("invoice", RecordEffect.OUT_OF_SEQUENCE),
    } <= set(kinds)
    assert set(kinds) <= {
        ("goods_issue", RecordEffect.MISSING),
        ("goods_issue", RecordEffect.LATE),
        ("invoice", RecordEffect.OUT_OF_SEQUENCE),
        ("purchase_order", RecordEffect.LATE),
    }


def test_each_of_them_is_blamed_on_the_queues(load: Load) -> None:
    causes = {
        (each.type, each.likely_cause.failure, each.likely_cause.element)
        for each in findings(load(failures=True))
        if each.likely_cause
    }

    assert causes == {
        ("goods_issue", "F-queues", "integration:store-goods-issue"),
        ("invoice", "F-queues", "integration:store-goods-issue"),
    }


def test_where_nobody_reported_the_failure_the_integration_that_they_share_is_named(load: Load) -> None:
    missing = [each for each in findings(load(failures=False)) if each.effect is RecordEffect.MISSING]

    assert missing and {each.likely_cause.element if each.likely_cause else None for each in missing} == {
        "integration:store-goods-issue"
    }


@pytest.mark.usefixtures("calm")
def test_on_a_day_without_trouble_nothing_is_found_but_what_came_late(load: Load) -> None:
    store = load(failures=False)

    assert {each.effect for each in findings(store)} <= {RecordEffect.LATE}
    assert len(findings(store)) < ORDERS / 1000


@pytest.mark.usefixtures("calm")
def test_every_invoice_that_was_lost_is_found_and_nothing_else(load: Load) -> None:
    lost: set[str] = set()

    def lose(event: dict) -> bool:
        data = event["data"]
        gone = (
            event["type"] == "posting.recorded"
            and data["type"] == "invoice"
            and hash_of(data["fulfillment"]) % 10 == 0
            and event["time"] < "2026-03-02T15"
        )
        if gone:
            lost.add(data["fulfillment"])
        return gone

    found = [
        each for each in findings(load(failures=False, lose=lose)) if each.effect is RecordEffect.MISSING
    ]

    assert lost and {each.fulfillment for each in found} == lost
    assert {(each.kind, each.type) for each in found} == {(RecordKind.POSTING, "invoice")}
    assert all(each.late_by and each.amount == each.expected_amount for each in found)


@pytest.mark.usefixtures("calm")
def test_orders_of_the_demo_are_whole_and_no_order_is_there_twice(load: Load) -> None:
    found = find_payload_findings(load(failures=False), PayloadsQuestion(), NOW)

    assert {each.kind.value for each in found} <= {"ERROR_TEMPLATE"}


def hash_of(fulfillment: str) -> int:
    return sum(map(ord, fulfillment))
