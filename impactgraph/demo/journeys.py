"""Orders on their way: each workflow of the topology, walked step by step for all of its fulfillments at once.

The durations, branches, batch runs and records are those that the topology documents; the world keeps to them only roughly.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind, Transport
from graph_models.time import MINUTE, SECOND
from graph_models.topology import Emission, Step, Takes, Topology, Transition, When, Workflow
from impactgraph.demo.failures import Backlog, Troubles
from impactgraph.demo.orders import CHANNELS, MODES, PLACES, Fulfillments, Ints, Orders, Rng, alternative

NEVER = 0
"""In columns of moments: it has not happened, nor will it."""
_REROUTED_SHARE = {"ship-from-store": 0.8, "ship-from-dc": 0.7}
"""Of the wrong promises that come to light; the others are cancelled."""
_CHANCE_WRONG, _CHANCE_ERROR = 0.004, 0.003
_SPREAD = 0.35
_MESSAGES = (Transport.QUEUE, Transport.STREAM)


@dataclass
class Journeys:
    """A row a fulfillment of one workflow. Moments are milliseconds, NEVER where there is none."""

    workflow: Workflow
    rows: Ints
    """Of the fulfillment that each row is."""
    entered: NDArray[np.int64]
    """(n, steps)."""
    records: NDArray[np.int64]
    """(n, records of the workflow): when each was recorded."""
    ended: Ints
    cancelled: NDArray[np.bool_]
    errors: NDArray[np.int64]
    """(n, steps): when a call failed in the step; it was tried again later."""
    missed: Ints
    """When a wrong promise came to light."""
    missed_step: Ints
    rerouted: Ints
    rerouted_to: Ints
    """Index in PLACES."""


@dataclass
class World:
    """What holds for every workflow."""

    topology: Topology
    orders: Orders
    fulfillments: Fulfillments
    troubles: Troubles
    rng: Rng
    pace: dict[str, float] = field(default_factory=dict[str, float])
    """How far the true typical duration of a step (by id) is from the documented one, as a factor."""


def travel(world: World, workflow: Workflow, rows: Ints) -> Journeys:
    """The journeys of the fulfillments at `rows`, from their placing to their end, also beyond the present."""
    n, steps = len(rows), len(workflow.steps)
    journeys = Journeys(
        workflow,
        rows,
        entered=np.zeros((n, steps), np.int64),
        records=np.zeros((n, len(workflow.records)), np.int64),
        ended=np.zeros(n, np.int64),
        cancelled=np.zeros(n, np.bool_),
        errors=np.zeros((n, steps), np.int64),
        missed=np.zeros(n, np.int64),
        missed_step=np.zeros(n, np.int64),
        rerouted=np.zeros(n, np.int64),
        rerouted_to=world.fulfillments.location[rows],
    )
    journeys.entered[:, 0] = world.orders.placed[world.fulfillments.order[rows]]
    wrong = np.full(n, -1)
    for position in range(steps):
        _pass(world, journeys, position, wrong)
    return journeys


def _pass(world: World, journeys: Journeys, position: int, wrong: Ints) -> None:
    """Takes everyone who enters the step through it and on to the next. `wrong`: the step where a wrong promise will come to light, -1 for none."""
    step = journeys.workflow.steps[position]
    here = np.flatnonzero(journeys.entered[:, position])
    done = journeys.entered[here, position] + _spans(world, journeys, step, here)
    done = _with_errors(world, journeys, position, here, done)
    if step.reads and step.surfaces_at is not None:
        decided_wrong = world.rng.random(len(here)) < _risks(world, step, journeys.entered[here, position])
        wrong[here[decided_wrong]] = journeys.workflow.position(step.surfaces_at)
    surfacing = wrong[here] == position
    if surfacing.any():
        done[surfacing] = _surface(world, journeys, position, here[surfacing], done[surfacing])
    going = done != NEVER
    here, done = here[going], done[going]
    _emit(world, journeys, position, here, done)
    _hand_over(world, journeys, step, here, done)


def _spans(world: World, journeys: Journeys, step: Step, here: Ints) -> Ints:
    """How long the step takes each: around the documented figure, at the pace of the step and of the place."""
    takes: Takes = step.takes
    spread = np.log(takes.p95 / takes.p50) / 1.645 if takes.p95 and takes.p50 else _SPREAD
    pace = world.pace.setdefault(step.id, float(world.rng.lognormal(0, 0.1)))
    places = _place_pace(journeys.rerouted_to[here])
    return (takes.p50 * pace * places * world.rng.lognormal(0, spread, len(here))).astype(np.int64) + SECOND


def _place_pace(location: Ints) -> NDArray[np.float64]:
    """Some places are quicker than others, always the same ones: 0.8 to 1.25."""
    return 0.8 * 1.25 ** ((location * 7919 % 101) / 50)


def _with_errors(world: World, journeys: Journeys, position: int, here: Ints, done: Ints) -> Ints:
    """Now and then a call fails for no reason at all; somebody looks at it within the hour."""
    if not journeys.workflow.steps[position].needs.required:
        return done
    failing = world.rng.random(len(here)) < _CHANCE_ERROR
    rows, waits = (
        here[failing],
        (10 * MINUTE + world.rng.exponential(20 * MINUTE, int(failing.sum()))).astype(np.int64),
    )
    journeys.errors[rows, position] = journeys.entered[rows, position] + 5 * SECOND
    done[failing] += waits
    return done


def _risks(world: World, step: Step, started: Ints) -> NDArray[np.float64]:
    """How likely each decides wrongly: stock is never quite right, and stale data is worse."""
    risk = np.full(len(started), _CHANCE_WRONG)
    for blindness in world.troubles.blindness:
        for data in blindness.data.intersection(step.reads):
            stale = world.topology.data[data.partition(":")[2]].decision_risk
            risk = np.where(started >= blindness.since, np.maximum(risk, stale), risk)
    return risk


def _surface(world: World, journeys: Journeys, position: int, rows: Ints, found: Ints) -> Ints:
    """The goods are not there: to another place, or cancelled. Answers when the step is done after all, NEVER where it was cancelled."""
    step = journeys.workflow.steps[position]
    rerouted = world.rng.random(len(rows)) < _REROUTED_SHARE.get(journeys.workflow.key, 0.0)
    decided = found + (3 * MINUTE + world.rng.exponential(6 * MINUTE, len(rows))).astype(np.int64)
    journeys.missed[rows], journeys.missed_step[rows] = found, position
    lost, moved = rows[~rerouted], rows[rerouted]
    journeys.cancelled[lost], journeys.ended[lost] = True, decided[~rerouted]
    decided += _backlogged(
        world.troubles.backlog,
        _releases(world, journeys.workflow, step),
        decided,
        journeys.rerouted_to[rows],
        world.rng,
    )
    journeys.rerouted[moved] = decided[rerouted]
    journeys.rerouted_to[moved] = alternative(journeys.rerouted_to[moved], world.rng)
    done = np.zeros(len(rows), np.int64)
    done[rerouted] = decided[rerouted] + _spans(world, journeys, step, moved)
    return done


def _releases(world: World, workflow: Workflow, step: Step) -> str | None:
    """The integration that hands an order to the step: an alternative passes it again."""
    return next((then.via for other in workflow.steps for then in other.then if then.step == step.key), None)


def _emit(world: World, journeys: Journeys, position: int, here: Ints, done: Ints) -> None:
    for index, (at_step, emission) in enumerate(journeys.workflow.records):
        if at_step == position:
            journeys.records[here, index] = (
                done if emission.via is None else _recorded(world, journeys, emission, here, done)
            )


def _recorded(world: World, journeys: Journeys, emission: Emission, here: Ints, done: Ints) -> Ints:
    at = _arrivals(world, emission.via, done, journeys.rerouted_to[here])
    if emission.kind is RecordKind.SUPPLIER_ORDER:
        at += (5 * MINUTE + world.rng.exponential(5 * MINUTE, len(here))).astype(np.int64)
    return at


def _hand_over(world: World, journeys: Journeys, step: Step, here: Ints, done: Ints) -> None:
    if not step.then:
        journeys.ended[here] = done
        return
    choices = _choose(world, journeys, step.then, here)
    for index, then in enumerate(step.then):
        mine = choices == index
        arrived = _arrivals(world, then.via, done[mine], journeys.rerouted_to[here[mine]])
        journeys.entered[here[mine], journeys.workflow.position(then.step)] = arrived


def _arrivals(world: World, via: str | None, sent: Ints, location: Ints) -> Ints:
    """When what is sent at `sent` through the integration arrives."""
    if via is None:
        return sent + SECOND // 2
    integration = world.topology.integrations[via.partition(":")[2]]
    every = integration.schedule.every if integration.schedule else None
    arrived = sent + world.rng.integers(
        200, 3 * SECOND if integration.transport in _MESSAGES else SECOND, len(sent)
    )
    if every is not None:
        arrived = -(-sent // every) * every + world.rng.integers(15 * SECOND, 75 * SECOND, len(sent))
    return arrived + _backlogged(world.troubles.backlog, via, sent, location, world.rng)


def _backlogged(backlog: Backlog, via: str | None, sent: Ints, location: Ints, rng: Rng) -> Ints:
    """The wait in a saturated queue: about the delay that is told of it."""
    if via not in backlog.integrations:
        return np.zeros(len(sent), np.int64)
    hit = (sent >= backlog.since) & np.isin(
        location, [index for index, place in enumerate(PLACES) if place.region in backlog.regions]
    )
    return np.where(hit, backlog.delay * rng.uniform(0.85, 1.1, len(sent)), 0).astype(np.int64)


def _choose(world: World, journeys: Journeys, then: tuple[Transition, ...], here: Ints) -> Ints:
    """The transition of each: the first whose `when` holds, else by share among those without one."""
    chosen = np.full(len(here), -1)
    for index, transition in enumerate(then):
        if transition.when is not None:
            chosen[(chosen < 0) & _holds(world, transition.when, journeys.rows[here])] = index
    free = [index for index, transition in enumerate(then) if transition.when is None]
    undecided = np.flatnonzero(chosen < 0)
    if free and len(undecided):
        shares = _shares([then[index].share for index in free])
        chosen[undecided] = np.array(free)[world.rng.choice(len(free), len(undecided), p=shares)]
    return chosen


def _shares(stated: list[float | None]) -> list[float]:
    """What is not stated is shared in equal parts; the whole is one."""
    rest = max(0.0, 1 - sum(share or 0 for share in stated))
    unstated = sum(share is None for share in stated)
    shares = [rest / unstated if share is None else share for share in stated]
    return [share / sum(shares) for share in shares]


def _holds(world: World, when: When, rows: Ints) -> NDArray[np.bool_]:
    orders, order, location = world.orders, world.fulfillments.order[rows], world.fulfillments.location[rows]
    holds = np.ones(len(rows), np.bool_)
    for allowed, actual, names in (
        (when.channels, orders.channel[order], CHANNELS),
        (when.modes, orders.mode[order], MODES),
        (when.location_kinds, location, tuple(place.kind for place in PLACES)),
        (when.regions, location, tuple(place.region for place in PLACES)),
    ):
        if allowed:
            holds &= np.isin(actual, [index for index, name in enumerate(names) if name in allowed])
    return holds
