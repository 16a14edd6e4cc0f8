"""From the evidence of one order to the service desk's answer."""

from graph_models.diagnosis import Diagnosis, DiagnosisState, MissingRecord
from graph_models.enums import RecordEffect
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.why.causes import causes_of
from impactgraph.diagnosis.why.customer import customer_message
from impactgraph.diagnosis.why.response import owner_of, playbook_messages, playbooks_for
from impactgraph.diagnosis.why.sentences import headline
from impactgraph.diagnosis.why.situation import Situation
from impactgraph.diagnosis.why.verdict import Verdict, decide

_SILENT = (
    DiagnosisState.CANCELLED, DiagnosisState.COMPLETED, DiagnosisState.DEAD_LETTERED, DiagnosisState.FAILED,
    DiagnosisState.STUCK_WITH_OTHERS, DiagnosisState.STUCK_ALONE, DiagnosisState.UNKNOWN,
)  # fmt: skip
"""Nothing says when such an order moves, or it does no more."""


def diagnose(topology: Topology, s: Situation) -> Diagnosis:
    verdict = decide(s)
    causes = causes_of(topology, s, verdict)
    playbooks = playbooks_for(topology, s, verdict, causes)
    moves, written = _moves(s, verdict), playbook_messages(topology, s, verdict, causes)
    return Diagnosis(
        state=verdict.state,
        since=_since(s, verdict),
        headline=headline(topology, s, verdict),
        causes=causes,
        missing=_records(s, RecordEffect.MISSING),
        out_of_sequence=_records(s, RecordEffect.OUT_OF_SEQUENCE),
        peers=s.peers,
        next_expected=moves,
        owner=owner_of(topology, s, verdict, causes),
        playbooks=playbooks,
        customer_message=customer_message(s, verdict, written, moves, _done(s)),
    )


def _since(s: Situation, verdict: Verdict) -> Millis | None:
    """When it ended, was hit, failed, or was due; else since when it is where it is. None for a hit that is still to come."""
    ground = verdict.basis
    if verdict.state in (DiagnosisState.CANCELLED, DiagnosisState.COMPLETED):
        return max((part.ended_at or 0 for part in s.fulfillments), default=0) or None
    if ground.impact is not None:
        return ground.impact.at if ground.impact.at <= s.at else None
    if ground.finding is not None:
        return ground.finding.due
    if ground.fulfillment is None:
        return s.order.placed_at
    return (
        ground.fulfillment.error.at
        if ground.fulfillment.error is not None
        else ground.fulfillment.fulfillment.entered_at or s.order.placed_at
    )


def _moves(s: Situation, verdict: Verdict) -> Millis | None:
    """When the part that the verdict is about moves; of none, the one that moves next. None where nothing says when."""
    ground = verdict.basis
    if verdict.state in _SILENT or (
        ground.impact is not None and ground.impact.needs_replay and ground.impact.holds
    ):
        return None
    if ground.fulfillment is not None:
        return ground.fulfillment.expected_to_leave_at
    return min(
        (part.expected_to_leave_at for part in s.in_flight if part.expected_to_leave_at is not None),
        default=None,
    )


def _done(s: Situation) -> Millis | None:
    """When the last part is expected to be done; None where that of one is not known."""
    ends = [part.expected_done_at for part in s.in_flight]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _records(s: Situation, effect: RecordEffect) -> tuple[MissingRecord, ...]:
    """The longest due first."""
    found = sorted(
        (f for f in s.findings if f.effect is effect), key=lambda f: (f.due or 0, f.fulfillment, f.type)
    )
    return tuple(
        MissingRecord(f.kind, f.type, f.due if f.due is not None else s.at, f.late_by or 0, f.amount)
        for f in found
    )
