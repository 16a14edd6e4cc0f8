"""Groups of records of steps that are not completed: computed only when records are asked for."""

from collections.abc import Iterator

import pytest

from graph_models.enums import Dimension, FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.time import HOUR
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.usecases.blast_radius import blast_radius
from tests.demo_store import NOW, demo_store


@pytest.fixture(scope="module")
def answer() -> Iterator[BlastRadius]:
    outage = Failure(
        key="broker-out",
        target="system:broker",
        failure_class=FailureClass.OUTAGE,
        started_at=NOW - HOUR,
        expected_end=NOW + HOUR,
        is_supposed=True,
    )
    store = demo_store(2_000)
    with blast_radius(store, Question(suppose=(outage,)), NOW) as answer:
        yield answer
    store.close()


def test_totals_and_groups_of_orders_make_no_groups_of_open_records(answer: BlastRadius) -> None:
    assert answer.order_totals.orders
    assert answer.breakdown([Dimension.CHANNEL])
    assert answer.orders(first=5).items

    assert "records" not in vars(answer.matches)


def test_records_are_there_when_they_are_read(answer: BlastRadius) -> None:
    assert answer.record_totals(RecordKind.POSTING)

    groups = answer.matches.records
    assert any(not group.is_past for group in groups)
    assert {id(group) for group in groups if group.is_past} == {id(g) for g in answer.matches.past_records}
