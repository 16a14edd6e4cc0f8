"""A queue that is slower than it keeps messages loses them, as in an outage."""

import pytest

from graph_models.enums import Effect, FailureClass, Transport
from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Buffer
from tests.drawing import call, drawn, failure, hit
from tests.laws.folders import at, checked, world
from tests.listing import orders_of
from tests.worlds import ask

FOLDER = "20-smaller-cells"
SLOW = (FailureClass.LATENCY, FailureClass.BACKLOG, FailureClass.CAPACITY)


def test_what_is_five_hours_late_is_lost_after_one() -> None:
    slow = Failure(
        "F",
        "integration:q",
        FailureClass.LATENCY,
        at("02 11:50"),
        ended_at=at("02 23:00"),
        delay=5 * HOUR,
        is_supposed=True,
    )
    topology = checked(FOLDER).require_topology()

    rows = orders_of(ask(world(FOLDER, topology, at("02 12:00")), failures=(), suppose=(slow,)))

    assert {(row.effect, row.likelihood, row.expected_completion) for row in rows} == {
        (Effect.REJECTED, 1.0, None)
    }


@pytest.mark.parametrize("what", SLOW)
@pytest.mark.parametrize("transport", [Transport.QUEUE, Transport.STREAM])
@pytest.mark.parametrize("target", ["integration:link", "system:erp"])
@pytest.mark.parametrize(("dead_letter", "lost"), [(None, True), ("rejected", False)])
def test_a_queue_rejects_what_it_would_hold_for_too_long(
    what: FailureClass, transport: Transport, target: str, dead_letter: str | None, lost: bool
) -> None:
    topology = drawn(
        call("link", "oms", "erp", transport, buffer=Buffer(retention=HOUR), dead_letter=dead_letter)
    )

    found = hit(topology, failure(target, what, delay="5h")).by_element["integration:link"]

    [rejection] = [i for i in found if i.effect is Effect.REJECTED]
    assert rejection.lost is lost


@pytest.mark.parametrize("what", SLOW)
def test_what_is_late_within_the_retention_is_only_late(what: FailureClass) -> None:
    topology = drawn(call("link", "oms", "erp", Transport.QUEUE, buffer=Buffer(retention=HOUR)))

    found = hit(topology, failure("integration:link", what, delay="59m")).by_element["integration:link"]

    assert [(i.effect, i.delay) for i in found] == [(Effect.DELAYED, 59 * MINUTE)]


@pytest.mark.parametrize("what", SLOW)
def test_a_slow_sender_does_not_fill_the_queue(what: FailureClass) -> None:
    topology = drawn(call("link", "oms", "erp", Transport.QUEUE, buffer=Buffer(retention=HOUR)))

    found = hit(topology, failure("system:oms", what, delay="5h")).by_element["integration:link"]

    assert [i.effect for i in found] == [Effect.DELAYED]
