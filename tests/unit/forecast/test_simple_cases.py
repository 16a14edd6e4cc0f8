"""Cases that can be worked out on paper."""

from dataclasses import replace

import pytest

from graph_models.enums import Band, Effect, FailureClass, RecordEffect, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import MINUTE, Millis
from graph_models.topology import Emission, Schedule, Takes, Topology, Transition
from tests.drawing import EIGHT, HOUR, call, drawn, failure, queue, step
from tests.worlds import Erred, Journey, World, ask

NINE = EIGHT + HOUR
PICK = Takes(10 * MINUTE, round(10 * MINUTE * 1.02))
"""Ten minutes, and hardly ever anything else."""


def shop() -> Topology:
    return drawn(
        queue("hand", "oms", "wms", dead_letter="rejected"),
        call("book", "wms", "erp"),
        step("release", takes=PICK, then=(Transition("pick", "integration:hand"),)),
        step(
            "pick",
            "wms",
            takes=PICK,
            emits=(Emission(RecordKind.POSTING, "issue", "integration:book", 30 * MINUTE),),
        ),
    )


def ended(
    target: str,
    what: FailureClass = FailureClass.OUTAGE,
    *,
    until: Millis,
    since: Millis = EIGHT,
    **more: object,
) -> Failure:
    """A failure whose end is certain: it is supposed."""
    return Failure("F", target, what, since, ended_at=until, is_supposed=True, **more)  # pyright: ignore[reportArgumentType] - fields of a failure


def only(found: Failure, *journeys: Journey) -> AffectedOrder | None:
    rows = ask(World(shop(), (), journeys, NINE), failures=(), suppose=(found,)).orders().items
    return rows[0] if rows else None


def certainly(found: Failure, *journeys: Journey) -> AffectedOrder:
    row = only(found, *journeys)
    assert row is not None
    return row


RELEASED = Journey("O-1", (("release", NINE - MINUTE),))
"""It will be handed over at about nine past nine."""


def test_what_reaches_a_stopped_queue_waits_until_the_end() -> None:
    row = certainly(ended("integration:hand", until=NINE + HOUR), RELEASED)

    assert (row.band, row.effect, row.first_hit, row.likelihood) == (
        Band.UPCOMING,
        Effect.BLOCKED,
        "step:ship/pick",
        1.0,
    )
    assert row.expected_delay == pytest.approx(51 * MINUTE, abs=2 * MINUTE)
    assert row.expected_completion == pytest.approx(NINE + 70 * MINUTE, abs=2 * MINUTE)


def test_what_waits_behind_a_stopped_queue_already_is_stuck() -> None:
    row = certainly(
        ended("integration:hand", until=NINE + HOUR), Journey("O-1", (("release", NINE - 40 * MINUTE),))
    )

    assert (row.band, row.likelihood) == (Band.STUCK, 1.0)
    assert row.hit_at == pytest.approx(NINE - 30 * MINUTE, abs=MINUTE)
    assert row.expected_delay == pytest.approx(90 * MINUTE, abs=2 * MINUTE)


def test_what_waits_for_the_run_of_a_file_is_affected_when_the_failure_begins() -> None:
    """Done at ten past eight, and the file goes at nine: it waited, and nothing was wrong, until half
    past.
    """
    files = replace(
        shop(),
        integrations={
            **shop().integrations,
            "hand": replace(shop().integrations["hand"], transport=Transport.FILE, schedule=Schedule(HOUR)),
        },
    )
    refused = ended(
        "integration:hand", FailureClass.SCHEMA_MISMATCH, since=NINE - 30 * MINUTE, until=NINE + HOUR
    )
    journey = Journey("O-1", (("release", EIGHT),))

    [row] = (
        ask(World(files, (), (journey,), NINE + 5 * MINUTE), failures=(), suppose=(refused,)).orders().items
    )

    assert (row.band, row.hit_at) == (Band.STUCK, NINE - 30 * MINUTE)


def test_what_comes_when_it_is_over_is_not_affected() -> None:
    assert only(ended("integration:hand", until=NINE + 5 * MINUTE), RELEASED) is None


def test_what_had_passed_before_it_began_is_not_affected() -> None:
    assert (
        only(
            ended("integration:hand", since=NINE - 5 * MINUTE, until=NINE + HOUR),
            Journey("O-1", (("release", EIGHT), ("pick", NINE - 6 * MINUTE))),
        )
        is None
    )


def test_what_is_later_by_less_than_the_tolerance_is_not_affected() -> None:
    assert only(ended("integration:hand", until=NINE + 12 * MINUTE), RELEASED) is None


