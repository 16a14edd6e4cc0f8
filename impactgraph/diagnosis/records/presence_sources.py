"""Sources by which a fulfillment gets into a system: steps there, hand-offs to it, and records there."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graph_models.enums import RecordKind
from graph_models.ids import split_id
from graph_models.topology import Emission, Step, Topology
from impactgraph.columns import CANCELLED, FulfillmentColumns, Ints
from impactgraph.columns.declare import Flags
from impactgraph.diagnosis.records.audit import MONEY, UNSTATED, Pass, WorkflowAudit
from impactgraph.diagnosis.records.slots import FAR, Emitter
from impactgraph.diagnosis.records.transport import route_of
from impactgraph.forecast.durations import Durations


@dataclass(frozen=True)
class PresenceSource:
    """A step, hand-off or record by which fulfillments get into the system.

    Arrays are by position among the rows of the audit, FAR where it has not.
    """

    emitter: Emitter
    """The step that causes it, with the record or the integration."""
    since: Ints
    """When the step was entered, or surely completed: from then on it is on its way."""
    due: Ints
    limit: Ints
    """When it counts as missing where it is not there: as the watch of records has it."""
    shown_at: Ints
    """When an event showed that it is there."""


def system_of(topology: Topology, integration: str | None) -> str | None:
    """Bare key of the system that an integration (full id) delivers to."""
    if integration is None:
        return None
    kind, key = split_id(topology.integrations[integration.partition(":")[2]].target)
    return topology.apis[key].system if kind == "api" else key


def runs_on(step: Step, system: str) -> bool:
    return split_id(step.runs_on)[1] == system


def presence_sources(
    audit: WorkflowAudit, topology: Topology, f: FulfillmentColumns, durations: Durations, system: str
) -> Iterator[PresenceSource]:
    """All sources of the workflow for a system (bare key)."""
    column_of = {step: column for column, step in enumerate(audit.steps)}
    for step in audit.workflow.steps:
        if runs_on(step, system):
            yield _step(audit, Emitter(step, column_of[step.key], _listing(system)))
    is_cancelled = f.status[audit.rows] == CANCELLED
    for slot in audit.slots:
        for original in audit.passes_of(slot) if slot.emitters else ():
            if system_of(topology, original.emitter.emission.via) == system:
                owes = np.ones(len(audit.rows), bool) if slot.kind in MONEY else ~is_cancelled
                yield _record(audit, audit.since_named(original), durations, owes)
    for step in audit.workflow.steps:
        for number, transition in enumerate(step.then):
            if system_of(topology, transition.via) == system:
                emitter = Emitter(step, column_of[step.key], _listing(system, transition.via))
                choice = _choice(audit, column_of, step, number)
                yield _hand_off(audit, topology, emitter, choice & ~is_cancelled)


def _listing(system: str, via: str | None = None) -> Emission:
    return Emission(RecordKind.LISTING, system, via)


def _step(audit: WorkflowAudit, emitter: Emitter) -> PresenceSource:
    """A step that runs on the system has its orders there from the start."""
    entered_at = audit.step_times.entered_at(emitter.column)
    since = np.where(entered_at > 0, entered_at, FAR)
    return PresenceSource(emitter, since, since, np.where(since < FAR, since + UNSTATED, FAR), since)


def _record(audit: WorkflowAudit, each: Pass, durations: Durations, owes: Flags) -> PresenceSource:
    """A record that is posted to the system; one that came is there, and may be listed from then on."""
    since, due, limit = (np.full(len(audit.rows), FAR, np.int64) for _ in range(3))
    which = np.flatnonzero((each.completed_at < FAR) & owes)
    since[which], due[which], limit[which] = audit.terms(each, audit.route(each), durations, which)
    came = each.recorded_at < FAR
    since = np.where(came, np.minimum(since, each.recorded_at), since)
    due = np.where(came, np.minimum(due, each.recorded_at), due)
    limit = np.where(came, np.minimum(limit, each.recorded_at + UNSTATED), limit)
    return PresenceSource(each.emitter, since, due, limit, each.recorded_at)


def _choice(audit: WorkflowAudit, column_of: dict[str, int], step: Step, number: int) -> Flags:
    """Whether a fulfillment surely takes this transition: the only one, or into the step that it entered."""
    if len(step.then) == 1:
        return np.ones(len(audit.rows), bool)
    entered_at = audit.step_times.entered_at(column_of[step.key])
    next_at = audit.step_times.entered_at(column_of[step.then[number].step])
    return (next_at > 0) & (next_at >= entered_at)


def _hand_off(
    audit: WorkflowAudit,
    topology: Topology,
    emitter: Emitter,
    is_chosen: Flags,
) -> PresenceSource:
    """An integration that delivers to the system what a step hands over."""
    completed_at = audit.surely_completed_at(emitter, None)
    which = np.flatnonzero((completed_at < FAR) & is_chosen)
    since, due = (np.full(len(audit.rows), FAR, np.int64) for _ in range(2))
    since[which] = completed_at[which]
    due[which] = route_of(topology, emitter.emission.via, None).arrives_by(completed_at[which])
    limit = np.where(due < FAR, due + UNSTATED, FAR)
    return PresenceSource(emitter, since, due, limit, np.full(len(audit.rows), FAR, np.int64))
