"""What likely caused a finding: a failure over its way, else the part of that way that what is missing has in common."""

from collections.abc import Mapping

import numpy as np

from graph_models.diagnosis import Cause, RateFinding
from graph_models.enums import Effect, RecordEffect
from graph_models.failure import Failure
from graph_models.impairment import Impairment, Impairments
from graph_models.time import HOUR, moment
from graph_models.topology import Topology
from impactgraph.diagnosis.records.findings import RecordFindings, Tally
from impactgraph.diagnosis.records.slots import FAR, Emitter
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.membership import Membership
from impactgraph.impact.paths import path_to

_HOLDS = frozenset({Effect.BLOCKED, Effect.DELAYED, Effect.REJECTED})
_EXPLAINS = {
    RecordEffect.MISSING: _HOLDS,
    RecordEffect.LATE: _HOLDS,
    RecordEffect.OUT_OF_SEQUENCE: _HOLDS,
    RecordEffect.DUPLICATED: frozenset({Effect.DUPLICATED}),
    RecordEffect.WRONG: frozenset({Effect.STALE, Effect.DEGRADED}),
}
_LEAST = 5
"""Missing records that are needed before a way is blamed."""
_SURE = 15.1
"""Likelihood ratio that chance exceeds once in ten thousand times."""
_TIMES = 3
"""By how much more of what went that way has to be missing than of the rest."""


class Causes:
    """For the findings of one state. `tallies` are of all fulfillments, whichever the findings are of."""

    def __init__(
        self,
        findings: RecordFindings,
        impairments: Impairments,
        failures: Mapping[str, Failure],
        tallies: tuple[Tally, ...],
    ) -> None:
        self._findings, self._impairments, self._failures = findings, impairments, failures
        self._membership = Membership(findings.columns, findings.topology)
        self._common = common_ways(tallies)

    def of(self, index: int) -> Cause | None:
        """Of the finding at a place; None where nothing speaks for anything."""
        emitter = self._held(index)
        if emitter is None:
            return None
        ways = _ways(emitter)
        fitting = [
            i for way in ways for i in self._impairments.by_element.get(way, ()) if self._fits(i, index)
        ]
        if fitting:
            return _of_failure(max(fitting, key=lambda i: (i.likelihood, i.since)), self._failures)
        if RECORD_EFFECTS[int(self._findings.rows.effect[index])] not in (
            RecordEffect.MISSING,
            RecordEffect.OUT_OF_SEQUENCE,
        ):
            return None
        return next((self._common[way] for way in ways if way in self._common), None)

    def _held(self, index: int) -> Emitter | None:
        """What emits the record; of one out of sequence, the one that it should have followed."""
        found, slots = self._findings.rows, self._findings.slots
        behind = int(found.after_slot[index])
        if behind >= 0:
            return next(iter(slots[behind].emitters), None)
        which = int(found.emitter[index])
        return slots[int(found.slot[index])].emitters[which] if which >= 0 else None

    def _fits(self, impairment: Impairment, index: int) -> bool:
        found = self._findings.rows
        if impairment.effect not in _EXPLAINS[RECORD_EFFECTS[int(found.effect[index])]]:
            return False
        came, completed = int(found.recorded_at[index]), int(found.completed_at[index])
        until = self._findings.at if came == FAR or found.after_slot[index] >= 0 else came
        since = completed if completed < FAR else until
        if impairment.since > until or impairment.until + impairment.drain < since:
            return False
        return bool(self._membership.in_scope(found.row[index : index + 1], impairment.scope)[0])


def cause_of_rate(
    rate: RateFinding, topology: Topology, impairments: Impairments, failures: Mapping[str, Failure]
) -> Cause | None:
    """A failure over the way of such records in that hour; what was held back comes in one go when it ends."""
    emitted = [
        (step, e)
        for w in topology.workflows.values()
        for step in w.steps
        for e in step.emits
        if (e.kind, e.type) == (rate.kind, rate.type)
    ]
    ways = dict.fromkeys(way for step, e in emitted for way in ((e.via, step.id) if e.via else (step.id,)))
    effects = _HOLDS if rate.count < rate.low else _HOLDS | {Effect.DUPLICATED}
    fitting = [
        i for way in ways for i in impairments.by_element.get(way, ())
        if i.effect in effects and i.since < rate.since + HOUR and i.until + i.drain > rate.since
    ]  # fmt: skip
    return _of_failure(max(fitting, key=lambda i: (i.likelihood, i.since)), failures) if fitting else None


def _of_failure(impairment: Impairment, failures: Mapping[str, Failure]) -> Cause:
    path = path_to(impairment, failures)
    key = impairment.failures[0] if impairment.failures else None
    return Cause("failure", impairment.likelihood, path.sentence, key, impairment.element, path)


def _ways(emitter: Emitter) -> tuple[str, ...]:
    via = emitter.emission.via
    return (via, emitter.step.id) if via is not None else (emitter.step.id,)


def common_ways(tallies: tuple[Tally, ...]) -> dict[str, Cause]:
    """Integrations and steps over which much more is missing than over all others, by id: a likelihood ratio over what was due in the last day."""
    asked, missing = sum(t.due for t in tallies), sum(t.missing for t in tallies)
    ways: dict[str, list[Tally]] = {}
    for tally in tallies:
        for way in _ways(tally.emitter):
            ways.setdefault(way, []).append(tally)
    found: dict[str, Cause] = {}
    for way, mine in ways.items():
        with_, of = sum(t.missing for t in mine), sum(t.due for t in mine)
        without, rest = missing - with_, asked - of
        if (
            with_ < _LEAST
            or with_ * max(rest, 1) < _TIMES * without * of
            or _ratio(with_, of, without, rest) < _SURE
        ):
            continue
        since = f" since {moment(min(t.missing_since for t in mine if t.missing)):%Y-%m-%d %H:%M} UTC"
        evidence = f"{with_:,} of {of:,} records due over {way} in the last day are missing{since}, {without:,} of {rest:,} of the others."
        found[way] = Cause(
            "element", 1 - (without / rest) / (with_ / of) if rest else 1.0, evidence, element=way
        )
    return found


def _ratio(hit: int, of: int, other: int, rest: int) -> float:
    """Twice the logarithm of how much likelier two shares are than one (Wilks 1938)."""

    def told(k: int, n: int, p: float) -> float:
        return sum(count * np.log(share) for count, share in ((k, p), (n - k, 1 - p)) if count)

    if not rest:
        return np.inf
    pooled = (hit + other) / (of + rest)
    return float(
        2
        * (
            told(hit, of, hit / of)
            + told(other, rest, other / rest)
            - told(hit, of, pooled)
            - told(other, rest, pooled)
        )
    )
