"""The state of orders and fulfillments, folded from all their events at once, in whatever order these came.

Of every column the event with the greatest key (time, rank, source, id) wins. The workflow that a fulfillment
was in at an event is the one that the last order.placed or reroute before it names; before the first of them,
the one of order.placed.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Ints
from impactgraph.columns.declare import Flags, Setter
from impactgraph.stores.state.dense_places import DensePlaces
from impactgraph.stores.state.event_kinds import ENDS, ENTRIES, WORKFLOW_SETTERS, EventKind, fold_keys
from impactgraph.stores.state.event_tables import EventBatch, EventRows
from impactgraph.stores.state.order_fold import TieBreaker, event_order, fold_orders
from impactgraph.stores.state.removals import Removals, removals
from impactgraph.stores.state.state_tables import (
    FoldResult,
    FulfillmentFold,
    Moves,
    VisitRows,
    columns_set_by,
)
from impactgraph.stores.state.workflow_lookup import WorkflowLookup


def fold(
    batch: EventBatch, lookup: WorkflowLookup, tie_breaker: TieBreaker, *, strict_from: int = 2**62
) -> FoldResult:
    """The state that these events add up to. The batch must hold all events of each of its orders.

    Events from sequence number `strict_from` on must name steps that the current topology has; earlier ones,
    any that it ever had. Costs a sort of the events.
    """
    orders, attributes = fold_orders(batch, tie_breaker)
    places, owners = _fulfillments(batch)
    moves = _moves(batch, places, owners, removals(batch, places, tie_breaker))
    misfits, workflows = _resolve_steps(moves, lookup, tie_breaker, (len(places), strict_from))
    _sort_by_key(moves, lookup, tie_breaker)
    states = FulfillmentFold.blank(len(places), lookup.most_steps)
    states.number = places.numbers
    states.order = owners
    irregular_visits = VisitRows.empty()
    if len(moves):
        _set_columns(states, moves)
        irregular_visits = _irregular_visits(moves, states)
    _set_values(states, batch, places, tie_breaker)
    _set_records(states, batch, lookup, places)
    return FoldResult(
        orders=orders,
        attributes=attributes,
        fulfillments=states,
        irregular_visits=irregular_visits,
        misfits=misfits,
        misfit_workflows=workflows,
    )


def _fulfillments(batch: EventBatch) -> tuple[DensePlaces, Codes]:
    """Their numbers, and the number of the order of each."""
    events = batch.events
    placements = batch.placements
    has_fulfillment = events.fulfillment >= 0
    number = np.concatenate([events.fulfillment[has_fulfillment], placements.fulfillment])
    places = DensePlaces(number)
    owners = np.zeros(len(places), np.int32)
    owners[places.of(number)] = np.concatenate([events.order[has_fulfillment], placements.order])
    return places, owners


def _moves(batch: EventBatch, places: DensePlaces, owners: Codes, removed: Removals) -> Moves:
    """Every event that changes fulfillments, once for each; `step` is still the code of its key."""
    events = batch.events
    placements = batch.placements
    is_move = (events.kind >= EventKind.ENTERED) & (events.kind <= EventKind.CANCELLED)
    events = events.take(is_move & (events.fulfillment >= 0))
    cancellation, cancelled_targets = _of_whole_orders(batch.events, owners)

    def column(name: str, of_placements: Any, of_cancellations: Any, of_removals: Any = None) -> NDArray[Any]:
        values = getattr(events, name)
        parts = (
            np.broadcast_to(of_placements, len(placements)),
            np.broadcast_to(of_cancellations, len(cancelled_targets)),
            np.broadcast_to(of_cancellations if of_removals is None else of_removals, len(removed.target)),
        )
        return np.concatenate([values, *parts]).astype(values.dtype, copy=False)

    targets = [
        places.of(events.fulfillment),
        places.of(placements.fulfillment),
        cancelled_targets,
        removed.target,
    ]
    count = sum(map(len, targets))
    return Moves(
        target=np.concatenate(targets).astype(np.int64),
        time=column("time", placements.time, cancellation.time, removed.time),
        kind=column("kind", int(EventKind.PLACED), int(EventKind.CANCELLED)),
        seq=column("seq", placements.seq, cancellation.seq, removed.seq),
        workflow=column("workflow", placements.workflow, -1),
        step=column("step", 0, 0),
        location=column("location", placements.location, 0),
        code=column("code", 0, 0),
        element=column("element", 0, 0),
        key=np.zeros(count, np.int64),
    )


def _of_whole_orders(events: EventRows, owners: Codes) -> tuple[EventRows, Ints]:
    """Each order.cancelled once for each fulfillment of its order, and the fulfillment of each."""
    events = events.take(events.kind == EventKind.ORDER_CANCELLED)
    by_owner = np.argsort(owners, kind="stable")
    first = np.searchsorted(owners[by_owner], events.order, side="left")
    count = np.searchsorted(owners[by_owner], events.order, side="right") - first
    event = np.repeat(np.arange(len(events)), count)
    offset = np.arange(len(event)) - np.repeat(np.cumsum(count) - count, count)
    return events.take(event), by_owner[np.repeat(first, count) + offset]


def _resolve_steps(
    moves: Moves, lookup: WorkflowLookup, tie_breaker: TieBreaker, limits: tuple[int, int]
) -> tuple[Ints, Codes]:
    """Puts the workflow in force, and the step's index in it, into the moves; drops and returns what does not
    fit.

    `limits`: the number of fulfillments, and `strict_from` of `fold`.
    """
    count, strict_from = limits
    is_setter = np.isin(moves.kind, WORKFLOW_SETTERS)
    key = (moves.time << 4) | moves.kind
    moves.sort(event_order(moves.target, key, moves.seq, tie_breaker, candidates=is_setter))
    workflow = _workflow_in_force(moves, count)
    step = np.where(moves.step > 0, lookup.step_index(workflow, moves.step), np.int32(-1))
    is_allowed = (moves.seq < strict_from) | lookup.has_current(workflow, step)
    is_misfit = (moves.step > 0) & (workflow >= 0) & ~((step >= 0) & is_allowed)
    misfits = moves.seq[is_misfit]
    misfit_workflows = workflow[is_misfit]
    moves.workflow = workflow
    moves.step = step
    moves.sort(np.flatnonzero(~is_misfit))
    return misfits, misfit_workflows


def _workflow_in_force(moves: Moves, count: int) -> Codes:
    """Workflow that the fulfillment was in at each move; the moves are in order of (target, time)."""
    if not len(moves):
        return moves.workflow
    index = np.arange(len(moves))
    is_setter = np.isin(moves.kind, WORKFLOW_SETTERS)
    last_setter = np.maximum.accumulate(np.where(is_setter, index, -1))
    first_setter = np.full(count, -1)
    first_setter[moves.target[is_setter][::-1]] = index[is_setter][::-1]
    is_placement = (first_setter >= 0) & (moves.kind[first_setter] == EventKind.PLACED)
    before_first = np.where(is_placement, moves.workflow[first_setter], -1)
    begin = np.searchsorted(moves.target, np.arange(count))[moves.target]
    in_force = np.where(last_setter >= begin, moves.workflow[last_setter], before_first[moves.target])
    return in_force.astype(np.int32)


def _sort_by_key(moves: Moves, lookup: WorkflowLookup, tie_breaker: TieBreaker) -> None:
    """Brings the moves into the order of (target, key)."""
    position = lookup.step_position(moves.workflow, moves.step)
    moves.key = fold_keys(moves.time, moves.kind, position)
    moves.sort(event_order(moves.target, moves.key, moves.seq, tie_breaker))


def _set_columns(states: FulfillmentFold, moves: Moves) -> None:
    """Sets all but values and records; there is at least one move."""
    last_setter = _last(moves, np.isin(moves.kind, WORKFLOW_SETTERS), len(states))
    states.workflow = np.where(last_setter >= 0, moves.workflow[last_setter], -1).astype(np.int32)
    is_entry = np.isin(moves.kind, ENTRIES) & (moves.step >= 0)
    is_entry &= moves.workflow == states.workflow[moves.target]
    cell = (moves.target[is_entry], moves.step[is_entry])
    states.entered_step_at[cell] = moves.time[is_entry]
    states.entry_location[cell] = moves.location[is_entry]
    latest = _latest_moves(moves, is_entry, len(states))
    for setter, index in latest.items():
        for each in columns_set_by(FulfillmentFold, setter):
            values = getattr(moves, each.field)
            setattr(states, each.name, np.where(index >= 0, values[index], values.dtype.type(each.blank)))
    end = latest[Setter.END]
    status = np.where(moves.kind[end] == EventKind.COMPLETED, COMPLETED, CANCELLED)
    states.status = np.where(end >= 0, status, IN_FLIGHT).astype(np.int8)
    states.is_regular = _is_regular(states, moves, has_ended=end >= 0)


def _latest_moves(moves: Moves, is_entry: Flags, count: int) -> dict[Setter, Ints]:
    """By setter, the index of each fulfillment's latest move, -1 where it has none."""
    entry = _last(moves, is_entry, count)
    error = _last(moves, moves.kind == EventKind.FAILED, count)
    end = _last(moves, np.isin(moves.kind, ENDS), count)
    return {
        Setter.ENTRY: entry,
        Setter.LOCATION: _last(moves, moves.location > 0, count),
        Setter.PLACEMENT: _last(moves, moves.kind == EventKind.PLACED, count),
        Setter.REROUTE: _last(moves, moves.kind == EventKind.REROUTED, count),
        Setter.ERROR: np.where(error > entry, error, -1),
        Setter.END: np.where(end > entry, end, -1),
    }


