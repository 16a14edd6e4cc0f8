"""The verdict: a table of rules over plain evidence, the first that holds decides.

What holds an order now comes before what will, what is reported before what is concluded, and trouble of the order before trouble of its records.
An order that is not ended and that an active failure hits is never called on track or waiting, and nothing is called stuck that no failure holds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph_models.diagnosis import DiagnosisState, RecordFinding
from graph_models.enums import Band, OrderStatus, RecordEffect
from impactgraph.diagnosis.why.evidence import Hit, Part, Situation

_BANDS = tuple(Band)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a rule stands on."""

    part: Part | None = None
    hit: Hit | None = None
    finding: RecordFinding | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    state: DiagnosisState
    holds: Callable[[Situation], Ground | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    state: DiagnosisState
    rule: str
    ground: Ground


def decide(situation: Situation) -> Verdict:
    """The first rule that holds; the last one always does."""
    for rule in RULES:
        if (ground := rule.holds(situation)) is not None:
            return Verdict(rule.state, rule.name, ground)
    raise AssertionError("the last rule holds always")


def worst(hits: Iterable[tuple[Part, Hit]]) -> Ground | None:
    """Probable ones first; of these the worst band, then the likeliest, then the one that loses most time."""
    ranked = sorted(
        hits,
        key=lambda each: (
            not each[1].probable,
            _BANDS.index(each[1].band),
            -each[1].likelihood,
            -(each[1].delay or 0),
            each[1].first_hit,
        ),
    )
    return Ground(*ranked[0]) if ranked else None


def _cancelled(s: Situation) -> Ground | None:
    return Ground() if s.parts and s.order.status is OrderStatus.CANCELLED else None


def _dead_lettered(s: Situation) -> Ground | None:
    return _first(s.flying, lambda part: part.fault is not None and part.fault.dead_lettered)


def _held(s: Situation) -> Ground | None:
    return worst((part, hit) for part, hit in s.hits if part.in_flight and hit.active and hit.holds)


def _left_behind(s: Situation) -> Ground | None:
    return worst(
        (part, hit)
        for part, hit in s.hits
        if part.in_flight and not hit.active and hit.holds and hit.needs_replay
    )


def _still_held(s: Situation) -> Ground | None:
    return worst((part, hit) for part, hit in s.hits if part.in_flight and not hit.active and hit.holds)


def _failed(s: Situation) -> Ground | None:
    return _first(s.flying, lambda part: part.fault is not None)


def _overdue_like_others(s: Situation) -> Ground | None:
    return Ground(s.overdue[0]) if s.overdue and (s.shared or s.suspects) else None


def _overdue(s: Situation) -> Ground | None:
    return Ground(s.overdue[0]) if s.overdue else None


def _touched(s: Situation) -> Ground | None:
    return (
        worst(
            each
            for each in s.hits
            if each[1].active and each[1].band is not Band.RECORDS_ONLY and each[1].probable
        )
        if s.flying
        else None
    )


def _out_of_sequence(s: Situation) -> Ground | None:
    return _record(s, RecordEffect.OUT_OF_SEQUENCE)


def _missing(s: Situation) -> Ground | None:
    return _record(s, RecordEffect.MISSING)


def _completed(s: Situation) -> Ground | None:
    return Ground() if s.parts and s.order.status is OrderStatus.COMPLETED else None


def _may_be_touched(s: Situation) -> Ground | None:
    return worst(
        each
        for each in s.hits
        if each[1].active or each[1].misses_promise or each[1].band is Band.RECORDS_ONLY
    )


def _unknown(s: Situation) -> Ground | None:
    return _first(s.flying, lambda part: part.unknown is not None)


def _waiting(s: Situation) -> Ground | None:
    return _first(
        s.flying,
        lambda part: part.run is not None or (part.usual_next is not None and s.at > part.usual_next),
    )


def _on_track(s: Situation) -> Ground | None:
    return Ground(s.flying[0]) if s.flying else None


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
    Rule("nothing known", DiagnosisState.UNKNOWN, lambda s: Ground()),
)
"""In the order in which they are asked."""


def _first(parts: tuple[Part, ...], test: Callable[[Part], bool]) -> Ground | None:
    return next((Ground(part) for part in parts if test(part)), None)


def _record(s: Situation, effect: RecordEffect) -> Ground | None:
    found = sorted(
        (f for f in s.findings if f.effect is effect), key=lambda f: (f.due or 0, f.fulfillment, f.type)
    )
    parts = {part.told.key: part for part in s.parts}
    return Ground(parts.get(found[0].fulfillment), finding=found[0]) if found else None
