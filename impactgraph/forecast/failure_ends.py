"""Ends of failures in all scenarios: as recorded, reported or assumed, with the error of the estimate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import DEFAULT_RECOVERY
from graph_models.time import MINUTE, Millis, say_duration
from graph_models.topology import Topology
from graph_models.zones import UTC, TextClock
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.names import failure_label

REPORT_ERROR = 0.2
"""A reported length is an estimate, wrong by at most this part of the true one."""


@dataclass(frozen=True)
class FailureEnds:
    """Nominal end of each failure (by bare key), and how much later it ends in each scenario."""

    nominal: Mapping[str, Millis]
    shifts: Mapping[str, Reals]
    assumptions: tuple[str, ...]

    def shift(self, failures: Sequence[str], until: Millis) -> Reals:
        """(K,) shift of a window that ends at `until`, with the failure whose nominal end is nearest.

        Several failures have to last together for it: in each scenario it ends with the first of them.
        """
        failures_with_shift = [key for key in failures if key in self.shifts]
        if not failures_with_shift:
            return np.zeros(SCENARIOS)
        end = min((self.nominal[key] for key in failures_with_shift), key=lambda end: abs(end - until))
        lasting = (key for key in failures_with_shift if self.nominal[key] >= end)
        return np.minimum.reduce([self.nominal[key] - end + self.shifts[key] for key in lasting])

    def no_later(self, limits: Mapping[str, Millis]) -> "FailureEnds":
        """The ends where some failures, by bare key, end at a moment unless they have ended before it."""
        nominal = {key: min(end, limits.get(key, end)) for key, end in self.nominal.items()}
        shifts = {
            key: np.minimum(self.nominal[key] + shift, limits[key]) - nominal[key] if key in limits else shift
            for key, shift in self.shifts.items()
        }
        return FailureEnds(nominal, shifts, self.assumptions)

    def of(self, keys: Mapping[str, str]) -> "FailureEnds":
        """The ends by other keys: each gets the end of the failure that it stands for."""
        return FailureEnds(
            nominal={key: self.nominal[own] for key, own in keys.items()},
            shifts={key: self.shifts[own] for key, own in keys.items()},
            assumptions=self.assumptions,
        )


NO_ENDS = FailureEnds({}, {}, ())


@dataclass(frozen=True)
class AssumptionTexts:
    """What the texts of assumptions are written with: the time zone of their times, the names of elements."""

    timezone: str = UTC
    topology: Topology = field(default_factory=Topology)


_PLAIN_TEXTS = AssumptionTexts()


def failure_ends(
    failures: Sequence[Failure],
    as_of: Millis,
    *,
    recovery_time: Millis | None = None,
    typical: Callable[[Failure], Millis | None] = lambda failure: None,
    runs: Callable[[Failure], Calendar | None] = lambda failure: None,
    texts: AssumptionTexts = _PLAIN_TEXTS,
) -> FailureEnds:
    """Ends of the failures, and the assumptions behind them.

    `recovery_time`: assumed by the question, counted from `as_of`; `typical`: the usual length of such a
    failure, where similar ones have ended; `runs`: the schedule of what missed a run; `texts`: how the
    assumptions are written.
    """
    clock = TextClock(as_of, texts.timezone)
    nominal: dict[str, Millis] = {}
    shifts: dict[str, Reals] = {}
    notes: list[str] = []
    for failure in failures:
        end, spread, note = _end_of(failure, clock, recovery_time, typical(failure))
        calendar = runs(failure) if failure.ended_at is None and failure.expected_end is not None else None
        if calendar is not None and spread.min() < spread.max():
            end, spread, note = _at_run(failure, clock, spread, calendar)
        nominal[failure.key] = end
        shifts[failure.key] = spread - end
        if note:
            notes.append(f"{_name(texts.topology, failure)} {note}")
    return FailureEnds(nominal, shifts, tuple(notes))


_End = tuple[Millis, Reals, str | None]
"""Nominal end, (K,) end in each scenario, and the assumption behind it: what the failure does."""


def _end_of(failure: Failure, clock: TextClock, recovery_time: Millis | None, typical: Millis | None) -> _End:
    """As stated where the end is known, also one in the future; else the reported estimate while that has
    not passed; else as the question assumes; else an estimate.
    """
    if failure.ended_at is not None:
        return failure.ended_at, np.full(SCENARIOS, float(failure.ended_at)), None
    expected_end = failure.expected_end
    is_past = expected_end is not None and expected_end <= clock.now
    if recovery_time is not None and (expected_end is None or is_past):
        return _as_asked(failure, clock, recovery_time)
    if expected_end is not None:
        return _as_reported(failure, expected_end, clock)
    return _as_usual(failure, clock, typical)


def _as_asked(failure: Failure, clock: TextClock, recovery_time: Millis) -> _End:
    since = max(clock.now, failure.started_at)
    end = since + recovery_time
    note = f"recovers {say_duration(recovery_time)} from {clock.dated(since)}, as asked."
    return end, np.full(SCENARIOS, float(end)), note


def _as_reported(failure: Failure, expected_end: Millis, clock: TextClock) -> _End:
    as_of = clock.now
    end, spread = _estimate(failure.started_at, expected_end, as_of, failure.key)
    if expected_end <= as_of:
        note = (
            f"should have ended {_ago(expected_end, as_of)}, around "
            f"{clock.dated(expected_end)}; no end reported. The forecast assumes that it ends soon."
        )
    else:
        note = (
            f"ends around {clock.dated(expected_end)}, as {_verb(failure)}: an estimate, "
            "+/- 20 % of its length."
        )
    return end, spread, note


def missed_runs(topology: Topology) -> Callable[[Failure], Calendar | None]:
    """By failure: the schedule of the integration that missed a run; None for failures of other classes."""

    def runs(failure: Failure) -> Calendar | None:
        if failure.failure_class is not FailureClass.MISSED_RUN:
            return None
        integration = topology.integrations.get(failure.target.removeprefix("integration:"))
        return Calendar(integration.schedule) if integration and integration.schedule else None

    return runs


def _at_run(failure: Failure, clock: TextClock, spread: Reals, calendar: Calendar) -> _End:
    """Ends of a failure that missed runs: each the run that goes again.

    Whoever estimates such an end means a run. Where runs are further apart than the estimate is uncertain, it
    is the nearest one, even if that leaves shortly before the estimate; where they are closer, the first one
    after it.
    """
    assert failure.expected_end is not None, "only an estimate is one of a run"
    length = max(failure.expected_end - failure.started_at, MINUTE)
    early = max(calendar.typical_wait - (length - length / (1 + REPORT_ERROR)), 0.0)
    runs = calendar.run_from(np.maximum(spread - early, float(clock.now)))
    end = round(float(np.median(runs)))
    run = f"the run at about {clock.dated(end)}"
    note = f"ends with {run}, by the {_verb(failure)} end: an estimate."
    return end, runs, note


def _name(topology: Topology, failure: Failure) -> str:
    """Its label at the beginning of a sentence."""
    label = failure_label(topology, failure)
    return label[0].upper() + label[1:] if failure.is_supposed else label


def _verb(failure: Failure) -> str:
    return "supposed" if failure.is_supposed else "reported"


def _ago(at: Millis, as_of: Millis) -> str:
    return f"{say_duration(as_of - at)} ago" if as_of - at >= MINUTE else "just now"


def _as_usual(failure: Failure, clock: TextClock, typical: Millis | None) -> _End:
    as_of = clock.now
    length = DEFAULT_RECOVERY if typical is None else typical
    reason = "the default, as no end is known" if typical is None else "as failures of this kind did before"
    end = max(failure.started_at + length, as_of + length // 4)
    _, spread = _estimate(failure.started_at, end, as_of, failure.key)
    recovery = f"is assumed to recover about {clock.dated(end)}"
    note = f"{recovery}: {say_duration(length)} is {reason}."
    return end, spread, note


def _estimate(started_at: Millis, expected_end: Millis, as_of: Millis, key: str) -> tuple[Millis, Reals]:
    """The middle one of (K,) ends of a failure whose reported end is an estimate, and these ends: none is
    before `as_of`.

    An estimate is wrong by up to a fifth of the true length, to either side alike: a failure of five hours
    is reported to last for four to six. As nothing else is known of the length (each order of magnitude is as
    likely as the next), the reported length divided by the true one is spread evenly from 0.8 to 1.2, and an
    end can be later than reported by more than it can be earlier. A failure that has lasted for longer than
    that ends within a fifth of its age.
    """
    length = float(max(expected_end - started_at, MINUTE))
    age = float(as_of - started_at)
    shortest = max(length / (1 + REPORT_ERROR), age)
    longest = max(length / (1 - REPORT_ERROR), age * (1 + REPORT_ERROR))
    quotients = length / shortest + scenario_sample(f"end/{key}") * (length / longest - length / shortest)
    return started_at + round(length / float(np.median(quotients))), started_at + length / quotients


def typical_length(failure: Failure, failures: Sequence[Failure], as_of: Millis) -> Millis | None:
    """Median length of ended failures of the same class and element, else of the same class; None without
    any.

    Former episodes count, its own too; a failure that was called off before it started has no length.
    """
    former_failures = [
        (each.target, each.ended_at - each.started_at)
        for other in failures
        for each in other.episodes
        if each.ended_at is not None
        and each.started_at < each.ended_at <= as_of
        and each.failure_class is failure.failure_class
        and (each.key, each.started_at) != (failure.key, failure.started_at)
    ]
    same_target = [length for target, length in former_failures if target == failure.target]
    lengths = sorted(same_target or [length for _, length in former_failures])
    return lengths[len(lengths) // 2] if lengths else None
