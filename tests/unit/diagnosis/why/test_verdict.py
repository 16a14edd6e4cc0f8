"""The table of verdicts: which evidence decides, alone and against other evidence."""

from dataclasses import replace

import pytest

from graph_models.customer_facts import CustomerStage
from graph_models.diagnosis import DiagnosisState as State
from graph_models.enums import Band, Effect, OrderStatus, RecordEffect, RecordKind
from graph_models.time import HOUR, MINUTE
from impactgraph.diagnosis.why import RULES, Situation, decide
from tests.unit.diagnosis.why.situations import (
    NOW,
    ended,
    failure,
    finding,
    impact,
    late,
    reported_error,
    situation,
    state,
    suspect,
)

REFUSED = impact(effect=Effect.REJECTED, delay=None, completion=None)
OVER = {"failures": (failure(ended_at=NOW - MINUTE),), "is_active": False}
COMING, PASSED, RECORDS = (impact(band) for band in (Band.UPCOMING, Band.EXPOSED, Band.RECORDS_ONLY))
MAYBE = impact(Band.STUCK, 0.1)
GONE, CANCELLED = ended(OrderStatus.COMPLETED), ended(OrderStatus.CANCELLED)
READY = state(stage=CustomerStage.READY_TO_COLLECT, arrived_at=NOW - HOUR, expected_arrival_at=None)
UNTOLD = finding(RecordEffect.MISSING, RecordKind.NOTIFICATION, "ready_for_pickup")
ABSENT, EARLY = (finding(effect) for effect in (RecordEffect.MISSING, RecordEffect.OUT_OF_SEQUENCE))

