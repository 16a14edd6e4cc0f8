"""What is known of a visit that is still going on: when cohorts came, when their work may end, and what is in
force on their way on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impactgraph.forecast.barriers import Barrier, Flags, Occurs
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.gates import Gate, Passage
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import RESIDUAL_LIKELIHOOD, SCENARIOS, Reals, narrow
from impactgraph.forecast.stage import Stage


@dataclass(frozen=True)
class CurrentVisit:
    """Cohorts with the same evidence in their current step. Moments are milliseconds."""

    stage: Stage
    ways: tuple[tuple[Gate, Flags], ...]
    """`Plan.ways` on from the step."""
    evidence: StepEvidence
    as_of: float
    occurs: Occurs
    arrival: Reals
    """(G, K), the same in all scenarios."""
    recorded_at: Reals
    """(G, 1) when the completion was recorded, where the evidence has that."""
    slowdown: Reals
    """(G, 1) or (1, 1)."""

    @cached_property
    def start_passage(self) -> Passage:
        """(G, K) through the start of the step, with every failure beginning when it was reported to."""
        return self.stage.start.pass_through(self.arrival, self.occurs)

    @cached_property
    def lacks_record(self) -> Flags:
        """(G, K), or an axis of 1: where the work cannot still be going on, although no record shows its
        completion, and one would. The record itself is missing, and says nothing of the work.
        """
        return _lacks_record(self)

    @property
    def low(self) -> Reals:
        """(G, K), or an axis of 1: the work ends after this."""
        return self._work_bounds[0]

    @property
    def high(self) -> Reals:
        """(G, K), or an axis of 1: the work ends by this; infinity where that is open."""
        return self._work_bounds[1]

    @cached_property
    def _work_bounds(self) -> tuple[Reals, Reals]:
        return _work_bounds(self)

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates of its hand-offs, then that of its start: a call may be given up as well."""
        return (*(handoff.gate for handoff in self.stage.handoffs), self.stage.start)

    @property
    def rejects(self) -> bool:
        """Whether any of these gates rejects."""
        return any(gate.rejects() for gate in self.gates)

    @property
    def is_given_up(self) -> bool:
        """Whether its message is in the dead-letter queue, although nothing at the way on rejects."""
        return self.evidence.is_dead_lettered and not self.rejects

    @property
    def may_wait(self) -> Flags:
        """(G, K), or an axis of 1: whether it may have come to a hand-off. Not while a record would show that
        its work is done.
        """
        return self.lacks_record if self.stage.records_show_completion else np.ones((1, 1), bool)

    def is_in_force(self, barriers: Iterable[Barrier]) -> Flags:
        """(G, K) whether any of the barriers is in force at the moment of the question and was met before."""
        in_force = np.zeros(self.arrival.shape, bool)
        for barrier in barriers:
            in_force |= (barrier.until > self.as_of) & (barrier.since <= self.as_of) & self.occurs(barrier)
        return in_force


def current_visit(plan: Plan, cohorts: Cohorts, as_of: float, occurs: Occurs) -> CurrentVisit:
    """The visit of G cohorts to their current step, where the barriers that `occurs` names do occur."""
    stage = plan.stages[cohorts.step]
    return CurrentVisit(
        stage=stage,
        ways=plan.ways(stage.index),
        evidence=cohorts.evidence,
        as_of=as_of,
        occurs=occurs,
        arrival=np.broadcast_to(cohorts.entered_at[:, None], (len(cohorts), SCENARIOS)),
        recorded_at=cohorts.completion_recorded_at[:, None],
        slowdown=stage.slowdown(cohorts.slowdown),
    )


def stay_shows_way(plan: Plan, step: int, as_of: float) -> bool:
    """Whether how long an order stays shows which way on it takes, or whether it came there while that
    rejected: not all that may have become of it would have kept it there.
    """
    ways = plan.ways(step)
    return (len(ways) > 1 and any(gate for gate, _ in ways)) or any(gate.rejected(as_of) for gate, _ in ways)


def _work_bounds(visit: CurrentVisit) -> tuple[Reals, Reals]:
    """The work of what is still in the step ends in (low, high], each (G, K), or with an axis of 1."""
    stage, evidence, recorded_at = visit.stage, visit.evidence, visit.recorded_at
    if evidence.is_completed:
        earliest = np.zeros_like(recorded_at) if evidence.record_may_be_late else recorded_at - 1.0
        return earliest, recorded_at
    high = np.full((1, SCENARIOS), visit.as_of if evidence.is_dead_lettered else np.inf)
    if visit.is_given_up:
        return np.zeros((1, SCENARIOS)), high
    before = stage.completion.threshold(visit.as_of, visit.occurs)[None, :]
    if not stage.records_show_completion or evidence.is_dead_lettered:
        return _least_at_handoff(visit, before), high
    if not visit.lacks_record.any():
        return before, high
    return np.where(visit.lacks_record, _least_at_handoff(visit, before), before), high


def _least_at_handoff(visit: CurrentVisit, before: Reals) -> Reals:
    """(G, K), or an axis of 1: the earliest completion that its way on still holds, or `before` (1, K), that
    which the completion itself holds, where that is earlier.
    """
    arrival, as_of, occurs = visit.arrival[:, :1], visit.as_of, visit.occurs
    low = before
    for gate, scenarios in visit.ways:
        least = gate.threshold(as_of, occurs)[None, :]
        if rejected := gate.rejected(as_of):
            # Who comes later than that passes.
            still = gate.with_barriers(b for b in gate.barriers if b not in rejected)
            is_over = arrival >= max(barrier.latest_end for barrier in rejected)
            least = np.where(is_over, still.threshold(as_of, occurs)[None, :], least)
        low = np.where(scenarios, np.minimum(before, least), low)
    return low


def _lacks_record(visit: CurrentVisit) -> Flags:
    """Where work that began as reported can no longer be going on, although no record shows its completion,
    and may have been done when something had begun to hold the way on. (G, K), or an axis of 1.
    """
    stage, evidence = visit.stage, visit.evidence
    can_lack = stage.records_show_completion and not (evidence.is_completed or evidence.is_dead_lettered)
    begins = [barrier.since for handoff in stage.handoffs for barrier in handoff.gate.barriers]
    if not can_lack or not begins:
        return np.zeros((1, 1), bool)
    begin = narrow(visit.start_passage.departures)
    begin = np.where(np.isfinite(begin), begin, visit.as_of)

    def is_done_by(moment: float) -> Flags:
        work = np.maximum(stage.work_within(begin, np.full_like(begin, moment)), 0.0)
        return stage.duration.below(work / visit.slowdown) > 1.0 - RESIDUAL_LIKELIHOOD

    return is_done_by(visit.as_of) & ~is_done_by(min(begins))
