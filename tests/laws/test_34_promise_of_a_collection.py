"""The promise of an order that its customer collects is kept when it is ready, for the service desk and for
the blast radius alike: a customer who comes late misses nothing.
"""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.impact import Question
from impactgraph.topology.collection import is_collection, promise_step
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.why import why
from tests.situations import SituationCase, moment_of

WAITS = """
10:00 placed
10:00 capture
10:05 pick
12:00 ready
12:01 sent ready_for_pickup
12:01 collect
"""
PICKS = """
12:00 placed
12:00 capture
12:05 pick
"""
TILLS = {"failure": "F-1", "target": "system:pos", "class": "OUTAGE", "since": "12:30"}
CONFIRMS = {"failure": "F-1", "target": "integration:pick-confirm", "class": "OUTAGE", "since": "12:30"}


@dataclass(frozen=True)
class Judgement:
    """Whether the desk says that the promise is missed, and how likely the blast radius says so."""

    desk: bool
    missed: float
    missed_anyway: float


def judgement(events: str, promised: str, failure: dict[str, str], end: str) -> Judgement:
    order = {"workflow": "collect-in-store", "promised": promised}
    given_case = {"order": order, "events": events, "as_of": "14:00"}
    case = SituationCase("law", {**given_case, "failures": [{**failure, "expected_end": end}]})
    store = case.store()
    try:
        facts = why(store, "O-1", case.at).diagnosis.customer_facts
        assert facts is not None
        with blast_radius(store, Question(), case.at) as answer:
            rows = answer.orders(first=5).items
    finally:
        store.close()
    (row,) = rows or (None,)
    if row is None:
        return Judgement(facts.is_late, 0.0, 0.0)
    return Judgement(facts.is_late, row.miss_likelihood, row.late_anyway)


def clock(minutes: int) -> str:
    """`+1d 02:30`: so many minutes after 00:00 of the day."""
    days, rest = divmod(minutes, 24 * 60)
    return f"+{days}d {rest // 60:02}:{rest % 60:02}" if days else f"{rest // 60:02}:{rest % 60:02}"


@settings(max_examples=12, deadline=None)
@given(st.integers(11 * 60, 40 * 60).filter(lambda minute: minute != 12 * 60 + 1))
def test_what_waits_for_its_customer_is_late_only_where_it_was_ready_too_late(promise: int) -> None:
    told = judgement(WAITS, clock(promise), TILLS, "20:00")

    was_late = moment_of(clock(promise)) < moment_of("12:01")
    assert told.desk is was_late
    assert told.missed == 0.0 and told.missed_anyway in ({0.0, 1.0} if was_late else {0.0})


@settings(max_examples=12, deadline=None)
@given(st.integers(12 * 60 + 30, 40 * 60), st.integers(15 * 60, 23 * 60))
def test_what_is_still_picked_is_late_for_both_or_for_neither(promise: int, end: int) -> None:
    told = judgement(PICKS, clock(promise), CONFIRMS, clock(end))

    likelihood = told.missed + told.missed_anyway
    if likelihood >= 0.6 or likelihood <= 0.4:
        assert told.desk is (likelihood >= 0.6)


def test_an_order_that_is_delivered_keeps_its_promise_at_the_end() -> None:
    case = SituationCase("law", {"events": "13:58 placed", "as_of": "14:00"})
    store = case.store()
    workflows = current_topology(store).workflows
    store.close()

    steps = {key: promise_step(workflow) for key, workflow in workflows.items()}
    assert {key: step.key for key, step in steps.items() if step} == {"collect-in-store": "collect"}


@pytest.mark.parametrize("text", ["collect", "click_and_collect", "bopis", "pick up"])
def test_modes_of_collection_are_known(text: str) -> None:
    assert is_collection(text)
    assert not is_collection("pick")
