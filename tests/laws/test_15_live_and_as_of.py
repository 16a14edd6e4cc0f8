"""The answer of a moment is the same live, as of it, in a fresh process, and whatever was asked before."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.impact import Question
from graph_models.time import DAY, MINUTE, Millis, millis
from impactgraph.baselines import Baselines
from impactgraph.demo.generate import generate
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.overdue import OverdueQuestion, overdue
from tests.asking import cases_of
from tests.demo_store import NOW, demo_store

ORDERS = 400


def answers(store: EmbeddedStore, now: Millis, as_of: Millis | None = None) -> list[Any]:
    """All figures of a blast radius, the overdue orders, and some diagnoses."""
    at = now if as_of is None else as_of
    with blast_radius(store, Question(as_of=as_of), now) as answer:
        orders = answer.orders(first=500).items
        figures = [answer.totals, answer.assumptions, answer.headline, orders]
    with overdue(store, OverdueQuestion(as_of=as_of), now) as late:
        figures += [late.orders(first=500, after=None).items]
    keys = [order.order for order in orders[:20]]
    return [*figures, {key: case.diagnosis for key, case in cases_of(store, keys, at, as_of).items()}]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    return demo_store(ORDERS)


@pytest.fixture(scope="module")
def fresh(store: EmbeddedStore) -> "Fresh":
    return Fresh(store)


class Fresh:
    """Answers of a store that nothing was asked before, by moment."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self._answers: dict[int, list[Any]] = {}

    def at(self, minutes: int) -> list[Any]:
        if minutes not in self._answers:
            forget(self._store)
            self._answers[minutes] = answers(self._store, NOW + minutes * MINUTE)
        return self._answers[minutes]


def forget(store: EmbeddedStore) -> None:
    store._baselines = Baselines()  # pyright: ignore[reportPrivateUsage]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 44), st.booleans()), min_size=2, max_size=4))
def test_earlier_questions_change_no_answer(
    store: EmbeddedStore, fresh: Fresh, questions: list[tuple[int, bool]]
) -> None:
    expected = [fresh.at(minutes) for minutes, _ in questions]
    forget(store)

    for (minutes, is_live), answer in zip(questions, expected, strict=True):
        at = NOW + minutes * MINUTE
        assert answers(store, at, None if is_live else at) == answer


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    demo = generate(ORDERS, NOW, 7)
    return [line for block in demo.events for line in block.splitlines()] + list(demo.failures)


def store_with(lines: list[bytes], path: Path | None = None) -> EmbeddedStore:
    documents = generate(1, NOW, 7).documents
    store = EmbeddedStore.open(path, now=lambda: NOW) if path else EmbeddedStore.in_memory(now=lambda: NOW)
    store.apply_topology(parse_topology(documents), documents, NOW - 400 * DAY)
    assert not store.ingest(lines).quarantined
    return store


def time_of(line: bytes) -> Millis:
    return millis(datetime.fromisoformat(json.loads(line)["time"]))


@pytest.mark.parametrize("minutes", [1, 13, 52])
def test_later_events_change_nothing_about_an_earlier_moment(lines: list[bytes], minutes: int) -> None:
    at = NOW - minutes * MINUTE
    then = store_with([line for line in lines if time_of(line) <= at])

    live = answers(then, at)

    assert answers(store_with(lines), NOW, at) == live
    assert answers(then, NOW, at) == live


def test_late_events_are_learned_from(lines: list[bytes]) -> None:
    shuffled = lines[1::2] + lines[::2]
    whole, in_parts = store_with(lines), store_with([])

    in_parts.ingest(shuffled[: len(lines) // 2])
    answers(in_parts, NOW + 8 * MINUTE)
    in_parts.ingest(shuffled[len(lines) // 2 :])

    assert answers(in_parts, NOW + 8 * MINUTE) == answers(whole, NOW + 8 * MINUTE)


def test_a_store_that_is_opened_again_answers_the_same(lines: list[bytes], tmp_path: Path) -> None:
    first = store_with(lines, tmp_path)
    answers(first, NOW)
    live = answers(first, NOW + 8 * MINUTE)
    first.close()

    again = EmbeddedStore.open(tmp_path, now=lambda: NOW)
    assert answers(again, NOW + 8 * MINUTE) == live
    again.close()
