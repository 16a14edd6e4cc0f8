"""Ends of failures in all scenarios: as recorded, reported or assumed, with the error of the estimate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.failure import Failure
from graph_models.impact import DEFAULT_RECOVERY
from graph_models.time import MINUTE, Millis, moment, say_duration
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample

REPORT_ERROR = 0.2
"""A reported end is an estimate, right within this part of the failure's length."""


@dataclass(frozen=True)
class FailureEnds:
    """Nominal end of each failure (by bare key), and how much later it ends in each scenario."""

    nominal: Mapping[str, Millis]
    shifts: Mapping[str, Reals]
    assumptions: tuple[str, ...]

    def shift(self, failures: Sequence[str], until: Millis) -> Reals:
        """(K,) shift of a window that ends at `until`: that of the failure whose nominal end is nearest."""
        failures_with_shift = [key for key in failures if key in self.shifts]
        if not failures_with_shift:
            return np.zeros(SCENARIOS)
        return self.shifts[min(failures_with_shift, key=lambda key: abs(self.nominal[key] - until))]


NO_ENDS = FailureEnds({}, {}, ())


def failure_ends(
    failures: Sequence[Failure],
    as_of: Millis,
    *,
    recovery_time: Millis | None = None,
    typical: Callable[[Failure], Millis | None] = lambda failure: None,
) -> FailureEnds:
    """Ends of the failures, and the assumptions behind them.

    `recovery_time`: assumed by the question, counted from `as_of`; `typical`: the usual length of such a
    failure, where similar ones have ended.
    """
    nominal: dict[str, Millis] = {}
    shifts: dict[str, Reals] = {}
    notes: list[str] = []
    for failure in failures:
        end, spread, note = _end_of(failure, as_of, recovery_time, typical(failure))
        nominal[failure.key] = end
        shifts[failure.key] = spread - end
        if note:
            notes.append(note)
    return FailureEnds(nominal, shifts, tuple(notes))


def _end_of(
    failure: Failure, as_of: Millis, recovery_time: Millis | None, typical: Millis | None
) -> tuple[Millis, Reals, str | None]:
    if failure.ended_at is not None and (failure.ended_at <= as_of or failure.is_supposed):
        return failure.ended_at, np.full(SCENARIOS, float(failure.ended_at)), None
    if recovery_time is not None:
        end = max(as_of, failure.started_at) + recovery_time
        return (
            end,
            np.full(SCENARIOS, float(end)),
            f"{failure.key} recovers {say_duration(recovery_time)} from "
            f"{_clock(max(as_of, failure.started_at))}, "
            "as asked.",
        )
    if failure.expected_end is not None:
        spread = _estimate(failure.started_at, failure.expected_end, as_of, failure.key)
        end = round(float(np.median(spread)))
        overdue_note = (
            " That moment has passed and no end was reported; the forecast assumes that it ends soon."
            if failure.expected_end <= as_of
            else ""
        )
        return (
            end,
            spread,
            f"{failure.key} ends around {_clock(failure.expected_end)}, as reported: an estimate, "
            f"+/- 20 % of its length.{overdue_note}",
        )
    length, how = (
        (typical, "as failures of this kind did before")
        if typical is not None
        else (DEFAULT_RECOVERY, "the default, as no end is known")
    )
    end = max(failure.started_at + length, as_of + length // 4)
    spread = _estimate(failure.started_at, end, as_of, failure.key)
    return (
        end,
        spread,
        f"{failure.key} is assumed to recover about {_clock(end)}: {say_duration(length)} is {how}.",
    )


def _estimate(started_at: Millis, expected_end: Millis, as_of: Millis, key: str) -> Reals:
    """(K,) ends spread evenly over a fifth of the length to either side, given that none is before
    `as_of`.
    """
    slack = REPORT_ERROR * max(expected_end - started_at, MINUTE)
    low = max(expected_end - slack, float(as_of))
    high = expected_end + slack
    if high <= low + MINUTE:
        high = low + max(slack, float(as_of - started_at) * REPORT_ERROR, float(MINUTE))
    return low + scenario_sample(f"end/{key}") * (high - low)


def _clock(at: Millis) -> str:
    return moment(at).strftime("%Y-%m-%d %H:%M UTC")


def typical_length(failure: Failure, failures: Sequence[Failure], as_of: Millis) -> Millis | None:
    """Median length of ended failures of the same class and element, else of the same class; None without
    any.
    """
    former_failures = [
        f
        for f in failures
        if f.ended_at is not None
        and f.ended_at <= as_of
        and f.failure_class is failure.failure_class
        and f.key != failure.key
    ]
    same = [f for f in former_failures if f.target == failure.target] or former_failures
    lengths = sorted(f.ended_at - f.started_at for f in same if f.ended_at is not None)
    return lengths[len(lengths) // 2] if lengths else None