def _last(moves: Moves, mask: Flags, count: int) -> Ints:
    """Index of each fulfillment's last move of the mask, -1 where it has none."""
    index = np.full(count, -1)
    index[moves.target[mask]] = np.flatnonzero(mask)
    return index


def _is_regular(states: FulfillmentFold, moves: Moves, *, has_ended: Flags) -> Flags:
    """As `FulfillmentFold.is_regular` declares it."""

    def count(mask: Flags) -> Ints:
        return np.bincount(moves.target[mask], minlength=len(states))

    ends = count(np.isin(moves.kind, ENDS))
    entries = count(np.isin(moves.kind, ENTRIES))
    return (
        (count(moves.kind == EventKind.PLACED) == 1)
        & (count(moves.kind == EventKind.REROUTED) == 0)
        & (entries == (states.entered_step_at > 0).sum(axis=1))
        & (ends == has_ended)
        & (ends <= 1)
    )


def _irregular_visits(moves: Moves, states: FulfillmentFold) -> VisitRows:
    """Visits of irregular fulfillments, without those that a cancellation ended; needs at least one move."""
    is_entry = np.isin(moves.kind, ENTRIES) & (moves.step >= 0)
    bounds = np.flatnonzero(is_entry | np.isin(moves.kind, ENDS))
    bounds = bounds[~states.is_regular[moves.target[bounds]]]
    if not len(bounds):
        return VisitRows.empty()
    following = np.append(bounds[1:], -1)
    has_following = np.append(moves.target[bounds[1:]] == moves.target[bounds[:-1]], False)
    left_at = np.where(has_following, moves.time[following], 0)
    is_cancelled = has_following & (moves.kind[following] == EventKind.CANCELLED)
    is_visit = is_entry[bounds] & ~is_cancelled
    entry = bounds[is_visit]
    return VisitRows(
        fulfillment=states.number[moves.target[entry]],
        workflow=moves.workflow[entry],
        step=moves.step[entry],
        location=_locations_at(moves, states)[entry],
        entered_at=moves.time[entry],
        left_at=left_at[is_visit],
    )


