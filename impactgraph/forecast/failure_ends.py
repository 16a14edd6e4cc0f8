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
    """For each failure (by bare key) its nominal end, and by how much it ends later than that in each
    future.
    """

    nominal: Mapping[str, Millis]
    shifts: Mapping[str, Reals]
    assumptions: tuple[str, ...]

    def shift(self, failures: Sequence[str], until: Millis) -> Reals:
        """How far a window that ends at `until` moves: with the failure that ends there, else with the
        first.
        """
        known = [key for key in failures if key in self.shifts]
        if not known:
            return np.zeros(SCENARIOS)
        return self.shifts[min(known, key=lambda key: abs(self.nominal[key] - until))]


NO_ENDS = FailureEnds({}, {}, ())


def failure_ends(
    failures: Sequence[Failure],
    as_of: Millis,
    *,
    assumed: Millis | None = None,
    typical: Callable[[Failure], Millis | None] = lambda failure: None,
) -> FailureEnds:
    """`assumed`: asked for, counted from `as_of`; `typical`: the usual length of such a failure where some
    have ended.
    """
    nominal: dict[str, Millis] = {}
    shifts: dict[str, Reals] = {}
    notes: list[str] = []
    for failure in failures:
        end, spread, note = _end_of(failure, as_of, assumed, typical(failure))
        nominal[failure.key] = end
        shifts[failure.key] = spread - end
        if note:
            notes.append(note)
    return FailureEnds(nominal, shifts, tuple(notes))


def _end_of(
    failure: Failure, as_of: Millis, assumed: Millis | None, typical: Millis | None
) -> tuple[Millis, Reals, str | None]:
    if failure.ended_at is not None and (failure.ended_at <= as_of or failure.is_supposed):
        return failure.ended_at, np.full(SCENARIOS, float(failure.ended_at)), None
    if assumed is not None:
        end = max(as_of, failure.started_at) + assumed
        return (
            end,
            np.full(SCENARIOS, float(end)),
            f"{failure.key} recovers {say_duration(assumed)} from {_clock(max(as_of, failure.started_at))}, "
            "as asked.",
        )
    if failure.expected_end is not None:
        spread = _estimate(failure.started_at, failure.expected_end, as_of, failure.key)
        end = round(float(np.median(spread)))
        passed = (
            " The reported end has passed without an end being reported, so it is taken to come soon."
            if failure.expected_end <= as_of
            else ""
        )
        return (
            end,
            spread,
            f"{failure.key} ends about {_clock(failure.expected_end)}, as reported; an estimate, right "
            f"within a fifth of its length.{passed}",
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


def _estimate(started: Millis, expected: Millis, as_of: Millis, key: str) -> Reals:
    """Ends spread evenly over a fifth of the length to either side, given that it has not ended by
    `as_of`.
    """
    slack = REPORT_ERROR * max(expected - started, MINUTE)
    low, high = max(expected - slack, float(as_of)), expected + slack
    if high <= low + MINUTE:
        high = low + max(slack, float(as_of - started) * REPORT_ERROR, float(MINUTE))
    return low + scenario_sample(f"end/{key}") * (high - low)


def _clock(at: Millis) -> str:
    return moment(at).strftime("%Y-%m-%d %H:%M UTC")


def typical_length(failure: Failure, reported: Sequence[Failure], as_of: Millis) -> Millis | None:
    """Median length of ended failures of the same class and element, else of the same class; None where there
    is none.
    """
    ended = [
        f
        for f in reported
        if f.ended_at is not None
        and f.ended_at <= as_of
        and f.failure_class is failure.failure_class
        and f.key != failure.key
    ]
    same = [f for f in ended if f.target == failure.target] or ended
    lengths = sorted(f.ended_at - f.started_at for f in same if f.ended_at is not None)
    return lengths[len(lengths) // 2] if lengths else None
