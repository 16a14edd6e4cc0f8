"""Records that should have come, asked of a store."""

from collections.abc import Iterator

import pytest

from graph_models.enums import RecordEffect
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.records import RecordsQuestion, list_records, watch_records
from tests.stores.events import TOPOLOGY, at, entered, of, placed

_MORE = TOPOLOGY.replace(
    "pack: {runs_on: oms, takes: 10m, then: [deliver], emits: {",
    "pack: {runs_on: oms, takes: 10m, then: [deliver], emits: {tasks: [{type: wrap}], ",
)


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    made = EmbeddedStore.in_memory(now=lambda: at(6000))
    apply(made, TOPOLOGY, -600)
    yield made
    made.close()


def apply(store: EmbeddedStore, text: str, minutes: float) -> None:
    store.apply_topology(parse_topology({"shop.yaml": text}), {"shop.yaml": text}, at(minutes))


def missing(store: EmbeddedStore, minutes: float = 600) -> set[tuple[str, str]]:
    found = list_records(store, RecordsQuestion(effects=(RecordEffect.MISSING,)), at(minutes), 500).items
    return {(each.fulfillment, each.type) for each in found}


def shipped(order: str, minutes: float) -> list[bytes]:
    return [
        placed(order, minutes, workflow="ship"),
        entered("pack", minutes + 1, f"{order}/1"),
        entered("deliver", minutes + 20, f"{order}/1"),
    ]


def test_what_a_step_must_cause_is_missing_once_the_step_was_passed(store: EmbeddedStore) -> None:
    store.ingest(shipped("O-1", 0))

    assert (missing(store, 10), missing(store, 600)) == (set(), {("O-1/1", "shipped")})


def test_a_new_version_asks_no_record_of_steps_that_were_passed_before_it(store: EmbeddedStore) -> None:
    store.ingest(shipped("O-1", 0))
    apply(store, _MORE, 100)
    store.ingest(shipped("O-2", 200))

    assert missing(store) == {("O-1/1", "shipped"), ("O-2/1", "shipped"), ("O-2/1", "wrap")}


def test_a_record_that_comes_ends_the_finding(store: EmbeddedStore) -> None:
    store.ingest(shipped("O-1", 0))
    before = missing(store)

    store.ingest([of("notification.sent", 30, type="shipped")])

    assert before and not missing(store)


def test_messages_and_tasks_of_what_was_cancelled_are_not_expected(store: EmbeddedStore) -> None:
    store.ingest([*shipped("O-1", 0), of("fulfillment.cancelled", 21)])

    assert missing(store) == set()


def test_totals_count_every_finding(store: EmbeddedStore) -> None:
    store.ingest([line for n in range(7) for line in shipped(f"O-{n}", n)])

    with watch_records(store, RecordsQuestion(), at(600)) as watched:
        assert [(each.type, each.effect, each.count) for each in watched.totals()] == [
            ("shipped", RecordEffect.MISSING, 7)
        ]
        assert len(list(watched.all())) == 7