def _locations_at(moves: Moves, states: FulfillmentFold) -> Codes:
    """Location of the fulfillment after each move: as the last move until then names it, else where it was
    placed.
    """
    begin = np.searchsorted(moves.target, np.arange(len(states)))[moves.target]
    last_location = np.maximum.accumulate(np.where(moves.location > 0, np.arange(len(moves)), -1))
    placed_at = states.placement_location[moves.target]
    return np.where(last_location >= begin, moves.location[last_location], placed_at).astype(np.int32)


def _set_values(
    states: FulfillmentFold, batch: EventBatch, places: DensePlaces, tie_breaker: TieBreaker
) -> None:
    placements = batch.placements
    group = placements.fulfillment.astype(np.int64)
    order = event_order(group, placements.time, placements.seq, tie_breaker)
    states.value[places.of(placements.fulfillment[order])] = placements.value[order]


def _set_records(
    states: FulfillmentFold, batch: EventBatch, lookup: WorkflowLookup, places: DensePlaces
) -> None:
    events = batch.events
    is_record = (events.kind >= EventKind.POSTING) & (events.kind <= EventKind.SUPPLIER_ORDER)
    events = events.take(is_record & (events.fulfillment >= 0))
    rows = places.of(events.fulfillment)
    workflow = states.workflow[rows]
    lookup.note_first_records(states.first_recorded_at, rows, workflow, events)
    np.bitwise_or.at(states.records, rows, lookup.record_bits(workflow, events))
