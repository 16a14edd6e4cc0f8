"""In a step that is over one more failure hides no other one."""

from collections.abc import Sequence
from typing import Any

import pytest

from graph_models.enums import FailureClass, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.topology import Emission, Takes, Topology, Transition
from impactgraph.impact.blast_radius import BlastRadius
from tests.drawing import EIGHT, call, drawn, queue, step
from tests.listing import orders_of, records_of
from tests.worlds import Journey, World, ask

NINE = EIGHT + HOUR
NOON = EIGHT + 4 * HOUR
C = FailureClass


def failing(target: str, what: FailureClass, since: Millis, until: Millis, **figures: Any) -> Failure:
    return Failure(f"{what.value}-{target}", target, what, since, ended_at=until, **figures)


def shop(takes: Takes, hand: Transport = Transport.QUEUE) -> Topology:
    return drawn(
        call("pay", "oms", "psp"),
        call("hand", "oms", "wms", hand),
        queue("book", "oms", "erp"),
        step(
            "release",
            "oms",
            "integration:pay",
            takes=takes,
            then=(Transition("pick", "integration:hand"),),
            emits=(Emission(RecordKind.POSTING, "invoice", "integration:book", 10 * MINUTE, (), 1.0),),
        ),
        step("pick", "wms", takes=Takes(6 * HOUR, 9 * HOUR)),
    )


def answer(topology: Topology, minutes: int, failures: Sequence[Failure]) -> BlastRadius:
    """Of an order that was in the step for so long."""
    journey = Journey("O-1", (("release", NINE), ("pick", NINE + minutes * MINUTE)))
    return ask(World(topology, tuple(failures), (journey,), NOON))


def row(*failures: Failure) -> AffectedOrder:
    """Of an order that was in a step of ten minutes for half an hour."""
    (found,) = orders_of(answer(shop(Takes(10 * MINUTE, 11 * MINUTE)), 30, failures))
    return found


SHORT = failing("integration:pay", C.CAPACITY, EIGHT, NOON + HOUR, delay=20 * MINUTE)


def test_a_delay_that_is_longer_than_the_visit_leaves_the_shorter_one() -> None:
    found = row(SHORT, failing("step:ship/release", C.LATENCY, EIGHT, NOON + HOUR, delay=2 * HOUR))

    assert found.likelihood == 1.0
    assert found.expected_delay == pytest.approx(20 * MINUTE, abs=2 * MINUTE)


def test_a_failure_that_was_over_before_the_visit_changes_nothing_of_it() -> None:
    over = failing("integration:pay", C.TRANSIENT, EIGHT - 3 * DAY, EIGHT - DAY, error_rate=0.5)
    alone, both = row(SHORT), row(SHORT, over)

    assert (both.likelihood, both.expected_delay) == (alone.likelihood, alone.expected_delay)


def test_a_doubtful_delay_leaves_a_record_that_is_blocked_for_certain() -> None:
    """The call of the hand-over may have failed once; the invoice is blocked in any case."""
    blocked = failing("integration:book", C.OUTAGE, NINE, NOON + DAY)
    doubtful = failing("integration:hand", C.TRANSIENT, EIGHT, NOON + DAY, error_rate=0.1)
    topology = shop(Takes(HOUR, 3 * HOUR), Transport.SYNC)

    for failures in ([blocked], [blocked, doubtful]):
        (invoice,) = records_of(answer(topology, 112, failures), RecordKind.POSTING)
        assert invoice.likelihood == pytest.approx(1.0)
