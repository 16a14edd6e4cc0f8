"""What would explain where an order is, the best first."""

from collections.abc import Iterator
from dataclasses import replace

from graph_models.diagnosis import Cause, DiagnosisState
from graph_models.enums import Band
from graph_models.time import say_duration
from graph_models.topology import Topology
from impactgraph.diagnosis.why.moments import clock
from impactgraph.diagnosis.why.sentences import display_name, failure_text
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, Situation
from impactgraph.diagnosis.why.verdict import Verdict

_BANDS = tuple(Band)
_REPORTED = 0.9
"""Of an error that was reported of the step where it stopped: it may yet be a symptom."""
_FAILURE = "failure"
_MOST = 10


def causes_of(topology: Topology, s: Situation, verdict: Verdict) -> tuple[Cause, ...]:
    """Every failure that is active and hits it is among them, and of those that have ended the ones whose harm is still open."""
    failures = list(_failures(topology, s))
    others = [*_errors(topology, s), *s.suspects, *_factors(s), *_of_records(s)]
    if verdict.state is DiagnosisState.WAITING:
        others += list(_normal(topology, verdict.basis.fulfillment, s))
    others.sort(key=lambda cause: -cause.likelihood)
    part = verdict.basis.fulfillment
    explained = verdict.basis.impact is not None or (
        part is not None and any(hit.holds for hit in part.impacts)
    )
    return tuple(failures + others[:_MOST] if explained else others[:_MOST] + failures)


def _failures(topology: Topology, s: Situation) -> Iterator[Cause]:
    """Each failure once, told by the worst that it does; those of the joint answer come first, since they say what is."""
    told: set[str] = set()
    together = [
        hit
        for part, hit in s.impacts
        if hit.is_active
        or hit.holds
        or hit.band is Band.RECORDS_ONLY
        or hit.misses_promise
        or hit in part.past_impacts_in_step
    ]
    for hit in sorted(together, key=_rank):
        for failure in hit.failures:
            if failure.key not in told:
                told.add(failure.key)
                ended = (
                    ""
                    if failure.ended_at is None or failure.ended_at > s.at
                    else f", ended {clock(failure.ended_at, s.at)}"
                )
                words = f"{failure_text(topology, failure)} since {clock(failure.started_at, s.at)}{ended}: {hit.path.sentence}"
                yield Cause(_FAILURE, hit.likelihood, words, failure.key, failure.target, hit.path)


def _rank(hit: Impact) -> tuple[bool, bool, int, float, str]:
    return (
        not hit.is_probable,
        not hit.is_active,
        _BANDS.index(hit.band),
        -hit.likelihood,
        hit.failures[0].key if hit.failures else "",
    )


def _errors(topology: Topology, s: Situation) -> Iterator[Cause]:
    for part in s.in_flight:
        if part.error is not None:
            element = part.error.element or (part.step.runs_on if part.step is not None else None)
            said = f': "{part.error.message}"' if part.error.message else ""
            source = display_name(topology, element) if element else "an unnamed source"
            evidence = f"{source} reported {part.error.code or 'an error without a code'} at {clock(part.error.at, s.at)}{said}"
            yield Cause(
                "error", _REPORTED, evidence, element=element if element in topology.elements else None
            )


def _factors(s: Situation) -> Iterator[Cause]:
    """What the overdue share; likely is the part of those with it that would not be overdue without it."""
    if s.peers is None or not s.shared_factors:
        return
    for factor in s.peers.in_common:
        if f"{factor.dimension} {factor.value}" not in s.shared_factors:
            continue
        with_it = (
            f"{factor.overdue_with} of {factor.total_with} with {factor.dimension} {factor.value} are overdue"
        )
        evidence = f"{with_it}, {factor.overdue_without} of {factor.total_without} without it"
        yield Cause("common_factor", round(1 - 1 / factor.lift, 3) if factor.lift > 1 else 0.0, evidence)


def _of_records(s: Situation) -> Iterator[Cause]:
    """Elements on the ways of records. A failure is blamed only by the blast radius: of one that explains a record, the element is told."""
    told: set[str | None] = set()
    for finding in s.findings:
        cause = finding.likely_cause
        if cause is not None and cause.element not in told:
            told.add(cause.element)
            yield replace(cause, kind="element", failure=None) if cause.kind == _FAILURE else cause


def _normal(topology: Topology, part: FulfillmentState | None, s: Situation) -> Iterator[Cause]:
    if part is None or part.fulfillment.entered_at is None:
        return
    if part.run_at is not None:
        yield Cause(
            "normal",
            1.0,
            f"what leaves this step is handed over together, the next time {clock(part.run_at, s.at)}",
            element=_step(part),
        )
    elif part.usually_leaves_at is not None:
        usual, stayed = (
            part.usually_leaves_at - part.fulfillment.entered_at,
            s.at - part.fulfillment.entered_at,
        )
        yield Cause(
            "normal",
            1.0,
            f"half of all leave this step within {say_duration(usual)}; it has been there {say_duration(stayed)}",
            element=_step(part),
        )


def _step(part: FulfillmentState) -> str | None:
    return part.step.id if part.step is not None else None
