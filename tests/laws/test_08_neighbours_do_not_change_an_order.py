"""An order is hit, or not, whoever came about the same time."""

import pytest

from graph_models.enums import Band
from graph_models.impact import AffectedOrder, Question
from graph_models.orders import OrderFilter
from impactgraph.usecases.blast_radius import blast_radius
from tests.laws.inputs import moment_of, store_of

LAW = "08-neighbours-change-an-order"
NOW = moment_of("2026-03-03T12:00:00Z")


def asked(events: str, where: OrderFilter | None = None) -> dict[str, AffectedOrder]:
    store = store_of(LAW, "2026-03-03T12:00:00Z", events)
    question = Question(failures=("F",), as_of=NOW, where=where or OrderFilter())
    with blast_radius(store, question, NOW) as answer:
        return {row.order: row for row in answer.orders().items}


def test_the_one_that_came_after_the_begin_is_stuck_among_many_that_came_before() -> None:
    rows = asked("A")

    assert list(rows) == ["X"]
    assert (rows["X"].band, rows["X"].hit_at) == (Band.STUCK, moment_of("20:12"))


def test_the_one_that_came_before_the_beginning_is_not_affected_among_those_that_came_after() -> None:
    rows = asked("B")

    assert set(rows) == {"Y0", "Y1", "Y2"}
    assert {row.band for row in rows.values()} == {Band.STUCK}


@pytest.mark.parametrize("events", ["A", "B"])
def test_the_answer_is_the_same_asked_alone(events: str) -> None:
    for key, row in asked(events).items():
        assert asked(events, OrderFilter(ids=(key,))) == {key: row}
