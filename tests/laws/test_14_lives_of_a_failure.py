"""A failure that is reported again, that has a known end, whose end is wrong, or that has several ids."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.time import HOUR, MINUTE, say_duration
from impactgraph.forecast.failure_ends import failure_ends, typical_length
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import blast_radius
from tests.laws.inputs import empty_store, lines, moment_of, store_of
from tests.properties.small_worlds import worlds
from tests.worlds import World, ask

LAW = "14-lives-of-a-failure"
NOON = moment_of("12:00")
TEN = NOON - 2 * HOUR


@contextmanager
def asked(store: EmbeddedStore, **question: object) -> Iterator[BlastRadius]:
    with blast_radius(store, Question(as_of=NOON, **question), NOON) as answer:  # pyright: ignore
        yield answer


def test_a_report_under_the_same_id_is_answered() -> None:
    with asked(store_of(LAW, "12:00", "events", "again")) as answer:
        assert [failure.started_at for failure in answer.failures] == [moment_of("11:54")]
        assert answer.order_totals.orders == 10


def test_orders_wait_until_a_known_end() -> None:
    with asked(store_of(LAW, "12:00", "events", "future")) as answer:
        page = answer.orders(first=20)

        assert not [each for each in answer.assumptions if each.startswith("F ")]
        for order in page.items:
            assert order.expected_delay is not None
            assert order.hit_at + order.expected_delay <= moment_of("12:15") + MINUTE


def test_an_end_before_the_start_is_quarantined_and_teaches_nothing() -> None:
    store = empty_store(LAW, "12:00")
    store.ingest(lines(LAW, "events"))

    (refused,) = store.ingest(lines(LAW, "bad")).quarantined

    assert "ended_at: 2026-03-02T09:00:00Z is before the failure starts" in refused.reason
    with asked(store) as answer:
        assert answer.order_totals.orders == 10
        assert any("2 h is the default" in each for each in answer.assumptions)


def outage(key: str = "F", started_at: int = TEN, **more: object) -> Failure:
    return replace(Failure(key, "system:pay", FailureClass.OUTAGE, started_at), **more)  # pyright: ignore


@pytest.mark.parametrize("ended_at", [TEN, NOON - MINUTE, NOON, NOON + 20 * MINUTE, NOON + 9 * HOUR])
@pytest.mark.parametrize("recovery_time", [None, 30 * MINUTE])
def test_a_known_end_is_the_end(ended_at: int, recovery_time: int | None) -> None:
    ends = failure_ends([outage(ended_at=ended_at)], NOON, recovery_time=recovery_time)

    assert ends.nominal["F"] == ended_at
    assert not ends.shifts["F"].any()
    assert ends.assumptions == ()


def test_an_assumed_recovery_is_for_failures_of_unknown_end() -> None:
    expected = outage(expected_end=NOON + 8 * HOUR)

    known = failure_ends([expected], NOON, recovery_time=30 * MINUTE)
    unknown = failure_ends([outage()], NOON, recovery_time=30 * MINUTE)

    assert known.assumptions == failure_ends([expected], NOON).assumptions
    assert known.nominal == failure_ends([expected], NOON).nominal
    assert unknown.nominal["F"] == NOON + 30 * MINUTE


@pytest.mark.parametrize("ago", [MINUTE, 20 * MINUTE, 30 * HOUR])
def test_an_expected_end_that_has_passed_is_reported(ago: int) -> None:
    ends = failure_ends([outage(started_at=NOON - 90 * HOUR, expected_end=NOON - ago)], NOON)

    (note,) = ends.assumptions
    assert f"F should have ended {say_duration(ago)} ago" in note
    assert "no end reported" in note
    assert ends.nominal["F"] > NOON


def test_lengths_are_learned_from_all_episodes_that_have_one() -> None:
    called_off = outage("A", ended_at=TEN)
    former = outage("F", started_at=TEN - 9 * HOUR, ended_at=TEN - 8 * HOUR)
    active = outage("F", former_episodes=(former,))

    assert typical_length(active, [called_off, active], NOON) == HOUR
    assert typical_length(outage("B"), [called_off], NOON) is None


def figures(answer: BlastRadius) -> list[object]:
    orders = answer.orders(first=500).items
    return [
        [
            (each.order, each.band, each.likelihood, each.expected_delay, each.expected_completion)
            for each in orders
        ],
        answer.totals,
    ]


@settings(max_examples=150, deadline=None)
@given(worlds(most_failures=2), st.integers(0, 2))
def test_a_failure_reported_under_several_ids_counts_once(world: World, minutes: int) -> None:
    first = world.failures[0]
    twin = replace(first, key="twin", reported_at=first.reported_at + minutes * MINUTE)

    alone = ask(world)
    both = ask(world.with_failures(*world.failures, twin))

    assert figures(both) == figures(alone)
    for impairment in both.impairments:
        assert (first.key in impairment.failures) == ("twin" in impairment.failures)


def test_twins_are_both_named() -> None:
    store = store_of(LAW, "12:00", "events", "again")
    text = lines(LAW, "again")[-1].replace(b'"F"', b'"G"').replace(b"e257", b"e258")
    store.ingest([text])

    with asked(store) as answer:
        assert {failure.key for failure in answer.failures} == {"F", "G"}
        since = max(failure.started_at for failure in answer.failures)
        assert {each.failures for each in answer.impairments if each.since == since} == {("F", "G")}
