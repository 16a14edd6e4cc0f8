"""Rejected work does harm until a replay is seen, also after its failure has ended."""

from dataclasses import replace
from typing import Any

import pytest

from graph_models.enums import Band, FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.incident_life import IncidentState
from graph_models.orders import OrderFilter
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Emission, Takes, Topology, Transition
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.usecases.blast_radius import answer_question, blast_radius
from impactgraph.usecases.incidents import IncidentsQuestion, list_incidents
from impactgraph.usecases.snapshot import snapshot
from tests.drawing import EIGHT, call, drawn, queue, step
from tests.laws.inputs import moment_of, store_of
from tests.listing import orders_of
from tests.worlds import Came, Erred, Journey, World, ask

LAW = "25-after-a-refusal"
ONE = moment_of("13:00")
REPLAY = (
    b'{"specversion": "1.0", "id": "r", "source": "/t", "type": "fulfillment.entered",'
    b' "time": "2026-03-02T12:50:00Z",'
    b' "data": {"order": "LOST", "fulfillment": "LOST/1", "step": "b"}}'
)


def test_a_question_about_all_failures_reports_what_waits_for_a_replay() -> None:
    with blast_radius(store_of(LAW, "13:00", "events"), Question(), ONE) as answer:
        rows = {row.order: row.band for row in orders_of(answer)}
        (waiting,) = answer.awaiting_replay

        assert rows["LOST"] is Band.STUCK
        assert (waiting.failure, waiting.orders, waiting.oldest_order) == ("F", 1, "LOST")
        assert answer.headline.startswith(
            "No failure is active, but F (schema mismatch of integration q, ended)"
        )
        assert "1 order worth 100.00 EUR waits for a replay" in answer.headline


def test_nothing_waits_once_the_message_was_sent_again() -> None:
    store = store_of(LAW, "13:00", "events")
    store.ingest([REPLAY])

    with blast_radius(store, Question(), ONE) as answer:
        assert answer.headline == "No failure is active, so nothing is affected."


def test_an_incident_is_resolved_and_not_closed_until_nothing_waits_for_a_replay() -> None:
    store = store_of(LAW, "13:00", "events")

    def incidents(**question: Any) -> list[tuple[str, IncidentState]]:
        with snapshot(store, None, ONE) as s:
            reports = list_incidents(s, answer_question, IncidentsQuestion(**question))
            return [(each.key, each.life.state) for each in reports]

    assert incidents() == [("F", IncidentState.RESOLVED)]
    store.ingest([REPLAY])
    assert incidents() == []
    assert incidents(active=None) == [("F", IncidentState.CLOSED)]


# ---- drawn worlds

NINE: Millis = EIGHT + HOUR
TOPOLOGY: Topology = drawn(
    queue("hand", "oms", "wms", dead_letter="rejected"),
    queue("book", "oms", "erp", dead_letter="rejected"),
    call("check", "oms", "erp"),
    step(
        "take",
        takes=Takes(10 * MINUTE, 12 * MINUTE),
        then=(Transition("pick", "integration:hand"),),
        emits=(Emission(RecordKind.POSTING, "invoice", "integration:book", HOUR, amount=1.0),),
    ),
    step("pick", "wms", takes=Takes(4 * HOUR, 5 * HOUR)),
)
INVOICE = Came(RecordKind.POSTING, "invoice", EIGHT + 16 * MINUTE, 100_000_000)
STUCK = Journey("STUCK", (("take", EIGHT + 5 * MINUTE),), came=(INVOICE,))
"""Its invoice shows that it has finished its step."""
GONE = Journey("GONE", (("take", EIGHT + 5 * MINUTE), ("pick", EIGHT + 16 * MINUTE)))


def rejection(target: str, *, scope: Scope = EVERYWHERE, key: str = "F") -> Failure:
    return Failure(
        key, target, FailureClass.SCHEMA_MISMATCH, EIGHT, ended_at=EIGHT + 30 * MINUTE, scope=scope
    )


def all_failures(*journeys: Journey, failures: tuple[Failure, ...], **question: Any) -> BlastRadius:
    world = World(TOPOLOGY, failures, journeys, NINE)
    return ask(world, failures=(), min_likelihood=0.05, **question)


