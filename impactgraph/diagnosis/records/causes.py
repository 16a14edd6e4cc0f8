"""Likely cause of a finding: a failure on the record's path, else the part of the path that missing records
share.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Cause, RateFinding
from graph_models.enums import Effect, RecordEffect
from graph_models.failure import Failure
from graph_models.impairment import Impairment, Impairments
from graph_models.time import HOUR
from graph_models.topology import Topology
from graph_models.zones import UTC, TextClock
from impactgraph.columns.declare import Flags
from impactgraph.diagnosis.records.findings import RecordFindings, Tally
from impactgraph.diagnosis.records.sentences import common_path_evidence
from impactgraph.diagnosis.records.slots import FAR, Emitter
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.membership import Membership
from impactgraph.impact.paths import path_to
from impactgraph.topology.names import element_text

_HOLDS = frozenset({Effect.BLOCKED, Effect.DELAYED, Effect.REJECTED})
_EXPLAINS = {
    RecordEffect.MISSING: _HOLDS,
    RecordEffect.LATE: _HOLDS,
    RecordEffect.OUT_OF_SEQUENCE: _HOLDS,
    RecordEffect.DUPLICATED: frozenset({Effect.DUPLICATED}),
    RecordEffect.WRONG: frozenset({Effect.STALE, Effect.DEGRADED}),
}
TO_REPAIR = frozenset({RecordEffect.MISSING, RecordEffect.DUPLICATED})
"""Effects after which somebody has to do something: send the record again, or reverse it."""
_LEAST = 5
"""Missing records that are needed before an element is reported as their cause."""
_SIGNIFICANT = 15.1
"""Likelihood ratio that chance exceeds once in ten thousand times."""
_TIMES = 3
"""Factor by which the missing share over the element has to exceed that of the others."""


class Causes:
    """Likely causes of the findings of one state. `tallies` are of all fulfillments, whichever the findings
    are of; `timezone` of the times in evidence.
    """

    def __init__(
        self,
        findings: RecordFindings,
        impairments: Impairments,
        failures: Mapping[str, Failure],
        tallies: tuple[Tally, ...],
        timezone: str = UTC,
    ) -> None:
        self._findings = findings
        self._impairments = impairments
        self._failures = failures
        self._membership = Membership(findings.columns, findings.topology)
        self._topology = findings.topology
        clock = TextClock(findings.at, timezone)
        self._common = common_elements(findings.topology, tallies, clock)

    def of(self, index: int) -> Cause | None:
        """The likely cause of the finding at a position; None where there is no evidence."""
        emitter = self._responsible_emitter(index)
        if emitter is None:
            return None
        path = _path(emitter)
        position = np.array([index])
        candidates = [each for each in self._on(path) if self._explains(each, position)[0]]
        if candidates:
            return _failure_cause(
                max(candidates, key=lambda i: (i.likelihood, i.since)), self._failures, self._topology
            )
        effect = RECORD_EFFECTS[int(self._findings.rows.effect[index])]
        if effect not in (RecordEffect.MISSING, RecordEffect.OUT_OF_SEQUENCE):
            return None
        if self._findings.rows.listing[index] >= 0 and self._findings.rows.recorded_at[index] < FAR:
            return None  # it has passed what other records are held by
        return next((self._common[element] for element in path if element in self._common), None)

    def explained(self, effects: Collection[RecordEffect]) -> Iterator[tuple[Impairment, NDArray[np.intp]]]:
        """Each impairment with the positions of the findings of some effects that it explains, if any: of
        findings about records, not about lists of systems.

        Costs a look at the findings for each impairment on the way of a record.
        """
        rows = self._findings.rows
        codes = [RECORD_EFFECTS.index(effect) for effect in effects]
        at = np.flatnonzero(np.isin(rows.effect, codes) & (rows.listing < 0))
        ways = np.stack((rows.slot[at], rows.emitter[at], rows.after_slot[at]), axis=1)
        for way in np.unique(ways, axis=0):
            positions = at[(ways == way).all(axis=1)]
            emitter = self._responsible_emitter(int(positions[0]))
            for impairment in self._on(_path(emitter)) if emitter is not None else ():
                mask = self._explains(impairment, positions)
                if mask.any():
                    yield impairment, positions[mask]

    def _on(self, path: tuple[str, ...]) -> Iterator[Impairment]:
        for element in path:
            yield from self._impairments.by_element.get(element, ())

    def _responsible_emitter(self, index: int) -> Emitter | None:
        """The emitter of the record; of one out of sequence, that of its predecessor."""
        rows = self._findings.rows
        slots = self._findings.slots
        predecessor = int(rows.after_slot[index])
        if predecessor >= 0:
            return next(iter(slots[predecessor].emitters), None)
        emitter = int(rows.emitter[index])
        return slots[int(rows.slot[index])].emitters[emitter] if emitter >= 0 else None

    def _explains(self, impairment: Impairment, at: NDArray[np.intp]) -> Flags:
        """(at,) whether its effect, time and scope fit the findings at some positions."""
        rows = self._findings.rows
        effects = [RECORD_EFFECTS.index(e) for e, of in _EXPLAINS.items() if impairment.effect in of]
        recorded_at, completed_at = rows.recorded_at[at], rows.completed_at[at]
        is_listed = rows.listing[at] >= 0
        is_open = (recorded_at == FAR) | (rows.after_slot[at] >= 0) | is_listed
        until = np.where(is_open, np.minimum(rows.missing_from[at], self._findings.at), recorded_at)
        until = np.where(is_listed, np.minimum(rows.listed_at[at], recorded_at), until)
        since = np.where(completed_at < FAR, completed_at, until)
        mask = np.isin(rows.effect[at], effects)
        mask &= (impairment.since <= until) & (impairment.until + impairment.drain >= since)
        return mask & self._membership.in_scope(rows.row[at], impairment.scope) if mask.any() else mask


def cause_of_rate(
    rate: RateFinding, topology: Topology, impairments: Impairments, failures: Mapping[str, Failure]
) -> Cause | None:
    """A failure on the path of such records in that hour; records that were held up arrive together when it
    ends.
    """
    emissions = [
        (step, emission)
        for workflow in topology.workflows.values()
        for step in workflow.steps
        for emission in step.emits
        if (emission.kind, emission.type) == (rate.kind, rate.type)
    ]
    elements = dict.fromkeys(
        element
        for step, emission in emissions
        for element in ((emission.via, step.id) if emission.via else (step.id,))
    )
    effects = _HOLDS if rate.count < rate.low else _HOLDS | {Effect.DUPLICATED}
    candidates = [
        impairment
        for element in elements
        for impairment in impairments.by_element.get(element, ())
        if impairment.effect in effects
        and impairment.since < rate.since + HOUR
        and impairment.until + impairment.drain > rate.since
    ]
    if not candidates:
        return None
    return _failure_cause(max(candidates, key=lambda i: (i.likelihood, i.since)), failures, topology)


def _failure_cause(impairment: Impairment, failures: Mapping[str, Failure], topology: Topology) -> Cause:
    path = path_to(impairment, failures, topology)
    return Cause(
        kind="failure",
        likelihood=impairment.likelihood,
        evidence=path.sentence,
        failure=impairment.failures[0] if impairment.failures else None,
        element=impairment.element,
        path=path,
    )


def _path(emitter: Emitter) -> tuple[str, ...]:
    """Full ids of the elements that the record passes."""
    via = emitter.emission.via
    return (via, emitter.step.id) if via is not None else (emitter.step.id,)


@dataclass(frozen=True)
class _Shares:
    """Missing records among those due, over an element and over the others."""

    missing: int
    due: int
    other_missing: int
    other_due: int

    @property
    def is_significant(self) -> bool:
        if self.missing < _LEAST:
            return False
        if self.missing * max(self.other_due, 1) < _TIMES * self.other_missing * self.due:
            return False
        return self._likelihood_ratio >= _SIGNIFICANT

    @property
    def _likelihood_ratio(self) -> float:
        """Twice the logarithm of how much likelier two shares are than one (Wilks 1938)."""
        if not self.other_due:
            return np.inf
        common_share = (self.missing + self.other_missing) / (self.due + self.other_due)
        two_shares = _log_likelihood(self.missing, self.due, self.missing / self.due) + _log_likelihood(
            self.other_missing, self.other_due, self.other_missing / self.other_due
        )
        one_share = _log_likelihood(self.missing, self.due, common_share) + _log_likelihood(
            self.other_missing, self.other_due, common_share
        )
        return float(2 * (two_shares - one_share))

    @property
    def likelihood(self) -> float:
        """Share of the missing records that would have arrived at the rate of the others."""
        if not self.other_due:
            return 1.0
        return 1 - (self.other_missing / self.other_due) / (self.missing / self.due)


def common_elements(topology: Topology, tallies: tuple[Tally, ...], clock: TextClock) -> dict[str, Cause]:
    """Integrations and steps over which a significantly larger share of records is missing, by id.

    A likelihood-ratio test over the records that were due in the last day.
    """
    total_due = sum(tally.due for tally in tallies)
    total_missing = sum(tally.missing for tally in tallies)
    by_element: dict[str, list[Tally]] = {}
    for tally in tallies:
        for element in _path(tally.emitter):
            by_element.setdefault(element, []).append(tally)
    causes: dict[str, Cause] = {}
    for element, own in by_element.items():
        missing = sum(tally.missing for tally in own)
        due = sum(tally.due for tally in own)
        shares = _Shares(missing, due, total_missing - missing, total_due - due)
        if shares.is_significant:
            since = min(tally.missing_since for tally in own if tally.missing)
            evidence = common_path_evidence(
                element_text(topology, element),
                missing=missing,
                due=due,
                other_missing=shares.other_missing,
                other_due=shares.other_due,
                since=clock.dated(since),
            )
            causes[element] = Cause("element", shares.likelihood, evidence, element=element)
    return causes


def _log_likelihood(count: int, total: int, share: float) -> float:
    terms = ((count, share), (total - count, 1 - share))
    return sum(number * np.log(probability) for number, probability in terms if number)
