"""The verdict on an order: a table of rules over its situation, of which the first that applies decides.

What holds an order now comes before what will hold it, reports come before conclusions, and problems of the
order come before problems of its records. An order in flight that an active failure affects is never called
on track or waiting, nor is one whose promise was missed or will be, and no order is called stuck that no
failure holds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph_models.customer_facts import CustomerNotice
from graph_models.diagnosis import DiagnosisState, RecordFinding
from graph_models.enums import Band, OrderStatus, RecordEffect
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, Situation
from impactgraph.diagnosis.why.stages import notice_of

_BANDS = tuple(Band)
_WITHOUT_DATE = (
    DiagnosisState.CANCELLED,
    DiagnosisState.COMPLETED,
    DiagnosisState.DEAD_LETTERED,
    DiagnosisState.FAILED,
    DiagnosisState.STUCK_WITH_OTHERS,
    DiagnosisState.STUCK_ALONE,
    DiagnosisState.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class Basis:
    """The evidence that made a rule apply."""

    fulfillment: FulfillmentState | None = None
    impact: Impact | None = None
    finding: RecordFinding | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: `applies` returns the basis of the verdict, None where the rule does not apply."""

    name: str
    state: DiagnosisState
    applies: Callable[[Situation], Basis | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    state: DiagnosisState
    rule: str
    basis: Basis

    @property
    def has_no_date(self) -> bool:
        """Whether no date can be given for the next step of the order, or it has none."""
        impact = self.basis.impact
        awaits_replay = impact is not None and impact.needs_replay and impact.holds
        return self.state in _WITHOUT_DATE or awaits_replay


def decide(situation: Situation) -> Verdict:
    """The verdict of the first rule that applies; the last one always does."""
    for rule in RULES:
        if (basis := rule.applies(situation)) is not None:
            return Verdict(rule.state, rule.name, basis)
    raise AssertionError("the last rule always applies")


def worst_impact(impacts: Iterable[tuple[FulfillmentState, Impact]]) -> Basis | None:
    """Probable ones first; of these the worst band, then the likeliest, then the longest delay."""
    by_severity = sorted(
        impacts,
        key=lambda each: (
            not each[1].is_probable,
            _BANDS.index(each[1].band),
            -each[1].likelihood,
            -(each[1].delay or 0),
            each[1].first_hit,
        ),
    )
    return Basis(*by_severity[0]) if by_severity else None


def _cancellation(s: Situation) -> Basis | None:
    return Basis() if s.fulfillments and s.order.status is OrderStatus.CANCELLED else None


def _dead_letter(s: Situation) -> Basis | None:
    return _first(s.in_flight, lambda state: state.error is not None and state.error.is_dead_letter)


def _holding(s: Situation) -> Basis | None:
    return worst_impact(
        (state, impact)
        for state, impact in s.impacts
        if state.is_in_flight and impact.is_active and impact.holds
    )


def _awaiting_replay(s: Situation) -> Basis | None:
    return worst_impact(
        (state, impact)
        for state, impact in s.impacts
        if state.is_in_flight and not impact.is_active and impact.holds and impact.needs_replay
    )


def _still_holding(s: Situation) -> Basis | None:
    return worst_impact(
        (state, impact)
        for state, impact in s.impacts
        if state.is_in_flight and not impact.is_active and impact.holds
    )


def _error(s: Situation) -> Basis | None:
    return _first(s.in_flight, lambda state: state.error is not None)


def _overdue_like_others(s: Situation) -> Basis | None:
    return Basis(s.overdue[0]) if s.overdue and (s.shared_factors or s.suspects) else None


def _overdue(s: Situation) -> Basis | None:
    return Basis(s.overdue[0]) if s.overdue else None


def _probable_impact(s: Situation) -> Basis | None:
    if not s.in_flight:
        return None
    return worst_impact(
        each
        for each in s.impacts
        if each[1].is_probable
        and each[1].band is not Band.RECORDS_ONLY
        and (each[1].is_active or each[1].leaves_it_late)
    )


def _not_notified(s: Situation) -> Basis | None:
    """The customer has not been notified that it can be collected, so that nobody comes."""
    waiting = {state.fulfillment.key: state for state in s.fulfillments if state.waits_for_customer}
    finding = next(
        (
            finding
            for finding in s.findings
            if finding.effect is RecordEffect.MISSING
            and finding.fulfillment in waiting
            and notice_of(finding.kind, finding.type) is CustomerNotice.READY_NOTICE
        ),
        None,
    )
    return Basis(waiting[finding.fulfillment], finding=finding) if finding is not None else None


def _late(s: Situation) -> Basis | None:
    return _first(s.late, lambda state: state.unknown_reason is None)


def _ready(s: Situation) -> Basis | None:
    return Basis(s.in_flight[0]) if s.in_flight and all(p.waits_for_customer for p in s.in_flight) else None


def _out_of_sequence(s: Situation) -> Basis | None:
    return _record(s, RecordEffect.OUT_OF_SEQUENCE)


def _missing(s: Situation) -> Basis | None:
    return _record(s, RecordEffect.MISSING)


def _completion(s: Situation) -> Basis | None:
    return Basis() if s.fulfillments and s.order.status is OrderStatus.COMPLETED else None


def _possible_impact(s: Situation) -> Basis | None:
    return worst_impact(
        each
        for each in s.impacts
        if each[1].is_active or each[1].leaves_it_late or each[1].band is Band.RECORDS_ONLY
    )


def _unknown(s: Situation) -> Basis | None:
    return _first(s.in_flight, lambda state: state.unknown_reason is not None)


def _waiting(s: Situation) -> Basis | None:
    return _first(
        s.in_flight,
        lambda state: (
            not state.waits_for_customer
            and (
                state.run_at is not None
                or (state.usually_leaves_at is not None and s.at > state.usually_leaves_at)
            )
        ),
    )


def _on_track(s: Situation) -> Basis | None:
    moving = [state for state in s.in_flight if not state.waits_for_customer]
    return Basis((moving or s.in_flight)[0]) if s.in_flight else None


RULES = (
    Rule("cancelled", DiagnosisState.CANCELLED, _cancellation),
    Rule("message rejected", DiagnosisState.DEAD_LETTERED, _dead_letter),
    Rule("held by a failure", DiagnosisState.STUCK, _holding),
    Rule("waiting for a replay", DiagnosisState.DEAD_LETTERED, _awaiting_replay),
    Rule("held after a failure", DiagnosisState.STUCK, _still_holding),
    Rule("error reported", DiagnosisState.FAILED, _error),
    Rule("overdue like others", DiagnosisState.STUCK_WITH_OTHERS, _overdue_like_others),
    Rule("overdue", DiagnosisState.STUCK_ALONE, _overdue),
    Rule("affected by a failure", DiagnosisState.AT_RISK, _probable_impact),
    Rule("customer not notified", DiagnosisState.RECORD_MISSING, _not_notified),
    Rule("promise missed", DiagnosisState.LATE, _late),
    Rule("record out of sequence", DiagnosisState.OUT_OF_SEQUENCE, _out_of_sequence),
    Rule("record missing", DiagnosisState.RECORD_MISSING, _missing),
    Rule("completed", DiagnosisState.COMPLETED, _completion),
    Rule("possibly affected by a failure", DiagnosisState.AT_RISK, _possible_impact),
    Rule("position unknown", DiagnosisState.UNKNOWN, _unknown),
    Rule("ready to collect", DiagnosisState.WAITING, _ready),
    Rule("waiting", DiagnosisState.WAITING, _waiting),
    Rule("on track", DiagnosisState.ON_TRACK, _on_track),
    Rule("nothing recorded", DiagnosisState.UNKNOWN, lambda s: Basis()),
)
"""In the order in which they are tried."""


def _first(
    states: tuple[FulfillmentState, ...], condition: Callable[[FulfillmentState], bool]
) -> Basis | None:
    return next((Basis(state) for state in states if condition(state)), None)


def _record(s: Situation, effect: RecordEffect) -> Basis | None:
    """The finding with this effect that has been due the longest."""
    findings = sorted(
        (f for f in s.findings if f.effect is effect), key=lambda f: (f.due or 0, f.fulfillment, f.type)
    )
    by_key = {state.fulfillment.key: state for state in s.fulfillments}
    return Basis(by_key.get(findings[0].fulfillment), finding=findings[0]) if findings else None
