"""The facts behind the message to the customer, from the situation and the verdict."""

from collections.abc import Sequence

from graph_models.customer_facts import (
    CustomerArrival,
    CustomerFacts,
    CustomerMessageKind,
    CustomerNotice,
    CustomerPart,
    CustomerStage,
)
from graph_models.diagnosis import DiagnosisState
from graph_models.enums import Band, RecordEffect
from graph_models.time import Millis
from impactgraph.diagnosis.why.charges import Charges, charges_of
from impactgraph.diagnosis.why.situation import FulfillmentState, Situation
from impactgraph.diagnosis.why.stages import notice_of
from impactgraph.diagnosis.why.verdict import Verdict

_STAGES = tuple(CustomerStage)
_LEFT = (
    CustomerStage.ON_ITS_WAY,
    CustomerStage.READY_TO_COLLECT,
    CustomerStage.COMPLETED,
    CustomerStage.DELIVERED,
    CustomerStage.COLLECTED,
)
_ENDED = (
    CustomerStage.COMPLETED,
    CustomerStage.DELIVERED,
    CustomerStage.COLLECTED,
    CustomerStage.RETURN_COMPLETE,
    CustomerStage.CANCELLED,
)
_STOPPED = (DiagnosisState.STUCK, DiagnosisState.FAILED, DiagnosisState.DEAD_LETTERED)
"""What is ready to collect cannot be handed over then."""
_SETTLED = (*_ENDED, CustomerStage.READY_TO_COLLECT)
"""Nothing more is expected for the customer to wait for."""
_STAGE_OF_NOTICE = {
    CustomerArrival.DELIVERY: {
        CustomerNotice.SHIPPING_NOTICE: CustomerStage.ON_ITS_WAY,
        CustomerNotice.DELIVERY_NOTICE: CustomerStage.DELIVERED,
    },
    CustomerArrival.COLLECTION: {CustomerNotice.READY_NOTICE: CustomerStage.READY_TO_COLLECT},
}
"""What a customer who got the notice knows, by what the order arrives by."""
_HELD = (
    DiagnosisState.STUCK,
    DiagnosisState.STUCK_WITH_OTHERS,
    DiagnosisState.STUCK_ALONE,
    DiagnosisState.FAILED,
    DiagnosisState.DEAD_LETTERED,
)


def customer_facts(s: Situation, verdict: Verdict, next_at: Millis | None) -> CustomerFacts:
    """`next_at`: when the order is expected to reach its next step; None where there is no date."""
    parts = tuple(_part(s, state) for state in s.fulfillments)
    relevant = [part for part in parts if part.stage is not CustomerStage.CANCELLED] or list(parts)
    stage = _farthest_behind(relevant)
    expected_at, expected_by = _expectation(verdict, relevant, next_at)
    is_late = _is_late(s, expected_at)
    charges = charges_of(s)
    notices = _overdue_notices(s)
    kind = _kind(verdict, relevant, has_date=expected_at is not None, is_late=is_late)
    if kind is CustomerMessageKind.CANCELLED:
        kind = _cancelled_kind(charges)
    if kind is CustomerMessageKind.RETURN_COMPLETE and CustomerNotice.REFUND in notices:
        kind = CustomerMessageKind.RETURN_REFUND_DUE
    return CustomerFacts(
        kind=kind,
        stage=stage,
        arrival=_arrival(s),
        parts=parts,
        placed_at=s.order.placed_at or None,
        since=_since(relevant, stage),
        expected_at=expected_at,
        expected_by=expected_by,
        promised_by=s.order.promised_by,
        is_late=is_late,
        is_at_risk=_is_at_risk(verdict),
        is_edited=bool(s.edits),
        is_rerouted=_is_prepared_elsewhere(s, parts),
        charged=charges.charged,
        refunded=charges.refunded,
        overdue_notices=notices,
        value=s.order.value,
    )


def departed_parts(facts: CustomerFacts) -> set[str]:
    """Fulfillments that have left, are ready, or have ended."""
    return {part.fulfillment for part in facts.parts if part.stage in (*_LEFT, *_ENDED)}


def _is_prepared_elsewhere(s: Situation, parts: Sequence[CustomerPart]) -> bool:
    """Whether a part was rerouted and has not left yet."""
    return any(
        state.rerouted_at is not None and part.stage not in (*_LEFT, *_ENDED)
        for state, part in zip(s.fulfillments, parts, strict=True)
    )


def _farthest_behind(parts: list[CustomerPart]) -> CustomerStage:
    return min((part.stage for part in parts), key=_STAGES.index, default=CustomerStage.UNKNOWN)


def _part(s: Situation, state: FulfillmentState) -> CustomerPart:
    """At the stage of its step, or further where a notice that was sent says so: what a customer has read
    before is not taken back.
    """
    fulfillment = state.fulfillment
    stage, since = state.stage, _stage_since(s, state)
    notice = _farthest_notice(s, state)
    if notice is not None and _STAGES.index(notice[0]) > _STAGES.index(stage):
        stage, since = notice
    is_settled = stage in _SETTLED
    return CustomerPart(
        fulfillment=fulfillment.key,
        stage=stage,
        value=fulfillment.value,
        location=fulfillment.location,
        since=since,
        expected_at=None if is_settled else state.expected_arrival_at,
        expected_by=None if is_settled else state.expected_arrival_by,
    )


