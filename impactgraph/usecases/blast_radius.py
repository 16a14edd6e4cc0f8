"""The blast radius of failures: what they affect now and in the next hours."""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import numpy as np

from graph_models.access import View
from graph_models.counts import say_count
from graph_models.enums import Transport
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.impairment import Impairment, Impairments
from graph_models.time import Millis, say_duration
from graph_models.topology import FormerWorkflow, Topology
from impactgraph.columns import Codes
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.failure_ends import (
    AssumptionTexts,
    FailureEnds,
    failure_ends,
    missed_runs,
    typical_length,
)
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.filters import order_mask
from impactgraph.impact.impact_inputs import ImpactInputs
from impactgraph.impact.open_rejections import open_dead_letters, rows_possibly_rejected
from impactgraph.impact.people_queues import PeopleQueues
from impactgraph.ports.state import EventsAhead
from impactgraph.ports.store import Store
from impactgraph.propagation import DistinctFailures, distinct_failures, propagate, separate_episodes
from impactgraph.usecases.events_ahead import ahead_text, events_ahead
from impactgraph.usecases.questions import check_question
from impactgraph.usecases.snapshot import Snapshot, snapshot

_MOST_STEPS = 5
"""Steps that a sentence names."""
SHOWN_ONLY = (
    "Only the orders that you may see are counted and learned from: durations are theirs, and queues may be"
    " longer."
)
"""Assumption of answers for whoever may see some of the orders."""


@contextmanager
def blast_radius(store: Store, question: Question, now: Millis) -> Generator[BlastRadius]:
    """The answer to one question, good while the context is open. Raises as `check_question` does."""
    with snapshot(store, question.as_of, now) as s:
        yield answer_question(s, question)


def answer_question(s: Snapshot, question: Question) -> BlastRadius:
    """Good while the snapshot is open. Raises as `check_question` does."""
    check_question(s, question)
    return assess(s, question, _failures_of(s, question))


def assess(
    s: Snapshot,
    question: Question,
    failures: tuple[Failure, ...],
    rows: Codes | None = None,
    *,
    limits: Mapping[str, Millis] = MappingProxyType({}),
    change: Callable[[ImpairmentForecast], ImpairmentForecast] | None = None,
) -> BlastRadius:
    """What these failures affect, whichever the question names.

    `rows`: of the fulfillments that `question.where.ids` names, where they were looked up already. For an
    answer on what is done about them: `limits`, by bare key when failures end at the latest; `change` of the
    impairments.
    """
    baseline = s.forecast_baseline
    episodes = separate_episodes(failures)
    ends = failure_ends(
        tuple(episodes),
        s.at,
        recovery_time=question.assume_recovery,
        typical=lambda failure: typical_length(failure, s.failures, s.at),
        runs=missed_runs(s.topology),
        texts=AssumptionTexts(question.timezone, s.topology),
    )
    ends = ends.no_later(limits)
    distinct = distinct_failures(episodes, ends.nominal)
    ends = ends.of(distinct.last)
    impairments = propagate(
        s.graph, distinct.episodes, recovery=lambda failure: ends.nominal[failure.key], limit=question.limit
    )
    forecast = _impairment_forecast(s, distinct, impairments, ends)
    if change is not None:
        forecast = change(forecast)
    return BlastRadius(
        ImpactInputs(
            question=question,
            as_of=s.at,
            topology=s.topology,
            failures=failures,
            distinct=distinct,
            impairments=impairments,
            forecaster=Forecaster(
                topology=s.topology,
                durations=baseline.durations,
                impairments=forecast,
                as_of=float(s.at),
                tolerance=float(question.tolerance),
                keeps_steps=rows is not None,
            ),
            columns=s.columns,
            membership=s.membership,
            assumptions=_assumptions(s, question, ends),
            arrivals=baseline.arrivals,
            fulfillment_rows=rows,
        )
    )


def _failures_of(s: Snapshot, question: Question) -> tuple[Failure, ...]:
    """The failures that the question names and supposes.

    Where it does neither: all active ones, and ended ones whose rejected work is still open.
    """
    by_key = {failure.key: failure for failure in s.failures}
    named_failures = tuple(by_key[key] for key in dict.fromkeys(question.failures))
    return named_failures + question.suppose or (*s.active_failures, *with_open_rejections(s, question))


def with_open_rejections(s: Snapshot, question: Question) -> tuple[Failure, ...]:
    """Ended failures after which orders or records in question wait for a replay.

    Costs a look at the places where they rejected work and at the dead letters, and a forecast of what is
    still there.
    """
    dead_letters = open_dead_letters(s.columns)
    failures = tuple(
        failure
        for failure in s.failures
        if failure.key in s.rejections.failures or _may_have_left(s, failure, dead_letters)
    )
    if not failures:
        return ()
    rows = rows_possibly_rejected(s.columns, s.topology, s.rejections)
    rows = np.union1d(rows, dead_letters).astype(np.int32)
    keep = order_mask(s.columns, s.membership, question.where)
    rows = rows[keep(rows)] if keep is not None and len(rows) else rows
    if not len(rows):
        return ()
    waiting = {each.failure for each in assess(s, question, failures, rows).awaiting_replay}
    return tuple(failure for failure in failures if failure.key in waiting)


