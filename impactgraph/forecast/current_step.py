"""Completion of the current step of cohorts, given that they are still in it and the evidence of their
events.

Every scenario says when the work ends and what held it. How well it explains what was seen is its weight
(importance weighting): an order that stays longer than its work can take is hardly one whose call went well.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import Effect
from graph_models.time import MINUTE
from impactgraph.forecast.barriers import Barrier, Flags, Occurs
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.gates import Gate, Passage
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.simulate import NOBODY, Indexes, SimulationStart
from impactgraph.forecast.stage import Stage

UNEXPLAINED = 5e-4
"""Likelihood of whatever no scenario explains: an order that stays for a reason that nobody knows."""
_OUTLASTS = 0.05
"""Likelihood that a delay is longer than reported; that it is n times as long is n times less likely."""
_LATEST_PERSON = 0.02
"""Likelihood that a person looks later than is usual, at any later moment."""
_HANDOVER = 1.0 * MINUTE
"""What is completed and not held is handed over within about this time."""
_BEGAN_EARLIER = 0.002
"""Likelihood that an outage held an order which came a few minutes before its reported start."""
_FAILING = (Effect.BLOCKED, Effect.REJECTED)


@dataclass(frozen=True)
class Overstay:
    """How much longer (G, K) cohorts whose work is done have stayed than their way on takes, and where a
    failure holds them for so long: its delay is longer than reported.
    """

    length: Reals
    is_held: Flags

    @property
    def without_failures(self) -> Reals:
        return np.where(self.is_held, 0.0, self.length)


@dataclass(frozen=True)
class StepCompletion:
    """Completions (G, K) of the current step, with and without the failures."""

    factual: Reals
    counterfactual: Reals
    hit_by: Indexes
    """Index of the impairment that held its start, -1 where none did."""
    met_at: Reals
    """When what held its start did so first: at the entry, or at the start of an outage that is reported to
    have begun later.
    """
    is_held: Flags
    """Where its start is still held."""
    weight: Reals | None
    """How likely what was seen is in each scenario; None: the scenarios differ in nothing uncertain."""
    is_given_up: bool = False
    """Its message is in the dead-letter queue, although nothing at the way on rejects."""
    outlasted_by: Indexes | None = None
    """Index of the impairment at a hand-over that is in force where its delay, longer than reported, rather
    than the work explains the visit; -1 elsewhere. None: nowhere. Names what affects the cohort where nothing
    further on does.
    """
    outlasted_since: Reals | None = None
    """When that impairment began."""
    overstay: Overstay | None = None
    """None: there is none."""

    @property
    def with_failures(self) -> SimulationStart:
        """Where cohorts go on with the failures."""
        rows = slice(0, len(self.factual))
        is_given_up = np.full(len(self.factual), True) if self.is_given_up else None
        stay = self.overstay
        if stay is None:
            return SimulationStart(rows, self.factual, is_given_up)
        return SimulationStart(rows, self.factual, is_given_up, stay.length, stay.is_held)

    @property
    def without_failures(self) -> SimulationStart:
        """Where they would have gone on without them."""
        rows = slice(0, len(self.counterfactual))
        overstay = self.overstay.without_failures if self.overstay is not None else None
        return SimulationStart(rows, self.counterfactual, overstay=overstay)


@dataclass(frozen=True)
class _Visit:
    """Arrivals (G, K) at a step whose work ends in (`low`, `high`], which broadcast to that."""

    stage: Stage
    ways: tuple[tuple[Gate, Flags], ...]
    """`Plan.ways` on from the step."""
    evidence: StepEvidence
    as_of: float
    occurs: Occurs
    arrival: Reals
    low: Reals
    high: Reals
    slowdown: Reals
    lacks_record: Flags
    """Where the work cannot still be going on, although no record shows its completion, and one would: the
    record itself is missing, and says nothing of the work.
    """

    @property
    def may_wait(self) -> Flags:
        """Whether it may have come to a hand-over: not while a record would show that its work is done."""
        return self.lacks_record if self.stage.records_show_completion else np.ones((1, 1), bool)


def current_step(plan: Plan, cohorts: Cohorts, as_of: float, occurs: Occurs) -> StepCompletion:
    """The completion where the barriers that `occurs` names do occur."""
    stage = plan.stages[cohorts.step]
    evidence = cohorts.evidence
    recorded_at = cohorts.completion_recorded_at[:, None]
    arrival = np.broadcast_to(cohorts.entered_at[:, None], (len(cohorts), SCENARIOS))
    slowdown = stage.slowdown(cohorts.slowdown)
    as_reported = stage.start.pass_through(arrival, occurs)
    lacks_record = _lacks_record(stage, evidence, as_reported.departures, slowdown, as_of)
    ways = plan.ways(stage.index)
    low, high = _work_ends_between(
        stage, ways, arrival[:, :1], recorded_at, evidence, as_of, occurs, lacks_record
    )
    visit = _Visit(
        stage=stage,
        ways=ways,
        evidence=evidence,
        as_of=as_of,
        occurs=occurs,
        arrival=arrival,
        low=low,
        high=high,
        slowdown=slowdown,
        lacks_record=lacks_record,
    )
    passage, met_at, earlier = _with_earlier_starts(visit, as_reported)
    begin = np.minimum(passage.departures, recorded_at) if evidence.is_completed else passage.departures
    again = visit.arrival
    if evidence.has_unrelated_error:
        waits = stage.manual_wait.quantile(scenario_sample("hold/unrelated"))
        again = visit.arrival + _likely_waits(visit, np.broadcast_to(waits, visit.arrival.shape))
        passage = stage.start.pass_through(again, occurs)  # who is tried again meets the failures as well
        begin = passage.departures
    work = _work(visit, begin)
    is_uncertain = stay_shows_way(plan, stage.index, as_of) or any(not b.is_certain for b in stage.barriers)
    longer = _longer_chance(visit, as_reported.departures)
    may_outlast = bool(longer.any())
    # Most questions need no fit, and it costs as much as the work itself.
    fit = _fit(visit, as_reported.departures) if is_uncertain or may_outlast else longer
    usual_work, is_held, longer_delay = work, begin > as_of, None
    if may_outlast:
        longer_delay = _longer_delay(visit, begin, passage.hit_by >= 0, work, _outlasts(visit, fit, longer))
        work, usual_work = longer_delay.work, longer_delay.usual_work
        is_held |= longer_delay.at_start
    completion = stage.done_at(begin, work)
    hit_by, is_given_up = passage.hit_by, _is_given_up(stage, evidence)
    if is_given_up:
        # What has not begun by now would have taken its usual time.
        usual_work = np.where(begin > as_of, _usual_work(visit), work)
        completion = np.minimum(completion, as_of)
        first_barrier = next(barrier for gate in _ways_on(stage) for barrier in gate.barriers)
        hit_by = np.where(hit_by < 0, np.int16(first_barrier.index), hit_by)
        is_held = np.ones_like(is_held)
    elif evidence.is_dead_lettered:
        completion = np.maximum(visit.arrival, _rejects_since(stage, as_of))
    is_known = evidence.is_completed or any(gate.rejected(as_of) for gate, _ in ways)
    handover = _handover(visit, completion) if is_known and not evidence.is_dead_lettered else None
    overstay = longer_delay.overstay if longer_delay is not None else None
    return StepCompletion(
        factual=completion,
        counterfactual=stage.done_at(
            stage.start.scheduled_departures(again - cohorts.past_delays), usual_work
        ),
        hit_by=hit_by,
        met_at=met_at,
        is_held=is_held,
        weight=_weight(visit, fit + longer + earlier, handover) if is_uncertain else None,
        is_given_up=is_given_up,
        outlasted_by=longer_delay.barrier if longer_delay is not None else None,
        outlasted_since=longer_delay.since if longer_delay is not None else None,
        overstay=handover.overstay if handover is not None and evidence.is_completed else overstay,
    )


def _with_earlier_starts(visit: _Visit, as_reported: Passage) -> tuple[Passage, Reals, Reals]:
    """The passage through the start of the step; when what holds it did so first; and how likely it is that
    outages held an order that came a few minutes before their reported start (each (G, K)).

    That explains orders which stay for longer than their work can take.
    """
    entered_at = visit.arrival[:, :1]
    met_at = visit.stage.start.first_met_at(entered_at, visit.as_of)
    is_earlier = met_at > entered_at
    if not is_earlier.any():
        return as_reported, visit.arrival, np.zeros((1, 1))
    met_at = np.broadcast_to(met_at, visit.arrival.shape)
    from_start = visit.stage.start.pass_through(met_at, visit.occurs)
    earlier = np.where(is_earlier, _BEGAN_EARLIER * _fit(visit, from_start.departures), 0.0)
    otherwise = np.maximum(_fit(visit, as_reported.departures), UNEXPLAINED * _still_waiting(visit))
    sample = scenario_sample(f"begins/{visit.stage.step.id}")
    is_held = sample * (otherwise + earlier) < earlier
    passage = Passage(
        np.where(is_held, from_start.departures, as_reported.departures),
        as_reported.scheduled,
        np.where(is_held, from_start.hit_by, as_reported.hit_by),
    )
    return passage, np.where(is_held, met_at, visit.arrival), earlier


def stay_shows_way(plan: Plan, step: int, as_of: float) -> bool:
    """Whether how long an order stays shows which way on it takes, or whether it came there while that
    rejected: not all that may have become of it would have kept it there.
    """
    ways = plan.ways(step)
    return (len(ways) > 1 and any(gate for gate, _ in ways)) or any(gate.rejected(as_of) for gate, _ in ways)


def _is_given_up(stage: Stage, evidence: StepEvidence) -> bool:
    """Whether its message is in the dead-letter queue, although nothing at the way on rejects."""
    return evidence.is_dead_lettered and not any(gate.rejects() for gate in _ways_on(stage))


def _ways_on(stage: Stage) -> tuple[Gate, ...]:
    """The gates of its hand-overs, then that of its start: a call may be given up as well."""
    return (*(handoff.gate for handoff in stage.handoffs), stage.start)


def _weight(visit: _Visit, fit: Reals, handover: "_Handover | None") -> Reals:
    """(G, K) how likely everything seen of the cohorts in their step is."""
    weight = np.clip(fit, UNEXPLAINED * _still_waiting(visit), 1.0)
    evidence = visit.evidence
    if evidence.has_related_error:
        weight = weight * np.where(_explains_error(visit), 1.0, UNEXPLAINED)
    elif evidence.error_reporting and not evidence.has_unrelated_error:
        weight = weight * np.where(_meets_uncertain(visit), 1.0 - evidence.error_reporting, 1.0)
    if evidence.is_dead_lettered:
        rejects = any(gate.rejects() for gate in _ways_on(visit.stage))
        return weight * np.where(_is_rejected(visit), 1.0, UNEXPLAINED) if rejects else weight
    return weight if handover is None else weight * handover.likelihood


def _fit(visit: _Visit, begin: Reals) -> Reals:
    """(G, K) that work which begins then ends within the bounds."""
    if visit.evidence.is_dead_lettered or visit.evidence.has_unrelated_error:
        return np.ones(visit.arrival.shape)
    slack = 2.0 * MINUTE if visit.evidence.is_completed else 0.0
    duration = visit.stage.duration
    begin = np.where(np.isfinite(begin), begin, visit.as_of + 1.0)
    high = np.where(np.isfinite(visit.high), visit.high, 1e18) + slack
    work_within = visit.stage.work_within
    latest = duration.below(np.maximum(work_within(begin, high), 0.0) / visit.slowdown)
    earliest = duration.below(np.maximum(work_within(begin, visit.low - slack), 0.0) / visit.slowdown)
    fit = np.where(high < begin, 0.0, latest - earliest)
    return np.where(visit.lacks_record, UNEXPLAINED * fit, fit)


@dataclass(frozen=True)
class _LongerDelay:
    """Visits where a delay that is still in force is longer than was reported, all (G, K)."""

    work: Reals
    usual_work: Reals
    """Without the failures."""
    at_start: Flags
    """Where it is that of the start."""
    overstay: Overstay
    """At the hand-over."""
    barrier: Indexes
    """Index of the impairment there, -1 elsewhere."""
    since: Reals


def _longer_delay(visit: _Visit, begin: Reals, is_start: Flags, work: Reals, outlasts: Flags) -> _LongerDelay:
    """`is_start`: where something held the start; `outlasts`: where a delay is longer than the visit."""
    at_handover = outlasts & ~is_start
    done_work = _work_before_handover(visit, begin)
    late = np.where(at_handover, _handover(visit, visit.stage.done_at(begin, done_work)).late, 0.0)
    work = np.where(late > 0, done_work, work)
    index, since = _in_force_at_hand_overs(visit)
    return _LongerDelay(
        work=work,
        usual_work=np.where(outlasts & is_start, _usual_work(visit), work),
        at_start=outlasts & is_start,
        overstay=Overstay(late, late > 0),
        barrier=np.where(outlasts, index, NOBODY),
        since=since,
    )


def _usual_work(visit: _Visit) -> Reals:
    return visit.stage.duration.quantile(_sample(visit.stage)) * visit.slowdown


def _outlasts(visit: _Visit, fit: Reals, longer: Reals) -> Flags:
    """(G, K) where a delay that is still in force, rather than the work, is longer than expected."""
    sample = scenario_sample(f"outlasts/{visit.stage.step.id}")
    return (longer > 0) & (sample * (fit + longer) < longer)


def _longer_chance(visit: _Visit, begin: Reals) -> Reals:
    """(G, K) that a delay which is still in force lasts to the moment of the question, although less was
    reported.
    """
    none = np.zeros(visit.arrival.shape)
    if visit.evidence.is_completed or visit.evidence.is_dead_lettered or visit.evidence.has_unrelated_error:
        return none
    if not visit.stage.start and not any(handoff.gate for handoff in visit.stage.handoffs):
        return none
    with np.errstate(invalid="ignore"):
        hold_chance = np.maximum(begin - visit.stage.start.scheduled_departures(visit.arrival), 0.0)
    hold_chance = np.where(_is_in_force(visit, visit.stage.start.barriers), hold_chance, 0.0)
    for gate, scenarios in visit.ways:
        held_since = gate.threshold(visit.as_of, visit.occurs)[None, :]
        delay = np.maximum(visit.as_of - held_since, 0.0)
        delaying = tuple(b for b in gate.barriers if b.impairment.effect is Effect.DELAYED)
        is_held = visit.may_wait & scenarios & _is_in_force(visit, delaying)
        hold_chance = np.maximum(hold_chance, np.where(is_held, delay, 0.0))
    dwell_time = np.maximum(visit.as_of - visit.arrival, 1.0)
    longer = np.where(begin <= visit.as_of, _OUTLASTS * np.minimum(hold_chance / dwell_time, 1.0), 0.0)
    # Who waits for a person may do so for longer than is usual, like what waits for an unknown reason.
    return np.maximum(longer, _LATEST_PERSON * _waits_for_person(visit, begin))


def _is_in_force(visit: _Visit, barriers: tuple[Barrier, ...]) -> Flags:
    """(G, K) whether any of the barriers is in force at the moment of the question and was met before."""
    in_force = np.zeros(visit.arrival.shape, bool)
    for barrier in barriers:
        in_force |= (barrier.until > visit.as_of) & (barrier.since <= visit.as_of) & visit.occurs(barrier)
    return in_force


def _in_force_at_hand_overs(visit: _Visit) -> tuple[Indexes, Reals]:
    """(G, K) index of an impairment of a hand-over that is in force at the moment of the question, or -1; and
    when it began.
    """
    index, since = np.full(visit.arrival.shape, NOBODY), np.full(visit.arrival.shape, np.nan)
    for gate, scenarios in visit.ways:
        for barrier in gate.barriers:
            is_in_force = visit.may_wait & scenarios & _is_in_force(visit, (barrier,))
            index = np.where(is_in_force, np.int16(barrier.index), index)
            since = np.where(is_in_force, barrier.since, since)
    return index, since


def _meets_uncertain(visit: _Visit) -> Flags:
    """(G, K) whether a call at the start fails for good; attempts before one that succeeds are no error."""
    return _meets(visit, visit.stage.start.uncertain_barriers)


def _explains_error(visit: _Visit) -> Flags:
    """(G, K) whether a call fails that the reported error may be of."""
    start, element = visit.stage.start, visit.evidence.error_element
    barriers = [b for b in start.barriers if element in {hop.element for hop in b.impairment.hops}]
    return _meets(visit, barriers or start.uncertain_barriers)


def _meets(visit: _Visit, barriers: Iterable[Barrier]) -> Flags:
    """(G, K) whether a call at the start fails for good by one of the barriers."""
    meets = np.zeros(visit.arrival.shape, bool)
    for barrier in barriers:
        if barrier.impairment.effect in _FAILING:
            meets |= barrier.applies_at(visit.arrival) & visit.occurs(barrier)
    return meets


def _waits_for_person(visit: _Visit, begin: Reals) -> Reals:
    """(G, K) how likely it came to a call that failed by chance and left it to a person: at the start, where
    work began then, or at the hand-over.
    """
    waits = _meets_uncertain(visit).astype(np.float64)
    for gate, scenarios in visit.ways:
        for barrier in gate.uncertain_barriers:
            if barrier.impairment.effect in _FAILING:
                fails = visit.may_wait & scenarios & visit.occurs(barrier)
                waits = np.maximum(waits, np.where(fails, _meets_in_time(visit, begin, barrier), 0.0))
    return waits


def _meets_in_time(visit: _Visit, begin: Reals, barrier: Barrier) -> Reals:
    """(G, K) how likely work that began then ends while the barrier is in force, until now.

    What stays for a reason that nobody knows may end at any moment of its stay.
    """
    since = np.maximum(barrier.since, visit.arrival)
    until = np.maximum(np.minimum(barrier.until, visit.as_of), since)
    begin = np.where(np.isfinite(begin), begin, visit.as_of)
    latest, earliest = (
        visit.stage.duration.below(np.maximum(visit.stage.work_within(begin, moment), 0.0) / visit.slowdown)
        for moment in (until, since)
    )
    share = (until - since) / np.maximum(visit.as_of - visit.arrival, 1.0)
    return np.where(since <= visit.as_of, np.maximum(latest - earliest, UNEXPLAINED * share), 0.0)


def _still_waiting(visit: _Visit) -> Reals:
    """(G, K) that nobody has looked at an order yet that stands still for an unknown reason."""
    dwell_time = np.maximum(visit.as_of - visit.arrival, 0.0)
    return np.maximum(1.0 - visit.stage.manual_wait.below(dwell_time), _LATEST_PERSON)


def _is_rejected(visit: _Visit) -> Flags:
    """(G, K) whether a barrier that rejects occurs on the way that it takes."""
    is_rejected = np.zeros(visit.arrival.shape, bool)
    for gate, scenarios in (*visit.ways, (visit.stage.start, np.ones(SCENARIOS, bool))):
        for barrier in gate.barriers:
            if barrier.impairment.effect is Effect.REJECTED:
                is_rejected |= scenarios & visit.occurs(barrier)
    return is_rejected


@dataclass(frozen=True)
class _Handover:
    """What is completed and has not been handed over, all (G, K): how long it should be gone, and how likely
    it is that it is still here because the delay of a failure is longer than reported, and for any other
    reason.
    """

    late: Reals
    longer_chance: Reals
    other_chance: Reals
    sample: Reals

    @property
    def likelihood(self) -> Reals:
        return np.maximum(self.longer_chance, self.other_chance)

    @property
    def overstay(self) -> Overstay | None:
        if not self.late.any():
            return None
        total = self.longer_chance + self.other_chance
        return Overstay(self.late, (self.late > 0) & (self.sample * total < self.longer_chance))


def _handover(visit: _Visit, completion: Reals) -> _Handover:
    """Of what was completed then and is still in the step."""
    departure, scheduled_at = completion, completion
    hold_in_force = np.zeros(completion.shape)
    for gate, scenarios in visit.ways:
        passage = gate.pass_through(completion, visit.occurs)
        departure = np.where(scenarios, passage.departures, departure)
        scheduled_at = np.where(scenarios, passage.scheduled, scheduled_at)
        in_force = scenarios & _is_in_force(visit, gate.barriers)
        with np.errstate(invalid="ignore"):  # of a branch that is not taken both are undefined
            hold_in_force = np.where(in_force, passage.departures - passage.scheduled, hold_in_force)
    late = np.maximum(visit.as_of - departure, 0.0)
    stay = np.maximum(visit.as_of - scheduled_at, 1.0)
    return _Handover(
        late=late,
        longer_chance=np.where(late > 0, _OUTLASTS * np.clip(hold_in_force / stay, 0.0, 1.0), 0.0),
        other_chance=np.maximum(np.exp(-late / _HANDOVER), UNEXPLAINED * _still_waiting(visit)),
        sample=scenario_sample(f"outlasts/{visit.stage.step.id}"),
    )


def _work_ends_between(
    stage: Stage,
    ways: tuple[tuple[Gate, Flags], ...],
    arrival: Reals,
    recorded_at: Reals,
    evidence: StepEvidence,
    as_of: float,
    occurs: Occurs,
    lacks_record: Flags,
) -> tuple[Reals, Reals]:
    """Broadcast to (G, K): the bounds of when the work of a fulfillment that is still in the step ends."""
    if evidence.is_completed:
        earliest = np.zeros_like(recorded_at) if evidence.record_may_be_late else recorded_at - 1.0
        return earliest, recorded_at
    high = np.full((1, SCENARIOS), as_of if evidence.is_dead_lettered else np.inf)
    if _is_given_up(stage, evidence):
        return np.zeros((1, SCENARIOS)), high
    before = stage.completion.threshold(as_of, occurs)[None, :]
    in_step_only = stage.records_show_completion and not evidence.is_dead_lettered
    if in_step_only and not lacks_record.any():
        return before, high
    low = before
    for gate, scenarios in ways:
        least = gate.threshold(as_of, occurs)[None, :]
        if rejected := gate.rejected(as_of):
            # Who comes later than that passes.
            still = gate.with_barriers(b for b in gate.barriers if b not in rejected)
            is_over = arrival >= max(barrier.latest_end for barrier in rejected)
            least = np.where(is_over, still.threshold(as_of, occurs)[None, :], least)
        low = np.where(scenarios, np.minimum(before, least), low)
    return np.where(lacks_record, low, before) if in_step_only else low, high


def _lacks_record(stage: Stage, evidence: StepEvidence, begin: Reals, slowdown: Reals, as_of: float) -> Flags:
    """Where work that began then can no longer be going on, although no record shows its completion, and may
    have been done when something had begun to hold the way on.
    """
    can_lack = stage.records_show_completion and not (evidence.is_completed or evidence.is_dead_lettered)
    begins = [barrier.since for handoff in stage.handoffs for barrier in handoff.gate.barriers]
    if not can_lack or not begins:
        return np.zeros((1, 1), bool)
    begin = _narrow(begin)
    begin = np.where(np.isfinite(begin), begin, as_of)

    def is_done_by(moment: float) -> Flags:
        work = np.maximum(stage.work_within(begin, np.full_like(begin, moment)), 0.0)
        return stage.duration.below(work / slowdown) > 1.0 - UNEXPLAINED

    return is_done_by(as_of) & ~is_done_by(min(begins))


def _rejects_since(stage: Stage, as_of: float) -> float:
    """When the hand-off began to reject: a message in its dead-letter queue was rejected then or later."""
    barriers = (barrier for handoff in stage.handoffs for barrier in handoff.gate.barriers)
    rejecting = (b.since for b in barriers if b.impairment.effect is Effect.REJECTED)
    return min(rejecting, default=as_of)


def _sample(stage: Stage) -> Reals:
    return scenario_sample(f"takes/{stage.step.id}")


def _work(visit: _Visit, begin: Reals) -> Reals:
    """Durations of work that began then, given the bounds of its end."""
    begin = _narrow(begin)
    is_finite = np.isfinite(begin)
    since = np.where(is_finite, begin, 0.0 if visit.stage.opening is None else visit.as_of)
    work_within = visit.stage.work_within
    least = np.maximum(np.where(is_finite, work_within(since, _narrow(visit.low)), 0.0), 0.0)
    most = np.maximum(work_within(since, _narrow(visit.high)), least)
    slowdown = visit.slowdown
    return visit.stage.duration.between(least / slowdown, most / slowdown, _sample(visit.stage)) * slowdown


def _work_before_handover(visit: _Visit, begin: Reals) -> Reals:
    """Durations of work that began then, of what waits at the hand-over: the work was still going on when
    that began to be held up, whatever had kept it until then.
    """
    held_since = np.full(visit.arrival.shape, np.inf)
    for barrier, scenarios in ((b, scenarios) for gate, scenarios in visit.ways for b in gate.barriers):
        is_met = scenarios & (barrier.since <= visit.as_of) & visit.occurs(barrier)
        held_since = np.where(is_met, np.minimum(held_since, barrier.since), held_since)
    held_since = np.minimum(held_since, visit.as_of)
    return _work(replace(visit, low=held_since, high=np.full((1, SCENARIOS), visit.as_of)), begin)


def _narrow(moments: Reals) -> Reals:
    """(.., 1) of (.., K) that are equal in all scenarios, so that what follows is computed once."""
    first = moments[:, :1]
    return first if (moments == first).all() else moments


def _likely_waits(visit: _Visit, waits: Reals) -> Reals:
    """(G, K) of possible waits, sampled by how likely the work is that each leaves before the bounds."""
    is_finite = np.isfinite(visit.high)
    slack = np.where(is_finite, 2.0 * MINUTE, 0.0)
    begin = visit.arrival + waits
    duration = visit.stage.duration
    work_within = visit.stage.work_within
    latest = duration.below(
        work_within(begin, np.where(is_finite, visit.high, 1e18) + slack) / visit.slowdown
    )
    weight = latest - duration.below(work_within(begin, visit.low - slack) / visit.slowdown)
    order = np.argsort(waits, axis=1, kind="stable")
    ascending = np.take_along_axis(waits, order, axis=1)
    cumulative = np.cumsum(np.take_along_axis(np.maximum(weight, 1e-6), order, axis=1), axis=1)
    cumulative /= cumulative[:, -1:]
    sample = scenario_sample(f"held/{visit.stage.step.id}")
    likely = np.empty(waits.shape)
    for n, (weights, values) in enumerate(zip(cumulative, ascending, strict=True)):
        likely[n] = np.interp(sample, weights, values)
    return likely
