"""Figures on orders: promises kept by channel, errors per step, and money in late postings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.money import MICROS, Money
from graph_models.time import DAY, Millis
from graph_models.topology import Topology
from impactgraph.columns import CANCELLED, COMPLETED, NO_AMOUNT, Columns, Ints
from impactgraph.measures.money_days import money_days
from impactgraph.measures.periods import Period
from impactgraph.topology.collection import promise_step

NOT_KEPT = np.iinfo(np.int64).max
"""Moment of what has not happened yet."""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """Promises whose moment is in a period, of one channel."""

    period: str
    channel: str
    promises: int
    kept: int

    @property
    def share(self) -> float:
        return self.kept / self.promises


@dataclass(frozen=True, slots=True)
class StepErrors:
    """Of a step in a period; without steps that nothing entered."""

    period: str
    step: str
    """Full id."""
    entered: int
    """Fulfillments that entered it in the period; one that entered it several times did so when it last did.
    """
    failed: int
    """Those of them that have an error in it."""
    name: str = ""
    """As people call it, with its workflow."""

    @property
    def rate(self) -> float:
        return self.failed / self.entered


@dataclass(frozen=True, slots=True)
class LatePostings:
    """Postings of a type that were due in or before a period and late in it."""

    period: str
    type: str
    postings: int
    money_days: tuple[Money, ...]
    """By currency: amount times days of the period after it was due and before it came."""


def kept_at(topology: Topology, columns: Columns) -> Ints:
    """(orders,) when the last fulfillment of each order kept its promise: it was complete, or ready to
    collect; NOT_KEPT where one has not yet. Cancelled fulfillments promise nothing.
    """
    f = columns.fulfillments
    moments = np.where(f.status == COMPLETED, f.ended_at, NOT_KEPT)
    for code, words in enumerate(columns.dictionaries.workflows):
        workflow = topology.workflows.get(words.key)
        step = promise_step(workflow) if workflow is not None else None
        if step is None or step.key not in words.steps:
            continue
        rows = np.flatnonzero(f.workflow == code)
        ready_at = f.entered_step_at[rows, words.steps.index(step.key)]
        moments[rows] = np.where(ready_at > 0, ready_at, moments[rows])
    moments[f.status == CANCELLED] = 0
    last = np.zeros(len(columns.orders), np.int64)
    np.maximum.at(last, f.order, moments)
    return last


def service_levels(
    columns: Columns, promise_keeping: Ints, periods: Sequence[Period], at: Millis
) -> tuple[ServiceLevel, ...]:
    """By period and channel, of promises whose moment has passed by `at`; `kept`: as `kept_at`."""
    promised_by = columns.orders.promised_by
    is_asked = (promised_by > 0) & (promised_by <= at) & (promise_keeping > 0)
    names = columns.dictionaries.channels.values
    levels: list[ServiceLevel] = []
    for period in periods:
        rows = np.flatnonzero(is_asked & (promised_by >= period.start) & (promised_by < period.end))
        channels = columns.orders.channel[rows]
        totals = np.bincount(channels, minlength=len(names))
        in_time = np.bincount(channels[promise_keeping[rows] <= promised_by[rows]], minlength=len(names))
        levels += [
            ServiceLevel(period.key, names[code] or "", int(totals[code]), int(in_time[code]))
            for code in np.flatnonzero(totals).tolist()
        ]
    return tuple(sorted(levels, key=lambda each: (each.period, each.channel)))


def step_errors(columns: Columns, periods: Sequence[Period]) -> tuple[StepErrors, ...]:
    """By period and step, those with errors first."""
    found: list[StepErrors] = []
    for code, words in enumerate(columns.dictionaries.workflows):
        rows = np.flatnonzero(columns.fulfillments.workflow == code)
        for step, key in enumerate(words.steps):
            entered_at, is_failed = _entries(columns, rows, step)
            totals = _by_period(entered_at, periods)
            failures = _by_period(entered_at[is_failed], periods)
            found += [
                StepErrors(period.key, f"step:{words.key}/{key}", entered, failed)
                for period, entered, failed in zip(periods, totals, failures, strict=True)
                if entered
            ]
    return tuple(sorted(found, key=lambda each: (each.period, -each.rate, each.step)))


def _entries(columns: Columns, rows: NDArray[np.intp], step: int) -> tuple[Ints, NDArray[np.bool_]]:
    """When each of these fulfillments last entered the step, 0 where it has not; whether it has an error in
    it. One of which only an error is known entered the step then.
    """
    errors = columns.errors
    which = errors.step == step
    first_error_at = np.full(len(columns.fulfillments), NOT_KEPT)
    np.minimum.at(first_error_at, errors.fulfillment[which], errors.at[which])
    error_at = first_error_at[rows]
    is_failed = error_at < NOT_KEPT
    entered_at = columns.fulfillments.entered_step_at[rows, step]
    return np.where(is_failed & (entered_at == 0), error_at, entered_at), is_failed


def _by_period(moments: Ints, periods: Sequence[Period]) -> Sequence[int]:
    """How many are in each of the periods, which follow each other."""
    ends = np.array([period.end for period in periods])
    asked_for = moments[(moments >= periods[0].start) & (moments < periods[-1].end)]
    return np.bincount(np.searchsorted(ends, asked_for, side="right"), minlength=len(periods)).tolist()


@dataclass(frozen=True)
class Postings:
    """One a posting that a passed step causes."""

    type: Sequence[str]
    """By code."""
    code: NDArray[np.int64]
    due: Ints
    came: Ints
    """The moment of the question where it has not come."""
    micros: Ints
    currency: Sequence[str]
    """By code."""
    of_currency: NDArray[np.int64]


def late_postings(postings: Postings, periods: Sequence[Period]) -> tuple[LatePostings, ...]:
    """By period and type, the types by name."""
    return tuple(each for period in periods for each in _late_in(postings, period))


def _late_in(postings: Postings, period: Period) -> Iterator[LatePostings]:
    span = np.minimum(postings.came, period.end) - np.maximum(postings.due, period.start)
    is_late = (span > 0) & (postings.micros != NO_AMOUNT)
    for code, name in sorted(enumerate(postings.type), key=lambda each: each[1]):
        which = np.flatnonzero(is_late & (postings.code == code))
        if len(which):
            days = span[which] / DAY
            amounts = postings.micros[which] / MICROS
            sums = money_days(postings.currency, postings.of_currency[which], amounts * days)
            yield LatePostings(period.key, name, len(which), sums)
