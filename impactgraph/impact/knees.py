"""Knees of the cost of delay: later ends from which it grows faster, with the batch run that causes it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from graph_models.estimates import Estimates
from graph_models.time import HOUR, Millis
from graph_models.topology import Integration, Workflow
from graph_models.zones import TextClock
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.topology.calendar import Calendar

_STEEPER = 1.5
"""A rate counts as a knee from so many times the one before."""
_LEAST = 1.0
"""Orders or promises that must be at stake for it."""


def knee_reasons(
    impact: MatchedImpact, ends: Sequence[Millis], estimates: Sequence[Estimates]
) -> list[str | None]:
    """Of each end: which run of a schedule is missed with it, where the cost grows faster up to it.

    `ends`: ascending, counted from the moment of the answer; `estimates`: of each end.
    """
    is_knee = _knees(ends, estimates)
    integrations = list(_scheduled_integrations(impact)) if any(is_knee) else []
    reasons: list[str | None] = [None] * len(ends)
    for n in range(1, len(ends)):
        if is_knee[n]:
            reasons[n] = _run_between(
                integrations, impact.as_of + ends[n - 1], impact.as_of + ends[n], impact.clock
            )
    return reasons


def _knees(ends: Sequence[Millis], estimates: Sequence[Estimates]) -> list[bool]:
    """Whether promises missed, or else orders, grow faster up to each end than before it.

    The first rate is compared with the one after it.
    """
    promises = [each.promises_missed.expected for each in estimates]
    costs = promises if promises[-1] - promises[0] >= _LEAST else [e.orders.expected for e in estimates]
    growth = [b - a for a, b in pairwise(costs)]
    hours = [(b - a) / HOUR for a, b in pairwise(ends)]
    rates = [g / h for g, h in zip(growth, hours, strict=True)]
    others = [rates[1], *rates[:-1]] if len(rates) > 1 else []
    return [
        False,
        *(
            growth_rate >= _LEAST and rate > 0 and rate >= _STEEPER * other
            for growth_rate, rate, other in zip(growth, rates, others, strict=False)
        ),
    ] + [False] * (len(ends) - 1 - len(others))


def _scheduled_integrations(impact: MatchedImpact) -> Iterator[Integration]:
    """Integrations with a schedule on the ways of affected orders."""
    topology = impact.topology
    numbers = sorted(set(impact.affected_orders.workflow.tolist()))
    ways = dict.fromkeys(
        way for number in numbers for way in _ways(topology.workflows[impact.workflows[number]])
    )
    for way in ways:
        integration = topology.integrations.get(way.removeprefix("integration:"))
        if integration is not None and integration.schedule is not None:
            yield integration


def _ways(workflow: Workflow) -> Iterator[str]:
    """Ids of the integrations of its hand-offs and records."""
    for step in workflow.steps:
        yield from (transition.via for transition in step.then if transition.via)
        yield from (emission.via for emission in step.emits if emission.via)


def _run_between(
    integrations: Sequence[Integration], after: Millis, until: Millis, clock: TextClock
) -> str | None:
    """The first run after a moment, up to another, in words; None without any.

    One that is followed by another before the second moment is missed by little, and is no reason.
    """
    calendars = [
        (Calendar(integration.schedule), integration.key)
        for integration in integrations
        if integration.schedule is not None
    ]
    runs = [
        (run, key)
        for calendar, key in calendars
        if (run := calendar.next_run(after + 1)) <= until < calendar.next_run(run + 1)
    ]
    if not runs:
        return None
    at, key = min(runs)
    leaves = f"integration:{key} leaves at {clock.time(at)}"
    return f"{leaves}; what is not ready by then waits for its next run."
