"""Causes that would explain where an order is, the most likely first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graph_models.diagnosis import Cause, DiagnosisState
from graph_models.enums import Band
from graph_models.failure import Failure
from graph_models.topology import Topology
from impactgraph.diagnosis.why.evidence import (
    error_evidence,
    factor_evidence,
    failure_evidence,
    opening_evidence,
    other_reports,
    run_evidence,
    usual_dwell_evidence,
)
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, Situation
from impactgraph.diagnosis.why.verdict import Verdict

_BANDS = tuple(Band)
_ERROR_LIKELIHOOD = 0.9
"""Of an error that was reported of the step where the order stopped: it may still be a symptom."""
_FAILURE = "failure"
_MOST = 10


def causes_of(topology: Topology, s: Situation, verdict: Verdict) -> tuple[Cause, ...]:
    """All active failures that affect the order, the ended ones whose harm remains, and other explanations;
    what the verdict is about first.
    """
    failures = list(_failures(topology, s))
    others = [*_errors(topology, s), *s.suspects, *_factors(s), *_of_records(s)]
    state = verdict.basis.fulfillment
    if verdict.state is DiagnosisState.WAITING and state is not None:
        others += list(_normal_progress(state, s))
    others.sort(key=lambda cause: -cause.likelihood)
    is_held = state is not None and any(impact.holds for impact in state.impacts)
    if verdict.basis.impact is not None or is_held:
        return tuple(failures + others[:_MOST])
    return tuple(others[:_MOST] + failures)


def by_likelihood(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """The likeliest first; equally likely ones stay in their order."""
    return tuple(sorted(causes, key=lambda cause: -cause.likelihood))


def _failures(topology: Topology, s: Situation) -> Iterator[Cause]:
    """Each failure once, by its worst impact; its likelihood is what it has of the joint one."""
    listed_keys: set[str] = set()
    relevant = [
        impact
        for state, impact in s.impacts
        if impact.is_active
        or impact.holds
        or impact.band is Band.RECORDS_ONLY
        or impact.leaves_it_late
        or (state in s.late and impact.is_probable)
        or impact in state.past_impacts_in_step
    ]
    pairs = [(impact, failure) for impact in relevant for failure in impact.failures]
    for impact, failure in sorted(pairs, key=lambda pair: _rank(s, *pair)):
        blame = s.blame_of(failure)
        if failure.key in listed_keys:
            continue
        listed_keys.update(blame.failures if blame is not None else (failure.key,))
        yield Cause(
            kind=_FAILURE,
            likelihood=blame.share if blame is not None else impact.likelihood,
            evidence=failure_evidence(topology, failure, impact, blame, s.clock, is_shared=s.is_blame_shared),
            failure=failure.key,
            element=failure.target,
            path=impact.path,
            also_reported_as=other_reports(failure, blame),
        )
    for blame in s.blame:
        failure = s.failures.get(blame.failures[0])
        if failure is not None and failure.active_at(s.at) and listed_keys.isdisjoint(blame.failures):
            yield Cause(
                kind=_FAILURE,
                likelihood=blame.share,
                evidence=failure_evidence(topology, failure, None, blame, s.clock, is_shared=True),
                failure=failure.key,
                element=failure.target,
                also_reported_as=other_reports(failure, blame),
            )


def _rank(s: Situation, impact: Impact, failure: Failure) -> tuple[bool, bool, float, int, float, int, str]:
    """Probable and active ones first, then by blame, then the worst; of several reports of one the first."""
    blame = s.blame_of(failure)
    return (
        not impact.is_probable,
        not impact.is_active,
        -blame.share if blame is not None else 0.0,
        _BANDS.index(impact.band),
        -impact.likelihood,
        blame.failures.index(failure.key) if blame is not None else 0,
        failure.key,
    )


def _errors(topology: Topology, s: Situation) -> Iterator[Cause]:
    for state in s.in_flight:
        if state.error is not None:
            element = state.error.element or (state.step.runs_on if state.step is not None else None)
            evidence = error_evidence(topology, state.error, element, s.clock)
            known_element = element if element in topology.elements else None
            yield Cause("error", _ERROR_LIKELIHOOD, evidence, element=known_element)


def _factors(s: Situation) -> Iterator[Cause]:
    """Factors that overdue peers share.

    The likelihood is the share of the overdue with the factor that would not be overdue without it.
    """
    if s.peers is None or not s.shared_factors:
        return
    for factor in s.peers.in_common:
        if f"{factor.dimension} {factor.value}" in s.shared_factors:
            likelihood = round(1 - 1 / factor.lift, 3) if factor.lift > 1 else 0.0
            yield Cause("common_factor", likelihood, factor_evidence(factor))


def _of_records(s: Situation) -> Iterator[Cause]:
    """Elements on the paths of records, each once.

    Only the blast radius names failures as causes: where a failure explains a record, its element is the
    cause.
    """
    listed_keys: set[str | None] = set()
    for finding in s.findings:
        cause = finding.likely_cause
        if cause is not None and cause.element not in listed_keys:
            listed_keys.add(cause.element)
            yield replace(cause, kind="element", failure=None) if cause.kind == _FAILURE else cause


def _normal_progress(state: FulfillmentState, s: Situation) -> Iterator[Cause]:
    entered_at = state.fulfillment.entered_at
    if entered_at is None:
        return
    element = state.step.id if state.step is not None else None
    if state.run_at is not None:
        evidence = run_evidence(state.run_at, s.clock, is_pickup=state.pickup)
        yield Cause("normal", 1.0, evidence, element=element)
    elif state.opens_at is not None:
        yield Cause("normal", 1.0, opening_evidence(state.opens_at, s.clock), element=element)
    elif state.usually_leaves_at is not None:
        evidence = usual_dwell_evidence(state.usually_leaves_at - entered_at, s.at - entered_at)
        yield Cause("normal", 1.0, evidence, element=element)
