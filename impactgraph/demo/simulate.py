"""Simulates the demo's fulfillments: each workflow step by step, for all of its fulfillments at once.

Durations, branches, batch runs and records roughly follow what the topology documents.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind, Transport
from graph_models.time import MINUTE, SECOND
from graph_models.topology import Emission, Step, Takes, Topology, Transition, When, Workflow
from impactgraph.demo.failures import FailureEffects, QueueBacklog
from impactgraph.demo.orders import (
    CHANNELS,
    MODES,
    PLACES,
    Flags,
    Fulfillments,
    Ints,
    Orders,
    Rng,
    alternative,
)

NEVER = 0
"""In columns of moments: it has not happened, nor will it."""
_REROUTE_SHARE = {"ship-from-store": 0.8, "ship-from-dc": 0.7}
"""Share of the wrong promises that are rerouted when discovered, by workflow; the others are cancelled."""
_WRONG_DECISION_RISK = 0.004
_ERROR_RISK = 0.003
_SPREAD = 0.35
_MESSAGES = (Transport.QUEUE, Transport.STREAM)


@dataclass
class WorkflowRuns:
    """A row for each fulfillment of one workflow. Moments are milliseconds, NEVER where there is none."""

    workflow: Workflow
    rows: Ints
    """Row of the fulfillment."""
    entered_at: NDArray[np.int64]
    """(n, steps)."""
    recorded_at: NDArray[np.int64]
    """(n, records of the workflow)."""
    ended_at: Ints
    is_cancelled: Flags
    error_at: NDArray[np.int64]
    """(n, steps): when a call failed in the step; it was retried later."""
    short_at: Ints
    """When a wrong promise was discovered."""
    short_step: Ints
    """Position of the step that discovered it."""
    rerouted_at: Ints
    location: Ints
    """Index in PLACES, after a reroute."""


@dataclass
class Simulation:
    """What the simulation of every workflow shares."""

    topology: Topology
    orders: Orders
    fulfillments: Fulfillments
    effects: FailureEffects
    rng: Rng
    pace: dict[str, float] = field(default_factory=dict[str, float])
    """Factor from the documented to the true typical duration of a step, by its id."""


@dataclass(frozen=True, slots=True)
class _Visits:
    """Runs that are in one step, and when each leaves it."""

    runs: WorkflowRuns
    position: int
    """Of the step."""
    rows: Ints
    """In `runs`."""
    left_at: Ints

    @property
    def step(self) -> Step:
        return self.runs.workflow.steps[self.position]

    def select(self, selection: Flags) -> "_Visits":
        return _Visits(self.runs, self.position, self.rows[selection], self.left_at[selection])


def simulate_workflow(simulation: Simulation, workflow: Workflow, rows: Ints) -> WorkflowRuns:
    """The runs of the fulfillments at `rows`, from placement to end, also beyond the present."""
    n = len(rows)
    steps = len(workflow.steps)
    runs = WorkflowRuns(
        workflow,
        rows,
        entered_at=np.zeros((n, steps), np.int64),
        recorded_at=np.zeros((n, len(workflow.records)), np.int64),
        ended_at=np.zeros(n, np.int64),
        is_cancelled=np.zeros(n, np.bool_),
        error_at=np.zeros((n, steps), np.int64),
        short_at=np.zeros(n, np.int64),
        short_step=np.zeros(n, np.int64),
        rerouted_at=np.zeros(n, np.int64),
        location=simulation.fulfillments.location[rows],
    )
    runs.entered_at[:, 0] = simulation.orders.placed_at[simulation.fulfillments.order[rows]]
    discovery_step = np.full(n, -1)
    for position in range(steps):
        _simulate_step(simulation, runs, position, discovery_step)
    return runs


def _simulate_step(simulation: Simulation, runs: WorkflowRuns, position: int, discovery_step: Ints) -> None:
    """Moves every run that enters the step on to the next one.

    `discovery_step` is the position of the step at which a wrong promise will be discovered, -1 for none.
    """
    step = runs.workflow.steps[position]
    rows = np.flatnonzero(runs.entered_at[:, position])
    left_at = runs.entered_at[rows, position] + _dwell_times(simulation, runs, step, rows)
    visits = _Visits(runs, position, rows, left_at)
    _add_errors(simulation, visits)
    if step.reads and step.surfaces_at is not None:
        risk = _wrong_decision_risk(simulation, step, runs.entered_at[rows, position])
        is_wrong = simulation.rng.random(len(rows)) < risk
        discovery_step[rows[is_wrong]] = runs.workflow.position(step.surfaces_at)
    discovery_mask = discovery_step[rows] == position
    if discovery_mask.any():
        left_at[discovery_mask] = _discover(simulation, visits.select(discovery_mask))
    moving = visits.select(left_at != NEVER)
    _emit_records(simulation, moving)
    _hand_over(simulation, moving)


def _dwell_times(simulation: Simulation, runs: WorkflowRuns, step: Step, rows: Ints) -> Ints:
    """Dwell time of each row in the step: around the documented figure, at the pace of the step and of the
    place.
    """
    takes: Takes = step.takes
    spread = np.log(takes.p95 / takes.p50) / 1.645 if takes.p95 and takes.p50 else _SPREAD
    pace = simulation.pace.setdefault(step.id, float(simulation.rng.lognormal(0, 0.1)))
    places = _place_pace(runs.location[rows])
    noise = simulation.rng.lognormal(0, spread, len(rows))
    return (takes.p50 * pace * places * noise).astype(np.int64) + SECOND


def _place_pace(location: Ints) -> NDArray[np.float64]:
    """A fixed factor for each place: 0.8 to 1.25."""
    return 0.8 * 1.25 ** ((location * 7919 % 101) / 50)


def _add_errors(simulation: Simulation, visits: _Visits) -> None:
    """Lets a few calls fail at random; each is retried within about an hour."""
    if not visits.step.needs.required:
        return
    error_mask = simulation.rng.random(len(visits.rows)) < _ERROR_RISK
    rows = visits.rows[error_mask]
    retry_wait = 10 * MINUTE + simulation.rng.exponential(20 * MINUTE, int(error_mask.sum()))
    runs = visits.runs
    runs.error_at[rows, visits.position] = runs.entered_at[rows, visits.position] + 5 * SECOND
    visits.left_at[error_mask] += retry_wait.astype(np.int64)


def _wrong_decision_risk(simulation: Simulation, step: Step, entered_at: Ints) -> NDArray[np.float64]:
    """Likelihood of a wrong decision for each visit: stock figures are never quite right, and stale data is
    worse.
    """
    risk = np.full(len(entered_at), _WRONG_DECISION_RISK)
    for stale in simulation.effects.stale_data:
        for data in stale.data.intersection(step.reads):
            stale_risk = simulation.topology.data[data.partition(":")[2]].decision_risk
            risk = np.where(entered_at >= stale.since, np.maximum(risk, stale_risk), risk)
    return risk


def _discover(simulation: Simulation, visits: _Visits) -> Ints:
    """Reroutes or cancels fulfillments whose goods are missing.

    Returns when each leaves the step after all, NEVER where it was cancelled.
    """
    runs = visits.runs
    rows = visits.rows
    n = len(rows)
    reroute_share = _REROUTE_SHARE.get(runs.workflow.key, 0.0)
    reroute_mask = simulation.rng.random(n) < reroute_share
    decision_time = 3 * MINUTE + simulation.rng.exponential(6 * MINUTE, n)
    decision_at = visits.left_at + decision_time.astype(np.int64)
    runs.short_at[rows] = visits.left_at
    runs.short_step[rows] = visits.position
    cancel_rows = rows[~reroute_mask]
    runs.is_cancelled[cancel_rows] = True
    runs.ended_at[cancel_rows] = decision_at[~reroute_mask]
    release = _release_integration(runs.workflow, visits.step)
    decision_at += _queue_wait(simulation, release, decision_at, runs.location[rows])
    reroute_rows = rows[reroute_mask]
    runs.rerouted_at[reroute_rows] = decision_at[reroute_mask]
    runs.location[reroute_rows] = alternative(runs.location[reroute_rows], simulation.rng)
    left_at = np.zeros(n, np.int64)
    dwell_times = _dwell_times(simulation, runs, visits.step, reroute_rows)
    left_at[reroute_mask] = decision_at[reroute_mask] + dwell_times
    return left_at


def _release_integration(workflow: Workflow, step: Step) -> str | None:
    """The integration that hands orders over to the step, which a reroute passes again."""
    return next((then.via for other in workflow.steps for then in other.then if then.step == step.key), None)


def _emit_records(simulation: Simulation, visits: _Visits) -> None:
    for index, (position, emission) in enumerate(visits.runs.workflow.records):
        if position == visits.position:
            visits.runs.recorded_at[visits.rows, index] = _record_moments(simulation, visits, emission)


def _record_moments(simulation: Simulation, visits: _Visits, emission: Emission) -> Ints:
    if emission.via is None:
        return visits.left_at
    location = visits.runs.location[visits.rows]
    at = _arrival_moments(simulation, emission.via, visits.left_at, location)
    if emission.kind is RecordKind.SUPPLIER_ORDER:
        delay = 5 * MINUTE + simulation.rng.exponential(5 * MINUTE, len(visits.rows))
        at += delay.astype(np.int64)
    return at


def _hand_over(simulation: Simulation, visits: _Visits) -> None:
    """Enters the next step of each visit, or ends the run."""
    runs = visits.runs
    transitions = visits.step.then
    if not transitions:
        runs.ended_at[visits.rows] = visits.left_at
        return
    choices = _choose_transitions(simulation, transitions, runs.rows[visits.rows])
    for index, transition in enumerate(transitions):
        mask = choices == index
        rows = visits.rows[mask]
        arrival_at = _arrival_moments(simulation, transition.via, visits.left_at[mask], runs.location[rows])
        runs.entered_at[rows, runs.workflow.position(transition.step)] = arrival_at


def _arrival_moments(simulation: Simulation, via: str | None, sent_at: Ints, location: Ints) -> Ints:
    """When what is sent through an integration arrives."""
    if via is None:
        return sent_at + SECOND // 2
    rng = simulation.rng
    integration = simulation.topology.integrations[via.partition(":")[2]]
    interval = integration.schedule.every if integration.schedule else None
    slowest = 3 * SECOND if integration.transport in _MESSAGES else SECOND
    arrival_at = sent_at + rng.integers(200, slowest, len(sent_at))
    if interval is not None:
        next_run = -(-sent_at // interval) * interval
        arrival_at = next_run + rng.integers(15 * SECOND, 75 * SECOND, len(sent_at))
    return arrival_at + _queue_wait(simulation, via, sent_at, location)


def _queue_wait(simulation: Simulation, via: str | None, sent_at: Ints, location: Ints) -> Ints:
    """The wait in a saturated queue: about the delay that its failure reports."""
    backlog: QueueBacklog = simulation.effects.backlog
    if via not in backlog.integrations:
        return np.zeros(len(sent_at), np.int64)
    places = [index for index, place in enumerate(PLACES) if place.region in backlog.regions]
    is_delayed = (sent_at >= backlog.since) & np.isin(location, places)
    wait = backlog.delay * simulation.rng.uniform(0.85, 1.1, len(sent_at))
    return np.where(is_delayed, wait, 0).astype(np.int64)


def _choose_transitions(simulation: Simulation, transitions: tuple[Transition, ...], rows: Ints) -> Ints:
    """The transition of each fulfillment: the first whose `when` holds, else by share among those without
    one.
    """
    choice = np.full(len(rows), -1)
    for index, transition in enumerate(transitions):
        if transition.when is not None:
            choice[(choice < 0) & _condition_mask(simulation, transition.when, rows)] = index
    unconditional = [index for index, transition in enumerate(transitions) if transition.when is None]
    open_rows = np.flatnonzero(choice < 0)
    if unconditional and len(open_rows):
        shares = _shares([transitions[index].share for index in unconditional])
        draws = simulation.rng.choice(len(unconditional), len(open_rows), p=shares)
        choice[open_rows] = np.array(unconditional)[draws]
    return choice


def _shares(declared: list[float | None]) -> list[float]:
    """Shares that add up to one; those that are not declared divide the rest equally."""
    rest = max(0.0, 1 - sum(share or 0 for share in declared))
    undeclared_count = sum(share is None for share in declared)
    shares = [rest / undeclared_count if share is None else share for share in declared]
    return [share / sum(shares) for share in shares]


def _condition_mask(simulation: Simulation, when: When, rows: Ints) -> Flags:
    """Whether each fulfillment meets a transition's condition."""
    orders = simulation.orders
    order = simulation.fulfillments.order[rows]
    location = simulation.fulfillments.location[rows]
    mask = np.ones(len(rows), np.bool_)
    for choices, actual, names in (
        (when.channels, orders.channel[order], CHANNELS),
        (when.modes, orders.mode[order], MODES),
        (when.location_kinds, location, tuple(place.kind for place in PLACES)),
        (when.regions, location, tuple(place.region for place in PLACES)),
    ):
        if choices:
            mask &= np.isin(actual, [index for index, name in enumerate(names) if name in choices])
    return mask
