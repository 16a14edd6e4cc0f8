"""Delay that the failures have caused already: by how much cohorts were held in a step that they have left.

Entry and departure are recorded, the completion of the work often is not, and seldom whether an uncertain
impairment occurred. So every length that the work may have had, with and without each uncertain impairment,
is tried and weighed by how well it explains the departure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.time import HOUR, MINUTE
from impactgraph.forecast.barrier_edges import backlog_end
from impactgraph.forecast.barriers import Barrier, Flags
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.past_holds import Explanation, FirstHold, HoldRecorder, Place, first_hold, pass_all
from impactgraph.forecast.past_variants import Variant, past_variants
from impactgraph.forecast.scenarios import RESIDUAL_LIKELIHOOD, SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.stage import Handoff, Stage
from impactgraph.forecast.visit_gates import VisitGates, delays_about_as_reported

_LEAST = 1e-6
"""Weight below which nothing is explained."""
_GOOD = 1.0
"""Weight of what explains a visit as well as one scenario that fits it."""
_LEAST_FAR = 1e-3
_LONGEST_REPLAY = 2.0 * HOUR
"""What was rejected is replayed at any moment within about this time, so each has a small likelihood."""

Cohorts = NDArray[np.intp]
_Likelihood = Callable[[Reals], Reals]
"""Of a recorded moment, relative to the likeliest; by how much the model is after it, in units of the error.
"""


@dataclass(frozen=True)
class _Attempt:
    """A way to explain visits."""

    likelihood: _Likelihood
    enough: float = _LEAST
    """Weight above which a visit has been explained and is left alone."""
    shortens_delays: bool = False
    """Whether a delay may have been shorter than was reported."""
    begins_earlier: bool = False
    """Whether an outage may have begun before its reported start."""


@dataclass(frozen=True)
class PastDelay:
    """Each (G,): the chance that a cohort was held, for how long where it was (milliseconds), and by what."""

    chance: Reals
    delay: Reals
    first: FirstHold

    @staticmethod
    def none(cohorts: int) -> "PastDelay":
        nothing = FirstHold(
            np.full(cohorts, -1, np.int16), np.zeros(cohorts, np.int16), np.full(cohorts, np.nan)
        )
        return PastDelay(np.zeros(cohorts), np.zeros(cohorts), nothing)

    def take(self, at: Cohorts) -> "PastDelay":
        """Those of some of the cohorts, by position."""
        first = FirstHold(self.first.impairment[at], self.first.place[at], self.first.at[at])
        return PastDelay(self.chance[at], self.delay[at], first)

    def put(self, at: Cohorts, other: "PastDelay") -> None:
        """Replaces the cohorts at some positions."""
        self.chance[at] = other.chance
        self.delay[at] = other.delay
        self.first.impairment[at] = other.first.impairment
        self.first.place[at] = other.first.place
        self.first.at[at] = other.first.at


@dataclass(frozen=True)
class PastVisits:
    """Completed visits of cohorts to one step, each (G,); moments in milliseconds."""

    entered_at: Reals
    left_at: Reals
    completion_recorded_at: Reals
    """NaN where it is not recorded."""
    slowdown: Reals
    """How much longer than usual the step takes there."""
    has_error: bool = False
    """An error of an impaired element was reported for these visits."""

    def __len__(self) -> int:
        return len(self.entered_at)

    def take(self, at: Cohorts) -> "PastVisits":
        """Those of some of the cohorts, by position."""
        return PastVisits(
            entered_at=self.entered_at[at],
            left_at=self.left_at[at],
            completion_recorded_at=self.completion_recorded_at[at],
            slowdown=self.slowdown[at],
            has_error=self.has_error,
        )


def past_delay(stage: Stage, handoff: Handoff | None, visits: PastVisits, tolerance: float) -> PastDelay:
    """Of cohorts that left `stage` by `handoff` (None: the end of the workflow).

    A barrier that was still closed when a cohort left did not hold it. A visit that is shorter than a delay
    that was reported was held for less, or not at all. One that is longer than this can explain was rejected
    and replayed where it may have been, else held by what it met and something unknown.
    """
    gates = VisitGates(stage, handoff.gate if handoff else Gate(), tolerance)
    estimate = PastDelay.none(len(visits))
    meets = [_may_meet(barrier, visits) for barrier in gates.barriers]
    for at in _by_flags(meets, np.arange(len(visits))):
        met = [b for b, flags in zip(gates.barriers, meets, strict=True) if flags[at[0]]]
        estimate.put(at, _past_delay(gates.with_barriers(met), visits.take(at)))
    return estimate


def _may_meet(barrier: Barrier, visits: PastVisits) -> Flags:
    """(G,) whether visits may have met a barrier, or the backlog behind it."""
    return (visits.left_at >= barrier.earliest_start) & (visits.entered_at < backlog_end(barrier))


def _past_delay(gates: VisitGates, visits: PastVisits) -> PastDelay:
    """Of cohorts that may have met all the barriers."""
    estimate, weight = _estimate(gates, visits, _has_replays(gates, visits), _Attempt(_near))
    for attempt in _ATTEMPTS:
        for at in _by_closed_barriers(gates, visits, np.flatnonzero(weight <= attempt.enough)):
            is_last = attempt.likelihood is _far
            open_gates = gates.without_closed_at(float(visits.left_at[at[0]]), keeps_rejecting=is_last)
            if attempt.shortens_delays and not open_gates.slow_barriers:
                continue
            of_group = visits.take(at)
            if attempt.begins_earlier and not open_gates.may_have_held_before(of_group.entered_at).any():
                continue
            again, weights = _estimate(open_gates, of_group, np.full(len(at), is_last), attempt)
            is_better = np.flatnonzero(weights > weight[at])
            estimate.put(at[is_better], again.take(is_better))
            weight[at] = np.maximum(weight[at], weights)
    return estimate


def _closed_mask(barrier: Barrier, at: Reals) -> Flags:
    return (barrier.since <= at) & (at < float(barrier.until.min()))


def _has_replays(gates: VisitGates, visits: PastVisits) -> Flags:
    """(G,) whether nothing rejected any more when a cohort left: it may have been replayed."""
    rejecting = [b for b in gates.barriers if b.impairment.effect is Effect.REJECTED and b.is_certain]
    is_closed = [_closed_mask(barrier, visits.left_at) for barrier in rejecting]
    return ~np.logical_or.reduce([np.zeros(len(visits), bool), *is_closed])


def _by_closed_barriers(gates: VisitGates, visits: PastVisits, at: Cohorts) -> list[Cohorts]:
    """Positions `at`, divided by the barriers that were closed when the visits ended."""
    if not len(at) or not gates.barriers:
        return [at] if len(at) else []
    return _by_flags([_closed_mask(barrier, visits.left_at[at]) for barrier in gates.barriers], at)


def _by_flags(every: Sequence[Flags], at: Cohorts) -> list[Cohorts]:
    """Positions `at`, divided by the flags that they have, each (len(at),)."""
    pattern = np.zeros(len(at), np.intp)
    for flags in every:
        _, pattern = np.unique(pattern * 2 + flags, return_inverse=True)
    return [at[pattern == n] for n in range(int(pattern.max()) + 1)]


def _estimate(
    gates: VisitGates, visits: PastVisits, has_replays: Flags, attempt: _Attempt
) -> tuple[PastDelay, Reals]:
    """The delay, and the weight (G,) of what explains the departure; no delay where hardly anything does."""
    variants = past_variants(gates.stage, gates.gate, has_error=visits.has_error)
    likelihood = attempt.likelihood
    if likelihood is _far and any(map(gates.leaves_to_person, variants)):
        variants = [_standing_still(gates, variant) for variant in variants]
    if attempt.begins_earlier:
        visits = replace(visits, entered_at=gates.stage.start.first_met_at(visits.entered_at, np.inf))
        gates = replace(gates, length_counts=True)
    if attempt.shortens_delays:
        explanations = [each for variant in variants for each in _explain_sooner(gates, visits, variant)]
    else:
        explanations = [_explain(gates, visits, has_replays, variant, likelihood) for variant in variants]
    delay, weight = explanations[0].delay, explanations[0].weight
    if len(explanations) > 1:
        delay = np.concatenate([each.delay for each in explanations], axis=1)
        weight = np.concatenate([each.weight for each in explanations], axis=1)
    held_weight = weight * (delay > min(float(MINUTE), gates.tolerance))
    total, hold_sum = weight.sum(axis=1), held_weight.sum(axis=1)
    is_explained = total > _LEAST
    chance = np.where(is_explained, hold_sum / np.maximum(total, 1e-300), 0.0)
    mean = (held_weight * delay).sum(axis=1) / np.maximum(hold_sum, 1e-300)
    first = first_hold(explanations, held_weight, gates.tolerance)
    first.impairment[chance <= 0] = -1
    return PastDelay(chance, np.where(chance > 0, mean, 0.0), first), total


def _standing_still(gates: VisitGates, variant: Variant) -> Variant:
    """The variant of a visit that lasted longer than anything explains: who waits for a person may do so for
    long, but hardly anything else stands still.
    """
    return (
        variant
        if gates.leaves_to_person(variant)
        else replace(variant, weight=variant.weight * RESIDUAL_LIKELIHOOD)
    )


@dataclass(frozen=True)
class _Moments:
    """Moments of visits, (G, 1) but for `arrival` (G, K)."""

    arrival: Reals
    left_at: Reals
    recorded_at: Reals
    is_recorded: Flags
    error: Reals
    """Within what a model of a visit gives a moment: a minute, or a twentieth of the visit."""

    @staticmethod
    def of(visits: PastVisits) -> "_Moments":
        entered_at, left_at = visits.entered_at[:, None], visits.left_at[:, None]
        recorded_at = visits.completion_recorded_at[:, None]
        return _Moments(
            arrival=np.broadcast_to(entered_at, (len(visits), SCENARIOS)),
            left_at=left_at,
            recorded_at=recorded_at,
            is_recorded=~np.isnan(recorded_at),
            error=np.maximum(float(MINUTE), 0.05 * (left_at - entered_at)),
        )


@dataclass(frozen=True)
class _Work:
    """The work of visits (G, K): its end with and without the failures, whether it was rejected, and the
    weight of each scenario by the recorded completion.
    """

    completion: Reals
    usual_completion: Reals
    is_rejected: Flags
    weight: Reals


def _explain(
    gates: VisitGates, visits: PastVisits, has_replays: Flags, variant: Variant, likelihood: _Likelihood
) -> Explanation:
    moments = _Moments.of(visits)
    left_at, scheduled_at = moments.left_at, gates.gate.scheduled_departures
    recorder = HoldRecorder(left_at, left_at + moments.error)
    work = _work(gates.stage, visits, moments, variant, recorder, likelihood)
    departure = recorder.departures(variant.gate(gates.gate), work.completion, Place.HANDOFF)
    is_rejected = work.is_rejected | np.isinf(departure)
    usual = scheduled_at(work.usual_completion)
    departure = np.where(is_rejected, np.maximum(left_at, usual), departure)
    ordinary_fit = likelihood((departure - left_at) / moments.error)
    if likelihood is _far and gates.leaves_to_person(variant):
        # A person may be later than is usual, and sooner than the same call fails again.
        ordinary_fit = np.maximum(ordinary_fit, _LEAST_FAR)
        departure = np.broadcast_to(left_at, departure.shape)
    can_be_replay = has_replays[:, None] & (work.completion <= left_at)
    replay_fit = np.where(can_be_replay, moments.error * np.sqrt(2 * np.pi) / _LONGEST_REPLAY, 0.0)
    wait = departure - scheduled_at(work.completion)
    is_known = moments.is_recorded & (wait > MINUTE)
    # Where the completion is known, so is the wait for the hand-off, whatever was reported of it.
    ordinary_fit = np.where(is_known, 1.0, ordinary_fit)
    if gates.only_start_holds:
        # What came before the reported start of an outage is held only if its length says so.
        is_certain = ~gates.may_have_held_before(visits.entered_at)[:, None]
        replay_fit = np.where(is_certain, can_be_replay, replay_fit)
        ordinary_fit = np.where(is_certain, 1.0, ordinary_fit)
    weight = work.weight * np.where(is_rejected, replay_fit, ordinary_fit)
    own_wait = np.minimum(np.maximum(left_at - scheduled_at(work.completion), 0.0), 2.0 * wait)
    departure = np.where(is_known, scheduled_at(work.completion) + own_wait, departure)
    return Explanation(np.maximum(departure - usual, 0.0), weight, recorder)


def _explain_sooner(gates: VisitGates, visits: PastVisits, variant: Variant) -> Iterator[Explanation]:
    """Visits that left sooner than the reported delays allow: held for less, or not at all. Before a visit is
    looked at, either is as likely; one standard deviation of a delay is a factor of e.
    """
    moments = _Moments.of(visits)
    left_at = moments.left_at
    recorder = HoldRecorder(left_at, left_at + moments.error)
    work = _work(gates.stage, visits, moments, variant, recorder, _near)
    gate = variant.gate(gates.gate)
    reported = recorder.departures(gate, work.completion, Place.HANDOFF)
    free = pass_all(
        gate.with_barriers(b for b in gate.barriers if not delays_about_as_reported(b)), work.completion
    )
    usual = gates.gate.scheduled_departures(work.usual_completion)
    weight = 0.5 * np.where(work.is_rejected | np.isinf(reported), 0.0, work.weight)
    is_held = (free < left_at) & (left_at < reported)
    begin = np.where(is_held, free, left_at - 1.0)
    hold = np.maximum(left_at - begin, 1.0)
    distance = np.log((np.where(is_held, reported, left_at) - begin) / hold)
    held_fit = np.where(is_held, _near(distance) * moments.error / hold, 0.0)
    yield Explanation(np.maximum(left_at - usual, 0.0), weight * held_fit, recorder)
    free_fit = _near(np.nan_to_num((free - left_at) / moments.error, posinf=np.inf))
    yield Explanation(np.maximum(np.minimum(free, left_at) - usual, 0.0), weight * free_fit, recorder)


def _work(
    stage: Stage,
    visits: PastVisits,
    moments: _Moments,
    variant: Variant,
    recorder: HoldRecorder,
    likelihood: _Likelihood,
) -> _Work:
    arrival, recorded_at = moments.arrival, moments.recorded_at
    begin = recorder.departures(variant.gate(stage.start), arrival, Place.START)
    is_rejected = np.isinf(begin)
    # What was closed for longer than the visit did not hold it; of what occurs by chance the weight says so.
    occurs_by_chance = bool(variant.occurred) or any(b.impairment.hold for b in stage.start.barriers)
    did_not_hold = (begin > moments.left_at) & (not occurs_by_chance)
    usual_begin = stage.start.scheduled_departures(arrival)
    # What was done while the location was closed did not wait for its opening.
    usual_begin = np.where(usual_begin > moments.left_at, arrival, usual_begin)
    begin = np.where(is_rejected, usual_begin, begin)
    if did_not_hold.any():
        held = _held_until(variant.gate(stage.start), usual_begin, moments.left_at)
        begin = np.where(did_not_hold, held, begin)
    work = stage.durations(scenario_sample(f"takes/{stage.step.id}"), visits.slowdown)
    usual_completion = stage.done_at(usual_begin, work)
    done_at = stage.done_at(begin, work)
    completion = recorder.departures(variant.gate(stage.completion), done_at, Place.COMPLETION)
    is_rejected = is_rejected | np.isinf(completion)
    completion = np.where(is_rejected, done_at, completion)
    weight = np.full(completion.shape, variant.weight)
    if not moments.is_recorded.any():
        return _Work(completion, usual_completion, is_rejected, weight)
    if variant.gate(stage.start) or variant.gate(stage.completion):
        fit = np.nan_to_num(likelihood((completion - recorded_at) / moments.error))
        weight = np.where(moments.is_recorded, weight * fit, weight)
    late = np.where(is_rejected, 0.0, completion - usual_completion)
    return _Work(
        completion=np.where(moments.is_recorded, recorded_at, completion),
        usual_completion=np.where(moments.is_recorded, recorded_at - late, usual_completion),
        is_rejected=is_rejected,
        weight=weight,
    )


def _held_until(gate: Gate, arrival: Reals, left_at: Reals) -> Reals:
    """Departures from a gate all of whose barriers together would have held a visit for longer than it
    lasted: behind those, one after another, that did not.
    """
    departure = arrival
    for barrier in gate.barriers:
        later = pass_all(gate.with_barriers((barrier,)), departure)
        departure = np.where(later <= left_at, later, departure)
    return departure


def _near(distance: Reals) -> Reals:
    return np.exp(-0.5 * distance**2)


def _far(distance: Reals) -> Reals:
    """As `_near`, but what came much later may have been held by something else too."""
    return np.where(distance < 0, np.maximum((1.0 + distance**2) ** -2, _LEAST_FAR), _near(distance))


_ATTEMPTS = (
    _Attempt(_near),
    _Attempt(_near, enough=_GOOD, shortens_delays=True),
    _Attempt(_near, begins_earlier=True),
    _Attempt(_far),
)
"""One after another, for the visits that no earlier one explains well enough."""