def test_a_slower_queue_makes_an_order_later_by_its_delay() -> None:
    row = certainly(
        ended("integration:hand", FailureClass.LATENCY, until=NINE + HOUR, delay=20 * MINUTE), RELEASED
    )

    assert (row.band, row.effect, row.expected_delay) == (Band.UPCOMING, Effect.DELAYED, 20 * MINUTE)


def test_what_is_rejected_never_arrives() -> None:
    row = certainly(ended("integration:hand", FailureClass.SCHEMA_MISMATCH, until=NINE + HOUR), RELEASED)

    assert (row.effect, row.likelihood, row.expected_delay, row.expected_completion) == (
        Effect.REJECTED,
        1.0,
        None,
        None,
    )


def test_what_lies_in_the_dead_letter_queue_is_stuck() -> None:
    dead = Journey(
        "O-1",
        (("release", NINE - 40 * MINUTE),),
        errors=(Erred("release", NINE - 30 * MINUTE, "integration:hand", "DEAD_LETTERED"),),
    )

    row = certainly(ended("integration:hand", FailureClass.SCHEMA_MISMATCH, until=NINE + HOUR), dead)

    assert (row.band, row.likelihood) == (Band.STUCK, 1.0)


def test_a_posting_that_cannot_be_sent_is_late_while_its_order_flows() -> None:
    world = World(shop(), (), (Journey("O-1", (("pick", NINE - MINUTE),)),), NINE)
    answer = ask(world, failures=(), suppose=(ended("integration:book", until=NINE + 2 * HOUR),))

    (row,), (posting,) = answer.orders().items, answer.records(RecordKind.POSTING).items
    assert (row.band, row.first_hit, row.expected_delay) == (Band.RECORDS_ONLY, "step:ship/pick", None)
    assert (posting.effect, posting.likelihood) == (RecordEffect.LATE, 1.0)
    assert posting.due == pytest.approx(NINE + 39 * MINUTE, abs=MINUTE)
    assert posting.expected_at == pytest.approx(NINE + 2 * HOUR, abs=2 * MINUTE)


def test_a_posting_that_comes_before_it_is_due_is_not_late() -> None:
    assert (
        only(ended("integration:book", until=NINE + 35 * MINUTE), Journey("O-1", (("pick", NINE - MINUTE),)))
        is None
    )


def test_an_order_that_was_held_behind_it_is_late_since() -> None:
    held = Journey("O-1", (("release", EIGHT - 5 * MINUTE), ("pick", NINE - MINUTE)))

    row = certainly(ended("integration:hand", until=NINE - 2 * MINUTE), held)

    assert (row.band, row.likelihood) == (Band.EXPOSED, 1.0)
    assert row.expected_delay == pytest.approx(54 * MINUTE, rel=0.05)


def test_an_end_that_is_reported_is_an_estimate() -> None:
    reported = failure("integration:hand", lasts=75 * MINUTE)
    world = World(shop(), (reported,), (RELEASED,), NINE)

    (row,) = ask(world).orders().items

    assert 0.3 < row.likelihood < 0.7
    assert "an estimate" in " ".join(ask(world).assumptions)


def test_who_has_waited_in_a_line_does_not_stand_in_it_again() -> None:
    """An hour and nine minutes after eight, of two hours that take half an hour to clear: 14 minutes after
    ten. Then a minute for the second failure.
    """
    line = replace(ended("integration:hand", until=NINE + HOUR, drain=30 * MINUTE), key="line")
    slow = replace(
        ended("integration:hand", FailureClass.LATENCY, until=NINE + 3 * HOUR, delay=MINUTE), key="slow"
    )

    (row,) = ask(World(shop(), (), (RELEASED,), NINE), failures=(), suppose=(line, slow)).orders().items

    assert row.expected_delay == pytest.approx(66 * MINUTE, abs=2 * MINUTE)


def test_a_posting_that_is_doubled_by_two_failures_is_doubled_as_likely_as_by_one() -> None:
    journey = Journey("O-1", (("pick", NINE - MINUTE),))
    later = ended("integration:book", FailureClass.DUPLICATE, since=NINE + 9 * MINUTE, until=NINE + HOUR)
    world = World(shop(), (), (journey,), NINE)

    alone = ask(world, failures=(), suppose=(later,)).records(RecordKind.POSTING).items
    together = (
        ask(world, failures=(), suppose=(replace(later, key="F1"), replace(later, key="F2")))
        .records(RecordKind.POSTING)
        .items
    )

    assert 0 < alone[0].likelihood < 1
    assert [row.likelihood for row in together] == [row.likelihood for row in alone]
