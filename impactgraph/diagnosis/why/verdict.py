"""The verdict: a table of rules over plain evidence, the first that holds decides.

What holds an order now comes before what will, what is reported before what is concluded, and trouble of the order before trouble of its records.
An order that is not ended and that an active failure hits is never called on track or waiting, and nothing is called stuck that no failure holds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph_models.diagnosis import DiagnosisState, RecordFinding
from graph_models.enums import Band, OrderStatus, RecordEffect
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, Situation

_BANDS = tuple(Band)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a rule stands on."""

    fulfillment: FulfillmentState | None = None
    impact: Impact | None = None
    finding: RecordFinding | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    state: DiagnosisState
    holds: Callable[[Situation], Basis | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    state: DiagnosisState
    rule: str
    basis: Basis


def decide(situation: Situation) -> Verdict:
    """The first rule that holds; the last one always does."""
    for rule in RULES:
        if (ground := rule.holds(situation)) is not None:
            return Verdict(rule.state, rule.name, ground)
    raise AssertionError("the last rule holds always")


def worst_impact(hits: Iterable[tuple[FulfillmentState, Impact]]) -> Basis | None:
    """Probable ones first; of these the worst band, then the likeliest, then the one that loses most time."""
    ranked = sorted(
        hits,
        key=lambda each: (
            not each[1].is_probable,
            _BANDS.index(each[1].band),
            -each[1].likelihood,
            -(each[1].delay or 0),
            each[1].first_hit,
        ),
    )
    return Basis(*ranked[0]) if ranked else None


def _cancelled(s: Situation) -> Basis | None:
    return Basis() if s.fulfillments and s.order.status is OrderStatus.CANCELLED else None


def _dead_lettered(s: Situation) -> Basis | None:
    return _first(s.in_flight, lambda part: part.error is not None and part.error.is_dead_letter)


def _held(s: Situation) -> Basis | None:
    return worst_impact(
        (part, hit) for part, hit in s.impacts if part.is_in_flight and hit.is_active and hit.holds
    )


def _left_behind(s: Situation) -> Basis | None:
    return worst_impact(
        (part, hit)
        for part, hit in s.impacts
        if part.is_in_flight and not hit.is_active and hit.holds and hit.needs_replay
    )


def _still_held(s: Situation) -> Basis | None:
    return worst_impact(
        (part, hit) for part, hit in s.impacts if part.is_in_flight and not hit.is_active and hit.holds
    )


def _failed(s: Situation) -> Basis | None:
    return _first(s.in_flight, lambda part: part.error is not None)


def _overdue_like_others(s: Situation) -> Basis | None:
    return Basis(s.overdue[0]) if s.overdue and (s.shared_factors or s.suspects) else None


def _overdue(s: Situation) -> Basis | None:
    return Basis(s.overdue[0]) if s.overdue else None


def _touched(s: Situation) -> Basis | None:
    return (
        worst_impact(
            each
            for each in s.impacts
            if each[1].is_active and each[1].band is not Band.RECORDS_ONLY and each[1].is_probable
        )
        if s.in_flight
        else None
    )


def _out_of_sequence(s: Situation) -> Basis | None:
    return _record(s, RecordEffect.OUT_OF_SEQUENCE)


def _missing(s: Situation) -> Basis | None:
    return _record(s, RecordEffect.MISSING)


def _completed(s: Situation) -> Basis | None:
    return Basis() if s.fulfillments and s.order.status is OrderStatus.COMPLETED else None


def _may_be_touched(s: Situation) -> Basis | None:
    return worst_impact(
        each
        for each in s.impacts
        if each[1].is_active or each[1].misses_promise or each[1].band is Band.RECORDS_ONLY
    )


def _unknown(s: Situation) -> Basis | None:
    return _first(s.in_flight, lambda part: part.unknown_reason is not None)


def _waiting(s: Situation) -> Basis | None:
    return _first(
        s.in_flight,
        lambda part: (
            part.run_at is not None or (part.usually_leaves_at is not None and s.at > part.usually_leaves_at)
        ),
    )


def _on_track(s: Situation) -> Basis | None:
    return Basis(s.in_flight[0]) if s.in_flight else None


RULES = (
    Rule("cancelled", DiagnosisState.CANCELLED, _cancelled),
    Rule("message refused", DiagnosisState.DEAD_LETTERED, _dead_lettered),
    Rule("held by a failure", DiagnosisState.STUCK, _held),
    Rule("left behind by a failure", DiagnosisState.DEAD_LETTERED, _left_behind),
    Rule("held after a failure", DiagnosisState.STUCK, _still_held),
    Rule("error reported", DiagnosisState.FAILED, _failed),
    Rule("overdue like others", DiagnosisState.STUCK_WITH_OTHERS, _overdue_like_others),
    Rule("overdue", DiagnosisState.STUCK_ALONE, _overdue),
    Rule("touched by a failure", DiagnosisState.AT_RISK, _touched),
    Rule("record out of sequence", DiagnosisState.OUT_OF_SEQUENCE, _out_of_sequence),
    Rule("record missing", DiagnosisState.RECORD_MISSING, _missing),
    Rule("completed", DiagnosisState.COMPLETED, _completed),
    Rule("maybe touched by a failure", DiagnosisState.AT_RISK, _may_be_touched),
    Rule("not known", DiagnosisState.UNKNOWN, _unknown),
    Rule("waiting", DiagnosisState.WAITING, _waiting),
    Rule("on track", DiagnosisState.ON_TRACK, _on_track),
    Rule("nothing known", DiagnosisState.UNKNOWN, lambda s: Basis()),
)
"""In the order in which they are asked."""


def _first(parts: tuple[FulfillmentState, ...], test: Callable[[FulfillmentState], bool]) -> Basis | None:
    return next((Basis(part) for part in parts if test(part)), None)


def _record(s: Situation, effect: RecordEffect) -> Basis | None:
    found = sorted(
        (f for f in s.findings if f.effect is effect), key=lambda f: (f.due or 0, f.fulfillment, f.type)
    )
    parts = {part.fulfillment.key: part for part in s.fulfillments}
    return Basis(parts.get(found[0].fulfillment), finding=found[0]) if found else None
