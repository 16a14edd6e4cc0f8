"""What does this failure hit, now and in the next hours?"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from graph_models.enums import Transport
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.impairment import Impairments
from graph_models.time import Millis, say_duration
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.errors import NotFoundError
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.failure_ends import FailureEnds, failure_ends, typical_length
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.plan import ImpairmentForecast
from impactgraph.impact.answer import BlastRadius
from impactgraph.impact.hits import Inputs
from impactgraph.impact.membership import Membership
from impactgraph.ports.store import Store
from impactgraph.propagation import propagate
from impactgraph.topology.near import nearest
from impactgraph.usecases.learned import Known, learned


@contextmanager
def blast_radius(store: Store, question: Question, now: Millis) -> Generator[BlastRadius]:
    """The answer, good while the context is open. Raises NotFoundError for a failure that is not known, or where no topology was ever applied."""
    as_of = question.as_of if question.as_of is not None else now
    topology = store.topology(question.as_of)
    reported = store.failures(question.as_of)
    failures = _asked(question, reported, as_of)
    with store.columns(question.as_of) as columns:
        known = learned(store, topology, columns, reported, question.as_of, as_of)
        yield answered(question, Standpoint(as_of, topology, tuple(reported), columns, known), failures)


@dataclass(frozen=True)
class Standpoint:
    """What several questions of one moment stand on. `columns` must not change while they are asked."""

    as_of: Millis
    topology: Topology
    reported: tuple[Failure, ...]
    columns: Columns
    known: Known
    parts: Codes | None = None
    """Rows of the fulfillments of the orders that all the questions are about, where they are about some (`where.ids`)."""

    kept: Membership | None = None
    """Of these columns, where it is known already."""

    @cached_property
    def membership(self) -> Membership:
        return self.kept or Membership(self.columns, self.topology)


def answered(question: Question, at: Standpoint, failures: tuple[Failure, ...]) -> BlastRadius:
    """Of these failures, whichever the question names."""
    as_of, known = at.as_of, at.known
    ends = failure_ends(
        failures,
        as_of,
        assumed=question.assume_recovery,
        typical=lambda f: typical_length(f, at.reported, as_of),
    )
    impairments = propagate(
        known.graph, failures, recovery=lambda f: ends.nominal[f.key], limit=question.limit
    )
    hazards = _hazards(impairments, ends, at.topology, known)
    forecaster = Forecaster(
        topology=at.topology,
        durations=known.durations,
        impairments=hazards,
        as_of=float(as_of),
        tolerance=float(question.tolerance),
        keeps_steps=at.parts is not None,
    )
    assumptions = _assumptions(question, ends, known.durations, impairments)
    return BlastRadius(
        Inputs(
            question,
            as_of,
            at.topology,
            failures,
            impairments,
            forecaster,
            at.columns,
            at.membership,
            assumptions,
            at.parts,
        )
    )


def _asked(question: Question, reported: Sequence[Failure], as_of: Millis) -> tuple[Failure, ...]:
    by_key = {f.key: f for f in reported}
    unknown = [key for key in question.failures if key not in by_key]
    if unknown:
        raise NotFoundError(
            f"failure:{unknown[0]}", near=[f"failure:{k}" for k in nearest(unknown[0], by_key)]
        )
    named = tuple(by_key[key] for key in dict.fromkeys(question.failures))
    if question.suppose:
        return named + question.suppose
    return named or tuple(f for f in reported if f.active_at(as_of))


def _hazards(
    impairments: Impairments, ends: FailureEnds, topology: Topology, known: Known
) -> ImpairmentForecast:
    every = tuple(i for rows in impairments.by_element.values() for i in rows)
    queues = (Transport.QUEUE, Transport.STREAM)
    load = {
        f"integration:{key}": known.traffic.at(f"integration:{key}", min(i.since for i in rows))
        for key, integration in topology.integrations.items()
        if integration.transport in queues and (rows := impairments.by_element.get(f"integration:{key}"))
    }
    return ImpairmentForecast(every, ends, load, known.hold)


def _assumptions(
    question: Question, ends: FailureEnds, durations: Durations, impairments: Impairments
) -> tuple[str, ...]:
    seen = sum(1 for d in durations.of.values() if d.visits)
    how = f"Durations of {seen} of {len(durations.of)} steps are learned from {durations.visits:,} stays, the others as the topology states them."
    later = f"An order counts as later from {say_duration(question.tolerance)} on, and is listed from a likelihood above {question.min_likelihood:g} on."
    return (*ends.assumptions, how, later, *_left_out(impairments))


def _left_out(impairments: Impairments) -> tuple[str, ...]:
    if impairments.complete:
        return ()
    many = len(impairments.frontier)
    return (
        f"The answer is not complete: {many} element{'s' if many > 1 else ''} at the frontier, and what depends on them, were left out.",
    )
