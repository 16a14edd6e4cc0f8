"""Details of timeline entries: likelihoods and delays."""

import pytest

from graph_models.diagnosis import Blame
from graph_models.enums import OrderStatus
from graph_models.orders import TimelineEntry
from graph_models.time import HOUR, MINUTE, SECOND
from graph_models.topology import Step, Takes, Topology, Transition, Workflow
from impactgraph.diagnosis.why import diagnose
from impactgraph.diagnosis.why.ahead import ExpectedStep, ExpectedSteps
from impactgraph.diagnosis.why.entries import failure_detail
from impactgraph.diagnosis.why.names import delay_to_promise
from impactgraph.diagnosis.why.situation import Situation
from impactgraph.diagnosis.why.timeline import TimelineSources, timeline_of
from tests.unit.diagnosis.why.situations import (
    NOW,
    PICK,
    TOPOLOGY,
    ended,
    failure,
    impact,
    situation,
    state,
)


def test_a_single_failure_has_its_likelihood() -> None:
    assert (
        failure_detail(failure(), impact(likelihood=0.12), None, NOW, None) == "adds 40 min; likelihood 12 %"
    )


def test_one_of_several_failures_has_what_it_does_alone() -> None:
    blame = Blame(("F-1",), alone=0.12, adds=0.0, share=0.06)

    detail = failure_detail(failure(), impact(), blame, NOW, "O-1/1")
    assert detail == "adds 40 min; likelihood 12 % by itself; O-1/1"


def test_a_certain_effect_has_no_likelihood() -> None:
    blame = Blame(("F-1",), alone=1.0, adds=0.9, share=0.95)

    assert failure_detail(failure(), impact(), blame, NOW, None) == "adds 40 min"


@pytest.mark.parametrize(
    ("at", "promise", "text"),
    [
        (NOW + 96 * MINUTE + 50 * SECOND, NOW, "1 h 36 min"),
        (NOW + 5 * SECOND, NOW - 5 * SECOND, "1 min"),
        (NOW + 40 * SECOND, NOW, "less than a minute"),
    ],
)
def test_a_delay_is_the_difference_of_the_printed_times(at: int, promise: int, text: str) -> None:
    assert delay_to_promise(at, promise) == f"{text} later than promised"


def test_the_headline_of_a_completed_order_has_the_same_delay() -> None:
    found = diagnose(
        TOPOLOGY, situation(ended(OrderStatus.COMPLETED), promised_by=NOW - 2 * HOUR - 20 * SECOND)
    )

    assert "13:00 UTC (1 h ago), 1 h 1 min later than promised" in found.headline


def failure_entries(s: Situation) -> list[str | None]:
    """Details of the failures in the timeline."""
    sources = TimelineSources(TOPOLOGY, s, (), (), {}, ())
    return [entry.detail for entry in timeline_of(sources) if entry.failure]


def test_the_timeline_says_what_each_of_several_failures_does_alone() -> None:
    blame = (Blame(("F-2",), 1.0, 0.9, 0.95), Blame(("F-1",), 0.12, 0.0, 0.05))
    held = state(impacts=(impact(likelihood=1.0),))

    assert failure_entries(situation(held, blame=blame)) == ["adds 40 min; likelihood 12 % by itself"]
    assert failure_entries(situation(held, blame=blame[1:])) == ["adds 40 min"]


def test_an_error_has_the_name_of_the_step_in_which_it_happened() -> None:
    entries = (
        TimelineEntry(NOW - HOUR, "fulfillment.entered", "pick begins", element=PICK, fulfillment="O-1/1"),
        TimelineEntry(
            NOW, "fulfillment.failed", "pick failed: TIMEOUT", element="system:app", fulfillment="O-1/1"
        ),
    )
    timeline = timeline_of(TimelineSources(TOPOLOGY, situation(state()), entries, (), {}, ()))

    assert [entry.title for entry in timeline] == ["Pick begins", "Pick failed: TIMEOUT"]


def collection() -> Topology:
    steps = (
        Step("pick", "collect", "system:app", Takes(HOUR), then=(Transition("collect"),)),
        Step("collect", "collect", "system:app", Takes(24 * HOUR), name="Collection"),
    )
    return Topology(workflows={"collect": Workflow("collect", steps, modes=("bopis",))})


PROMISE = NOW + HOUR


@pytest.mark.parametrize(("ready_at", "detail"), [(NOW, None), (NOW + 2 * HOUR, "1 h later than promised")])
def test_a_collection_keeps_its_promise_when_it_is_ready_and_not_when_it_is_complete(
    ready_at: int, detail: str | None
) -> None:
    topology = collection()
    pick, collect = topology.workflows["collect"].steps
    part = state(fulfillment={"workflow": "collect"}, step=pick)
    steps = ExpectedSteps(
        (ExpectedStep(pick, NOW - HOUR, ready_at), ExpectedStep(collect, ready_at, ready_at + 24 * HOUR))
    )
    s = situation(part, promised_by=PROMISE)
    timeline = timeline_of(TimelineSources(topology, s, (), (), {"O-1/1": steps}, ()))

    assert [(entry.title, entry.late, entry.detail) for entry in timeline] == [
        ("Collection begins", detail is not None, detail),
        ("The order is complete", False, None),
    ]


@pytest.mark.parametrize(("ready_at", "late"), [(PROMISE, False), (PROMISE + MINUTE, True)])
def test_who_collects_late_was_not_served_late(ready_at: int, late: bool) -> None:
    topology = collection()
    part = state(fulfillment={"workflow": "collect"})
    entries = tuple(
        TimelineEntry(at, kind, kind, element=element, fulfillment="O-1/1")
        for at, kind, element in (
            (ready_at, "fulfillment.entered", "step:collect/collect"),
            (PROMISE + HOUR, "fulfillment.completed", None),
        )
    )
    s = situation(part, promised_by=PROMISE)
    timeline = timeline_of(TimelineSources(topology, s, entries, (), {}, ()))

    assert [entry.late for entry in timeline] == [late, False]