def test_only_ended_failures_with_open_rejections_are_in_the_answer() -> None:
    open_one = rejection("integration:hand", scope=Scope.of(channels=["web"]))
    other = rejection("integration:hand", scope=Scope.of(channels=["app"]), key="G")

    answer = all_failures(STUCK, failures=(open_one, other))

    assert answer.failures == (open_one,)


def test_an_ended_failure_after_which_all_went_on_is_not_in_the_answer() -> None:
    answer = all_failures(
        Journey("ON", (("take", EIGHT - 20 * MINUTE), ("pick", EIGHT - 5 * MINUTE)), came=()),
        failures=(rejection("integration:hand"),),
    )

    assert answer.failures == ()
    assert answer.headline == "No failure is active, so nothing is affected."


def test_rejected_records_wait_for_a_replay_too() -> None:
    answer = all_failures(GONE, failures=(rejection("integration:book"),))
    (waiting,) = answer.awaiting_replay

    assert (waiting.failure, waiting.orders, waiting.records) == ("F", 0, 1)
    assert "1 record worth 100.00 EUR waits for a replay after F" in answer.headline


def test_a_record_that_came_waits_no_longer() -> None:
    came = Journey(
        "GONE", GONE.stays, came=(Came(RecordKind.POSTING, "invoice", EIGHT + 50 * MINUTE, 100_000_000),)
    )

    assert all_failures(came, failures=(rejection("integration:book"),)).failures == ()


def test_a_dead_letter_that_no_failure_explains_is_reported() -> None:
    dead = Journey(
        "DEAD",
        (("take", EIGHT + 5 * MINUTE),),
        errors=(Erred("take", EIGHT + 20 * MINUTE, "integration:hand", "DEAD_LETTERED"),),
    )

    answer = all_failures(dead, failures=())
    (waiting,) = answer.awaiting_replay

    assert (waiting.failure, waiting.orders) == (None, 1)
    assert answer.headline.startswith("No failure is active; 1 order worth 100.00 EUR waits for a replay")


@pytest.mark.parametrize("named", [("F",), ()])
def test_the_filter_of_a_question_holds_for_what_waits(named: tuple[str, ...]) -> None:
    other = replace(STUCK, order="OTHER", channel="app", ended=NINE - MINUTE)
    world = World(TOPOLOGY, (rejection("integration:hand"),), (STUCK, other), NINE)

    answer = ask(world, failures=named, where=OrderFilter(channels=("app",)))

    assert answer.awaiting_replay == ()


def test_a_scope_that_no_order_can_be_in_makes_the_answer_incomplete() -> None:
    failure = Failure("F", "system:oms", FailureClass.OUTAGE, EIGHT, scope=Scope.of(carriers=["ups"]))
    answer = ask(World(TOPOLOGY, (failure,), (STUCK,), NINE))

    assert not answer.complete
    assert "carriers=ups" in answer.headline


@pytest.mark.parametrize("failure_class", [FailureClass.OUTAGE, FailureClass.LATENCY, FailureClass.BACKLOG])
@pytest.mark.parametrize("element", ["integration:hand", "system:wms", ""])
@pytest.mark.parametrize("has_ended", [False, True])
def test_what_is_in_the_dead_letter_queue_waits_for_a_replay_whatever_impairs_the_queue(
    failure_class: FailureClass, element: str, *, has_ended: bool
) -> None:
    dead = Journey(
        "DEAD",
        (("take", EIGHT + 5 * MINUTE),),
        errors=(Erred("take", EIGHT + 20 * MINUTE, element, "DEAD_LETTERED"),),
    )
    failure = Failure(
        "F",
        "integration:hand",
        failure_class,
        EIGHT,
        delay=2 * HOUR,
        ended_at=EIGHT + 50 * MINUTE if has_ended else None,
        expected_end=None if has_ended else NINE + HOUR,
    )
    answer = ask(World(TOPOLOGY, (failure,), (dead, STUCK), NINE), failures=("F",))
    row = next(row for row in orders_of(answer) if row.order == "DEAD")

    assert (row.band, row.likelihood) == (Band.STUCK, 1.0)
    assert (row.expected_delay, row.expected_completion) == (None, None)
    assert [(each.failure, each.orders) for each in answer.awaiting_replay] == [("F", 1)] * has_ended
    by_default = all_failures(dead, failures=(failure,))
    assert [each.failure for each in by_default.awaiting_replay if each.failure is None or has_ended] == (
        ["F"] * has_ended
    )
