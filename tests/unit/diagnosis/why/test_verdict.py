"""The table of verdicts: which evidence decides, alone and against other evidence."""

from dataclasses import replace

import pytest

from graph_models.diagnosis import DiagnosisState as State
from graph_models.enums import Band, Effect, OrderStatus, RecordEffect
from graph_models.time import HOUR, MINUTE
from impactgraph.diagnosis.why import RULES, Situation, decide
from tests.unit.diagnosis.why.situations import (
    NOW,
    ended,
    failure,
    fault,
    finding,
    hit,
    late,
    part,
    situation,
    suspect,
)

REFUSED = hit(effect=Effect.REJECTED, delay=None, completion=None)
OVER = {"failures": (failure(ended_at=NOW - MINUTE),), "active": False}
COMING, PASSED, RECORDS = (hit(band) for band in (Band.UPCOMING, Band.EXPOSED, Band.RECORDS_ONLY))
MAYBE = hit(Band.STUCK, 0.1)
GONE, CANCELLED = ended(OrderStatus.COMPLETED), ended(OrderStatus.CANCELLED)
ABSENT, EARLY = (finding(effect) for effect in (RecordEffect.MISSING, RecordEffect.OUT_OF_SEQUENCE))

TABLE = {
    "in its step": (situation(part()), State.ON_TRACK),
    "longer than most": (situation(part(usual_next=NOW - 1)), State.WAITING),
    "done, for a run": (situation(part(run=NOW + HOUR)), State.WAITING),
    "done too late for a run": (situation(late(run=NOW + HOUR)), State.STUCK_ALONE),
    "beyond its limit": (situation(late()), State.STUCK_ALONE),
    "beyond it, with others": (situation(late(), shared=("location s1",)), State.STUCK_WITH_OTHERS),
    "beyond it, with a suspect": (situation(late(), suspects=(suspect(),)), State.STUCK_WITH_OTHERS),
    "no limit is known": (situation(late(limit=None)), State.WAITING),
    "a suspect of others": (situation(part(), suspects=(suspect(),)), State.ON_TRACK),
    "held": (situation(part(hits=(hit(),))), State.STUCK),
    "held, by a refusal": (situation(part(hits=(REFUSED,))), State.STUCK),
    "may be held": (situation(part(hits=(MAYBE,))), State.AT_RISK),
    "will be held": (situation(part(hits=(COMING,))), State.AT_RISK),
    "was held": (situation(part(hits=(PASSED,))), State.AT_RISK),
    "records to come are held": (situation(part(hits=(RECORDS,))), State.AT_RISK),
    "caught by one, held by another": (
        situation(part(hits=(hit(Band.EXPOSED, 0.9), hit(likelihood=0.8)))),
        State.STUCK,
    ),
    "held by what is over": (situation(part(hits=(hit(**OVER),))), State.STUCK),
    "refused by what is over": (
        situation(part(hits=(hit(effect=Effect.REJECTED, delay=None, **OVER),))),
        State.DEAD_LETTERED,
    ),
    "was held by what is over": (situation(part(hits=(hit(Band.EXPOSED, **OVER),))), State.ON_TRACK),
    "made late by what is over": (
        situation(part(hits=(hit(Band.EXPOSED, misses_promise=True, **(OVER)),))),
        State.AT_RISK,
    ),
    "an error": (situation(part(fault=fault())), State.FAILED),
    "an error, long ago": (situation(late(fault=fault())), State.FAILED),
    "a refused message": (situation(part(fault=fault("DEAD_LETTERED"))), State.DEAD_LETTERED),
    "a refused message, by a known failure": (
        situation(part(fault=fault("DEAD_LETTERED"), hits=(REFUSED,))),
        State.DEAD_LETTERED,
    ),
    "an error, by a known failure": (situation(part(fault=fault(), hits=(hit(),))), State.STUCK),
    "an error, and a failure to come": (situation(part(fault=fault(), hits=(COMING,))), State.FAILED),
    "a record missing": (situation(part(), findings=(ABSENT,)), State.RECORD_MISSING),
    "a record too early": (situation(part(), findings=(EARLY, ABSENT)), State.OUT_OF_SEQUENCE),
    "a record that came late": (situation(part(), findings=(finding(RecordEffect.LATE),)), State.ON_TRACK),
    "a record missing, and held": (situation(part(hits=(hit(),)), findings=(ABSENT,)), State.STUCK),
    "a record missing, and will be held": (
        situation(part(hits=(COMING,)), findings=(ABSENT,)),
        State.AT_RISK,
    ),
    "a record missing, and may be held": (
        situation(part(hits=(MAYBE,)), findings=(ABSENT,)),
        State.RECORD_MISSING,
    ),
    "a record missing, as was expected": (
        situation(part(hits=(RECORDS,)), findings=(ABSENT,)),
        State.RECORD_MISSING,
    ),
    "a record missing, and overdue": (situation(late(), findings=(ABSENT,)), State.STUCK_ALONE),
    "done": (situation(GONE), State.COMPLETED),
    "done, was held": (situation(replace(GONE, hits=(PASSED,))), State.COMPLETED),
    "done, a record missing": (situation(GONE, findings=(ABSENT,)), State.RECORD_MISSING),
    "cancelled": (situation(CANCELLED), State.CANCELLED),
    "cancelled, a record missing": (situation(CANCELLED, findings=(ABSENT,)), State.CANCELLED),
    "one part done, one held": (situation(GONE, part(hits=(hit(),))), State.STUCK),
    "one part cancelled, one done": (situation(CANCELLED, GONE), State.COMPLETED),
    "one part late, one held": (situation(late(), part(hits=(hit(),))), State.STUCK),
    "what it does is not known": (
        situation(part(unknown="it is in a step that is not known")),
        State.UNKNOWN,
    ),
    "not known, and held": (situation(part(unknown="?", hits=(hit(),))), State.STUCK),
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
    calm, held = part(), part(told={"key": "O-1/2"}, hits=(hit(),))

    assert decide(situation(calm, held)).ground.part is held


def test_of_two_failures_the_probable_one_is_told() -> None:
    both: Situation = situation(part(hits=(hit(Band.EXPOSED, 0.1), hit(Band.UPCOMING, 0.9))))

    assert decide(both).ground.hit == hit(Band.UPCOMING, 0.9)


def test_of_two_overdue_parts_the_longer_one_is_told() -> None:
    longer = part(told={"key": "O-1/2", "entered_at": NOW - 9 * HOUR})

    assert decide(situation(late(), longer)).ground.part is longer
