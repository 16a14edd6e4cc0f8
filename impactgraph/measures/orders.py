"""Figures on orders: promises kept by channel, errors per step, and money in late postings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.money import MICROS, Money
from graph_models.time import DAY, Millis
from graph_models.topology import Topology
from impactgraph.columns import CANCELLED, COMPLETED, NO_AMOUNT, Codes, Columns, Ints, Visits
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
    """Visits that began in the period."""
    failed: int
    """Fulfillments with an error in the step in the period."""

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


def step_errors(
    columns: Columns, visits: Visits, periods: Sequence[Period], most_visits: int
) -> tuple[StepErrors, ...]:
    """By period and step, those with errors first. Steps of which only the latest `most_visits` are known are
    left out of periods that begin before these.
    """
    names = [
        (code, step, f"step:{words.key}/{key}")
        for code, words in enumerate(columns.dictionaries.workflows)
        for step, key in enumerate(words.steps)
    ]
    errors: list[StepErrors] = []
    for code, step, name in names:
        entered_at = visits.entered_at[(visits.workflow == code) & (visits.step == step)]
        failures = _failures(columns, code, step)
        is_cut = len(entered_at) >= most_visits
        errors += [
            StepErrors(period.key, name, entries, _distinct(failures, period))
            for period in periods
            if not is_cut or entered_at.min() <= period.start
            if (entries := int(((entered_at >= period.start) & (entered_at < period.end)).sum()))
        ]
    return tuple(sorted(errors, key=lambda each: (each.period, -each.rate, each.step)))


def _failures(columns: Columns, workflow: int, step: int) -> tuple[Codes, Ints]:
    """(fulfillment, moment) of each error in the step."""
    errors = columns.errors
    which = errors.step == step
    which &= columns.fulfillments.workflow[errors.fulfillment] == workflow
    return errors.fulfillment[which], errors.at[which]


def _distinct(failures: tuple[Codes, Ints], period: Period) -> int:
    rows, at = failures
    return len(np.unique(rows[(at >= period.start) & (at < period.end)]))


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