TABLE = {
    "in its step": (situation(state()), State.ON_TRACK),
    "longer than most": (situation(state(usually_leaves_at=NOW - 1)), State.WAITING),
    "done, for a run": (situation(state(run_at=NOW + HOUR)), State.WAITING),
    "done too late for a run": (situation(late(run_at=NOW + HOUR)), State.STUCK_ALONE),
    "beyond its limit": (situation(late()), State.STUCK_ALONE),
    "beyond it, with others": (situation(late(), shared_factors=("location s1",)), State.STUCK_WITH_OTHERS),
    "beyond it, with a suspect": (situation(late(), suspects=(suspect(),)), State.STUCK_WITH_OTHERS),
    "no limit is known": (situation(late(limit=None)), State.WAITING),
    "a suspect of others": (situation(state(), suspects=(suspect(),)), State.ON_TRACK),
    "held": (situation(state(impacts=(impact(),))), State.STUCK),
    "held, by a refusal": (situation(state(impacts=(REFUSED,))), State.STUCK),
    "may be held": (situation(state(impacts=(MAYBE,))), State.AT_RISK),
    "will be held": (situation(state(impacts=(COMING,))), State.AT_RISK),
    "was held": (situation(state(impacts=(PASSED,))), State.AT_RISK),
    "records to come are held": (situation(state(impacts=(RECORDS,))), State.AT_RISK),
    "caught by one, held by another": (
        situation(state(impacts=(impact(Band.EXPOSED, 0.9), impact(likelihood=0.8)))),
        State.STUCK,
    ),
    "held by what is over": (situation(state(impacts=(impact(**OVER),))), State.STUCK),
    "refused by what is over": (
        situation(state(impacts=(impact(effect=Effect.REJECTED, delay=None, **OVER),))),
        State.DEAD_LETTERED,
    ),
    "was held by what is over": (situation(state(impacts=(impact(Band.EXPOSED, **OVER),))), State.ON_TRACK),
    "made late by what is over": (
        situation(state(impacts=(impact(Band.EXPOSED, misses_promise=True, **(OVER)),))),
        State.AT_RISK,
    ),
    "late anyway, after what is over": (
        situation(state(impacts=(impact(Band.EXPOSED, late_anyway=0.5, **(OVER)),))),
        State.AT_RISK,
    ),
    "later than promised": (situation(state(), promised_by=NOW + MINUTE), State.LATE),
    "past its promise": (situation(state(expected_arrival_at=None), promised_by=NOW - 1), State.LATE),
    "past its promise, with an unknown position": (
        situation(state(unknown_reason="?"), promised_by=NOW - 1),
        State.UNKNOWN,
    ),
    "later than promised, a record missing": (
        situation(state(), promised_by=NOW, findings=(ABSENT,)),
        State.LATE,
    ),
    "ready to collect": (situation(READY), State.WAITING),
    "ready to collect, in time, past its promise now": (situation(READY, promised_by=NOW - 1), State.WAITING),
    "ready to collect, an invoice missing": (situation(READY, findings=(ABSENT,)), State.RECORD_MISSING),
    "ready to collect, nobody was told": (situation(READY, findings=(EARLY, UNTOLD)), State.RECORD_MISSING),
    "not ready, and nobody was told": (situation(state(), findings=(EARLY, UNTOLD)), State.OUT_OF_SEQUENCE),
    "an error": (situation(state(error=reported_error())), State.FAILED),
    "an error, long ago": (situation(late(error=reported_error())), State.FAILED),
    "a refused message": (situation(state(error=reported_error("DEAD_LETTERED"))), State.DEAD_LETTERED),
    "a refused message, by a known failure": (
        situation(state(error=reported_error("DEAD_LETTERED"), impacts=(REFUSED,))),
        State.DEAD_LETTERED,
    ),
    "an error, by a known failure": (
        situation(state(error=reported_error(), impacts=(impact(),))),
        State.STUCK,
    ),
    "an error, and a failure to come": (
        situation(state(error=reported_error(), impacts=(COMING,))),
        State.FAILED,
    ),
    "a record missing": (situation(state(), findings=(ABSENT,)), State.RECORD_MISSING),
    "a record too early": (situation(state(), findings=(EARLY, ABSENT)), State.OUT_OF_SEQUENCE),
    "a record that came late": (situation(state(), findings=(finding(RecordEffect.LATE),)), State.ON_TRACK),
    "a record missing, and held": (situation(state(impacts=(impact(),)), findings=(ABSENT,)), State.STUCK),
    "a record missing, and will be held": (
        situation(state(impacts=(COMING,)), findings=(ABSENT,)),
        State.AT_RISK,
    ),
    "a record missing, and may be held": (
        situation(state(impacts=(MAYBE,)), findings=(ABSENT,)),
        State.RECORD_MISSING,
    ),
    "a record missing, as was expected": (
        situation(state(impacts=(RECORDS,)), findings=(ABSENT,)),
        State.RECORD_MISSING,
    ),
    "a record missing, and overdue": (situation(late(), findings=(ABSENT,)), State.STUCK_ALONE),
    "done": (situation(GONE), State.COMPLETED),
    "done, was held": (situation(replace(GONE, impacts=(PASSED,))), State.COMPLETED),
    "done, a record missing": (situation(GONE, findings=(ABSENT,)), State.RECORD_MISSING),
    "cancelled": (situation(CANCELLED), State.CANCELLED),
    "cancelled, a record missing": (situation(CANCELLED, findings=(ABSENT,)), State.CANCELLED),
    "one part done, one held": (situation(GONE, state(impacts=(impact(),))), State.STUCK),
    "one part cancelled, one done": (situation(CANCELLED, GONE), State.COMPLETED),
    "one part late, one held": (situation(late(), state(impacts=(impact(),))), State.STUCK),
    "what it does is not known": (
        situation(state(unknown_reason="it is in a step that is not known")),
        State.UNKNOWN,
    ),
    "not known, and held": (situation(state(unknown_reason="?", impacts=(impact(),))), State.STUCK),
    "no parts": (situation(), State.UNKNOWN),
}


@pytest.mark.parametrize("name", list(TABLE))
def test_evidence_has_its_verdict(name: str) -> None:
    given, expected = TABLE[name]

    assert decide(given).state is expected


def test_every_rule_decides_one_of_these_and_every_verdict_is_reached() -> None:
    reached = [decide(given) for given, _ in TABLE.values()]

    assert {verdict.rule for verdict in reached} == {rule.name for rule in RULES}
    assert {verdict.state for verdict in reached} == set(State)


def test_the_verdict_is_about_the_part_in_trouble() -> None:
    calm, held = state(), state(fulfillment={"key": "O-1/2"}, impacts=(impact(),))

    assert decide(situation(calm, held)).basis.fulfillment is held


def test_of_two_failures_the_probable_one_is_reported() -> None:
    both: Situation = situation(state(impacts=(impact(Band.EXPOSED, 0.1), impact(Band.UPCOMING, 0.9))))

    assert decide(both).basis.impact == impact(Band.UPCOMING, 0.9)


def test_of_two_overdue_parts_the_longer_one_is_reported() -> None:
    longer = state(fulfillment={"key": "O-1/2", "entered_at": NOW - 9 * HOUR})

    assert decide(situation(late(), longer)).basis.fulfillment is longer
