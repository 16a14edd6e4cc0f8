"""Diagnosis of one order from its situation: verdict, causes, owner, playbooks, facts for the customer."""

from dataclasses import replace

from graph_models.diagnosis import Diagnosis, DiagnosisState, MissingRecord, RecordFinding
from graph_models.enums import RecordEffect
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.records import say_listing
from impactgraph.diagnosis.why.causes import by_likelihood, causes_of
from impactgraph.diagnosis.why.customer_facts import customer_facts
from impactgraph.diagnosis.why.response import customer_texts, owner_of, playbooks_for
from impactgraph.diagnosis.why.sentences import headline
from impactgraph.diagnosis.why.situation import Situation
from impactgraph.diagnosis.why.verdict import Verdict, decide


def diagnose(topology: Topology, s: Situation) -> Diagnosis:
    verdict = decide(s)
    causes = causes_of(topology, s, verdict)
    next_at = _next_date(s, verdict)
    facts = customer_facts(s, verdict, next_at)
    return Diagnosis(
        state=verdict.state,
        since=_since(s, verdict),
        headline=headline(topology, s, verdict),
        causes=by_likelihood(causes),
        missing=_records(topology, s, RecordEffect.MISSING),
        out_of_sequence=_records(topology, s, RecordEffect.OUT_OF_SEQUENCE),
        peers=s.peers,
        next_expected=next_at,
        owner=owner_of(topology, s, verdict, causes),
        playbooks=playbooks_for(topology, s, verdict, causes),
        customer_facts=facts,
        customer_texts=customer_texts(topology, s, verdict, causes, facts),
    )


def _since(s: Situation, verdict: Verdict) -> Millis | None:
    """When it ended, was affected, failed, was due, or arrived too early; else since when it has been where
    it is. Never after the moment of the situation.

    None for an impact and for a missed promise in the future.
    """
    at = _begin(s, verdict)
    return at if at is not None and at <= s.at else None


def _begin(s: Situation, verdict: Verdict) -> Millis | None:
    """When what the verdict says began or begins."""
    basis = verdict.basis
    if verdict.state in (DiagnosisState.CANCELLED, DiagnosisState.COMPLETED):
        return max((state.ended_at or 0 for state in s.fulfillments), default=0) or None
    if basis.impact is not None:
        return basis.impact.at
    if verdict.state is DiagnosisState.LATE:
        return s.order.promised_by
    if basis.finding is not None:
        return basis.finding.arrived_at or basis.finding.due
    if basis.fulfillment is None:
        return s.order.placed_at
    if basis.fulfillment.error is not None:
        return basis.fulfillment.error.at
    return basis.fulfillment.fulfillment.entered_at or s.order.placed_at


def _next_date(s: Situation, verdict: Verdict) -> Millis | None:
    """When the fulfillment of the verdict leaves its step; where it names none, the first that leaves one.

    None where there is no date.
    """
    basis = verdict.basis
    if verdict.has_no_date:
        return None
    if basis.fulfillment is not None:
        return basis.fulfillment.expected_to_leave_at
    dates = (state.expected_to_leave_at for state in s.in_flight)
    return min((date for date in dates if date is not None), default=None)


def next_dates(s: Situation) -> dict[str, Millis | None]:
    """By bare key of each fulfillment, the date that its diagnosis would give were it all of the order.

    Findings on records and peers are not needed: they decide the words of a diagnosis, not its date.
    """
    dates: dict[str, Millis | None] = {}
    for state in s.fulfillments:
        own = replace(s, fulfillments=(state,))
        dates[state.fulfillment.key] = _next_date(own, decide(own))
    return dates


def _records(topology: Topology, s: Situation, effect: RecordEffect) -> tuple[MissingRecord, ...]:
    """The longest due first."""
    findings = sorted(
        (f for f in s.findings if f.effect is effect), key=lambda f: (f.due or 0, f.fulfillment, f.type)
    )
    return tuple(_missing_record(topology, finding, s) for finding in findings)


def _missing_record(topology: Topology, finding: RecordFinding, s: Situation) -> MissingRecord:
    """One that arrived too early for its sequence is not late by what it was early."""
    at, listing = s.at, finding.listing
    due = finding.due if finding.due is not None else at
    arrived_at = finding.arrived_at
    late_by = max(arrived_at - due, 0) if arrived_at is not None else finding.late_by or 0
    return MissingRecord(
        kind=finding.kind,
        type=finding.type,
        due=due,
        late_by=late_by,
        amount=finding.amount,
        arrived_at=arrived_at,
        follows=finding.follows,
        sentence=say_listing(listing, finding.expected_amount, topology, s.clock) if listing else None,
    )