def _may_have_left(s: Snapshot, failure: Failure, dead_letters: Codes) -> bool:
    """Whether a failure that has ended lasted when the error of one of these rows was reported: whatever it
    does, a message may be given up in its time.
    """
    if not len(dead_letters) or failure.ended_at is None or failure.ended_at > s.at:
        return False
    failed_at = s.columns.fulfillments.failed_at[dead_letters]
    return bool(((failure.started_at <= failed_at) & (failed_at <= failure.ended_at)).any())


def _impairment_forecast(
    s: Snapshot, distinct: DistinctFailures, impairments: Impairments, ends: FailureEnds
) -> ImpairmentForecast:
    every = tuple(impairment for rows in impairments.by_element.values() for impairment in rows)
    queues = (Transport.QUEUE, Transport.STREAM)
    former_keys = frozenset(failure.key for failure in distinct.former)
    load = {
        f"integration:{key}": s.forecast_baseline.queue_load.at(
            f"integration:{key}", _first_start(rows, former_keys)
        )
        for key, integration in s.topology.integrations.items()
        if integration.transport in queues and (rows := impairments.by_element.get(f"integration:{key}"))
    }
    durations = s.forecast_baseline.durations
    return ImpairmentForecast(
        entries=every,
        ends=ends,
        queue_load=load,
        manual_wait=s.forecast_baseline.manual_wait,
        people=PeopleQueues(s.topology, s.columns, durations, s.at).of(distinct.episodes, every),
        supposed=frozenset(failure.key for failure in distinct.failures if failure.is_supposed),
    )


def _first_start(impairments: Iterable[Impairment], former: frozenset[str]) -> Millis:
    """Since when an element is impaired; of one that is impaired again: since when it is so now."""
    starts = [(former.issuperset(each.failures), each.since) for each in impairments]
    return min(starts)[1]


def _assumptions(s: Snapshot, question: Question, ends: FailureEnds) -> tuple[str, ...]:
    threshold = (
        f"An order counts as later after {say_duration(question.tolerance)}, and is listed"
        f" above a likelihood of {question.min_likelihood:g}."
    )
    more = (*_shown_only(s.store.shown), *_former_steps(s.topology), *_events_ahead(s))
    return (*ends.assumptions, *duration_sources(s.forecast_baseline.durations), threshold, *more)


def duration_sources(durations: Durations) -> tuple[str, ...]:
    """From what the durations of the steps are; nothing of a topology without steps."""
    steps, learned_steps = len(durations.of), sum(bool(each.visits) for each in durations.of.values())
    if not steps:
        return ()
    if not learned_steps:
        return ("Durations are as the topology states them: no visit was observed to end.",)
    source = f"learned from {say_count(durations.visits, 'observed duration')}"
    if learned_steps == steps:
        return (f"Durations of all steps are {source}.",)
    others, them = ("the other is", "it") if learned_steps == steps - 1 else ("the others are", "them")
    stated = f"{others} as the topology states {them}"
    return (f"Durations of {learned_steps} of {steps} steps are {source}, {stated}.",)


def _shown_only(view: View) -> tuple[str, ...]:
    return () if view.rows.shows_everything else (SHOWN_ONLY,)


def _events_ahead(s: Snapshot) -> tuple[str, ...]:
    """That the present lacks what is stamped ahead of the clock."""
    events_to_come = events_ahead(s.store, s.at) if s.as_of is None else EventsAhead()
    return (f"{ahead_text(events_to_come)}.",) if events_to_come.count else ()


def _former_steps(topology: Topology) -> tuple[str, ...]:
    """By which versions orders are answered that are in steps which the topology has lost."""
    return tuple(
        f"topology:{topology.version} lacks {_names(each)}; orders that were there are answered as"
        f" topology:{each.version} declares it."
        for each in topology.former
    )


def _names(former: FormerWorkflow) -> str:
    """Its steps, or the whole workflow."""
    key = former.workflow.key
    if len(former.steps) == len(former.workflow.steps):
        return f"the workflow {key}"
    steps = [f"{key}/{step}" for step in former.steps]
    more = f" and {len(steps) - _MOST_STEPS} more" if len(steps) > _MOST_STEPS else ""
    return f"the step{'s' if len(steps) > 1 else ''} {', '.join(steps[:_MOST_STEPS])}{more}"
