"""The facts behind the message to the customer, from the situation and the verdict."""

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
from graph_models.topology import Topology
from impactgraph.diagnosis.why.charges import Charges, charges_of
from impactgraph.diagnosis.why.situation import FulfillmentState, Situation
from impactgraph.diagnosis.why.stages import CustomerJourney, notice_of, stage_of
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
_SETTLED = (*_ENDED, CustomerStage.READY_TO_COLLECT)
"""Nothing more is expected for the customer to wait for."""
_HELD = (
    DiagnosisState.STUCK,
    DiagnosisState.STUCK_WITH_OTHERS,
    DiagnosisState.STUCK_ALONE,
    DiagnosisState.FAILED,
    DiagnosisState.DEAD_LETTERED,
)
_WITHOUT_DATE = tuple(state for state in _HELD if state is not DiagnosisState.STUCK)


def customer_facts(
    topology: Topology, s: Situation, verdict: Verdict, next_at: Millis | None
) -> CustomerFacts:
    """`next_at`: when the order is expected to reach its next step; None where there is no date."""
    parts = tuple(_part(topology, s, state) for state in s.fulfillments)
    relevant = [part for part in parts if part.stage is not CustomerStage.CANCELLED] or list(parts)
    stage = min((part.stage for part in relevant), key=_STAGES.index, default=CustomerStage.UNKNOWN)
    expected_at, expected_by = _expected(verdict, relevant, next_at)
    is_late = _is_late(s, relevant, expected_at)
    charges = charges_of(s)
    return CustomerFacts(
        kind=_kind(verdict, stage, relevant, charges, expected_at=expected_at, is_late=is_late),
        stage=stage,
        arrival=_arrival(topology, s),
        parts=parts,
        placed_at=s.order.placed_at or None,
        since=_since(relevant, stage),
        expected_at=expected_at,
        expected_by=expected_by,
        promised_by=s.order.promised_by,
        is_late=is_late,
        is_at_risk=_is_at_risk(verdict),
        is_edited=bool(s.edits),
        is_rerouted=any(state.rerouted_at is not None for state in s.fulfillments),
        charged=charges.charged,
        refunded=charges.refunded,
        overdue_notices=_overdue_notices(s),
        value=s.order.value,
    )


def _part(topology: Topology, s: Situation, state: FulfillmentState) -> CustomerPart:
    fulfillment = state.fulfillment
    stage = stage_of(s.order, state, topology.workflows.get(fulfillment.workflow))
    is_settled = stage in _SETTLED
    return CustomerPart(
        fulfillment=fulfillment.key,
        stage=stage,
        value=fulfillment.value,
        location=fulfillment.location,
        since=_stage_since(topology, s, state),
        expected_at=None if is_settled else state.expected_arrival_at,
        expected_by=None if is_settled else state.expected_arrival_by,
    )


def _stage_since(topology: Topology, s: Situation, state: FulfillmentState) -> Millis | None:
    """When it came to its stage, as far as its present step or its end tells."""
    if not state.is_in_flight:
        return state.ended_at
    return state.fulfillment.entered_at


def _arrival(topology: Topology, s: Situation) -> CustomerArrival:
    """Of the first part that is not cancelled."""
    states = sorted(s.fulfillments, key=lambda state: not state.is_in_flight)
    for state in states:
        workflow = topology.workflows.get(state.fulfillment.workflow)
        if workflow is not None:
            return CustomerJourney(workflow, s.order.mode).arrival
    return CustomerArrival.COMPLETION


def _expected(
    verdict: Verdict, parts: list[CustomerPart], next_at: Millis | None
) -> tuple[Millis | None, Millis | None]:
    """Of the last part that is expected; None where one has no date."""
    open_parts = [part for part in parts if part.stage not in _SETTLED]
    if not open_parts or verdict.state in _WITHOUT_DATE:
        return None, None
    if verdict.state is DiagnosisState.STUCK and next_at is None:
        return None, None
    moments = [part.expected_at for part in open_parts if part.expected_at is not None]
    bounds = [part.expected_by for part in open_parts if part.expected_by is not None]
    if len(moments) < len(open_parts):
        return None, None
    expected_at = max(moments)
    return expected_at, max([expected_at, *bounds])


def _is_late(s: Situation, parts: list[CustomerPart], expected_at: Millis | None) -> bool:
    promise = s.order.promised_by
    if promise is None:
        return False
    has_open_part = any(part.stage not in _SETTLED for part in parts)
    if has_open_part and (s.at > promise or (expected_at is not None and expected_at > promise)):
        return True
    return any(
        part.stage in _SETTLED
        and part.stage is not CustomerStage.CANCELLED
        and part.since is not None
        and part.since > promise
        for part in parts
    )


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
    verdict: Verdict,
    stage: CustomerStage,
    parts: list[CustomerPart],
    charges: Charges,
    *,
    expected_at: Millis | None,
    is_late: bool,
) -> CustomerMessageKind:
    if stage is CustomerStage.CANCELLED:
        return _cancelled_kind(charges)
    if stage is CustomerStage.UNKNOWN:
        return CustomerMessageKind.NEEDS_HELP
    if stage is CustomerStage.NOT_PLACED or stage in _ENDED:
        return CustomerMessageKind(stage.value)
    is_held = verdict.state in _HELD
    is_ready = stage is CustomerStage.READY_TO_COLLECT
    if (is_held or is_late) and not is_ready:
        has_date = expected_at is not None
        return CustomerMessageKind.DELAYED_WITH_DATE if has_date else CustomerMessageKind.DELAYED_NO_DATE
    if stage not in _LEFT and any(part.stage in _LEFT for part in parts):
        return CustomerMessageKind.PARTLY_SHIPPED
    return CustomerMessageKind(stage.value)


def _cancelled_kind(charges: Charges) -> CustomerMessageKind:
    if charges.is_refunded:
        return CustomerMessageKind.CANCELLED_REFUNDED
    if charges.is_charged:
        return CustomerMessageKind.CANCELLED_REFUND_DUE
    return CustomerMessageKind.CANCELLED