def _farthest_notice(s: Situation, state: FulfillmentState) -> tuple[CustomerStage, Millis] | None:
    """The farthest stage that a notice of a fulfillment in flight has given its customer, and when.

    None without one. Notices from before it was rerouted do not count: they were of another parcel.
    """
    if not state.is_in_flight:
        return None
    stages = _STAGE_OF_NOTICE.get(state.arrival, {})
    sent_notices = [
        (stages[notice], record.at)
        for record in s.records
        if record.fulfillment == state.fulfillment.key and (state.rerouted_at or 0) <= record.at <= s.at
        if (notice := notice_of(record.kind, record.type)) is not None and notice in stages
    ]
    return max(sent_notices, key=lambda each: (_STAGES.index(each[0]), -each[1]), default=None)


def _stage_since(s: Situation, state: FulfillmentState) -> Millis | None:
    """When it was placed, entered its step, or ended, whichever began the stage."""
    if not state.is_in_flight:
        return state.ended_at
    if state.stage in (CustomerStage.ON_ITS_WAY, CustomerStage.READY_TO_COLLECT):
        return state.fulfillment.entered_at
    return s.order.placed_at or None


def _arrival(s: Situation) -> CustomerArrival:
    """Of the first part that is in flight; where all have ended, of the first."""
    states = sorted(s.fulfillments, key=lambda state: not state.is_in_flight)
    return states[0].arrival if states else CustomerArrival.COMPLETION


def _expectation(
    verdict: Verdict, parts: list[CustomerPart], next_at: Millis | None
) -> tuple[Millis | None, Millis | None]:
    """Of the last part that is expected; None where one has no date."""
    open_parts = [part for part in parts if part.stage not in _SETTLED]
    if verdict.has_no_date:
        return None, None
    if not open_parts:
        held_until = next_at if verdict.state in _HELD else None
        return held_until, held_until
    if verdict.state is DiagnosisState.STUCK and next_at is None:
        return None, None
    moments = [part.expected_at for part in open_parts if part.expected_at is not None]
    bounds = [part.expected_by for part in open_parts if part.expected_by is not None]
    if len(moments) < len(open_parts):
        return None, None
    expected_at = max(moments)
    return expected_at, max([expected_at, *bounds])


def _is_late(s: Situation, expected_at: Millis | None) -> bool:
    promise = s.order.promised_by
    if promise is not None and expected_at is not None and expected_at > promise:
        return True
    return any(state.is_late(promise, s.at) for state in s.fulfillments)


def _since(parts: list[CustomerPart], stage: CustomerStage) -> Millis | None:
    moments = [part.since for part in parts if part.stage is stage and part.since is not None]
    return max(moments, default=None)


def _is_at_risk(verdict: Verdict) -> bool:
    impact = verdict.basis.impact
    return (
        verdict.state is DiagnosisState.AT_RISK
        and impact is not None
        and impact.band is not Band.RECORDS_ONLY
    )


def _overdue_notices(s: Situation) -> tuple[CustomerNotice, ...]:
    missing = {
        notice
        for finding in s.findings
        if finding.effect is RecordEffect.MISSING
        and (notice := notice_of(finding.kind, finding.type)) is not None
    }
    return tuple(sorted(missing, key=_NOTICE_ORDER.index))


_NOTICE_ORDER = (
    CustomerNotice.READY_NOTICE,
    CustomerNotice.REFUND,
    CustomerNotice.REFUND_NOTICE,
    CustomerNotice.SHIPPING_NOTICE,
    CustomerNotice.DELIVERY_NOTICE,
    CustomerNotice.INVOICE,
    CustomerNotice.ORDER_CONFIRMATION,
    CustomerNotice.OTHER_MESSAGE,
)


def _kind(
    verdict: Verdict, parts: list[CustomerPart], *, has_date: bool, is_late: bool
) -> CustomerMessageKind:
    """By the stage of the part that is farthest behind, unless a delay, or what has left, matters more."""
    stage = _farthest_behind(parts)
    if stage is not CustomerStage.NOT_PLACED and (
        stage is CustomerStage.UNKNOWN or verdict.state is DiagnosisState.UNKNOWN
    ):
        return CustomerMessageKind.NEEDS_HELP
    is_open = stage not in (*_SETTLED, CustomerStage.NOT_PLACED)
    if stage is CustomerStage.READY_TO_COLLECT and verdict.state in _STOPPED:
        is_open = True
    if is_open and (verdict.state in _HELD or is_late):
        return CustomerMessageKind.DELAYED_WITH_DATE if has_date else CustomerMessageKind.DELAYED_NO_DATE
    stages = {part.stage for part in parts}
    if len(stages) > 1 and not stages.isdisjoint(_LEFT) and not stages.issubset(_ENDED):
        return CustomerMessageKind.PARTLY_SHIPPED
    return CustomerMessageKind(stage.value)


def _cancelled_kind(charges: Charges) -> CustomerMessageKind:
    if charges.is_refunded:
        return CustomerMessageKind.CANCELLED_REFUNDED
    if charges.is_charged:
        return CustomerMessageKind.CANCELLED_REFUND_DUE
    return CustomerMessageKind.CANCELLED
