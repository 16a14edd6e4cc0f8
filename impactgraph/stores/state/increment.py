"""Adds events to the state of fulfillments without a look at their earlier events.

Possible for the great majority: `plan_increment` says which orders must be folded from all their events
instead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Ints
from impactgraph.columns.declare import Flags, Setter
from impactgraph.stores.state.event_kinds import ENDS, EventKind, fold_keys
from impactgraph.stores.state.event_tables import EventRows
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.state_tables import FulfillmentFold, Moves, columns_set_by
from impactgraph.stores.state.workflow_lookup import WorkflowLookup

_ALWAYS_FOLD = (EventKind.PLACED, EventKind.REROUTED, EventKind.ORDER_CANCELLED)
_NEVER = -1


@dataclass(frozen=True)
class IncrementPlan:
    """Which events can be added to the state as it is."""

    orders_to_fold: Codes
    """Numbers of the orders whose events must all be folded."""
    misfits: Ints
    """Sequence numbers of events of the other orders that name a step which the workflow does not have."""
    misfit_workflows: Codes
    """That workflow, of each."""


def plan_increment(events: EventRows, instances: Instances, lookup: WorkflowLookup) -> IncrementPlan:
    """What to do with events of orders that have rows."""
    fulfillments = instances.fulfillments.rows
    rows = instances.fulfillment_rows(events.fulfillment)
    needs_fold = np.isin(events.kind, _ALWAYS_FOLD) | (rows < 0)
    is_move = (
        (events.kind == EventKind.ENTERED) | (events.kind == EventKind.FAILED) | np.isin(events.kind, ENDS)
    )
    at = np.flatnonzero(is_move & ~needs_fold)
    needs_fold[at] |= ~fulfillments.is_regular[rows[at]]
    at = np.flatnonzero(is_move & ~needs_fold)
    moves = _moves(events.take(at), rows[at], fulfillments, lookup)
    is_fit = (events.step[at] == 0) | ((moves.step >= 0) & lookup.has_current(moves.workflow, moves.step))
    needs_fold[at[is_fit]] |= _conflicts(moves.take(is_fit), fulfillments, lookup)
    orders_to_fold = np.unique(events.order[needs_fold])
    is_misfit = ~is_fit & ~np.isin(events.order[at], orders_to_fold)
    return IncrementPlan(orders_to_fold, moves.seq[is_misfit], moves.workflow[is_misfit])


def _moves(events: EventRows, rows: Codes, fulfillments: FulfillmentFold, lookup: WorkflowLookup) -> Moves:
    """The events with the workflow that their fulfillment is in, the index of their step in it, and their
    keys.
    """
    workflow = fulfillments.workflow[rows]
    step = lookup.step_index(workflow, events.step)
    return Moves(
        target=rows.astype(np.int64),
        time=events.time,
        kind=events.kind,
        seq=events.seq,
        workflow=workflow,
        step=step,
        location=events.location,
        code=events.code,
        element=events.element,
        key=fold_keys(events.time, events.kind, lookup.step_position(workflow, step)),
    )


def _conflicts(moves: Moves, fulfillments: FulfillmentFold, lookup: WorkflowLookup) -> Flags:
    """Which moves cannot be added alone: a step entered again, an end that is not the last, two errors of one
    moment.
    """
    target = moves.target
    is_entry = moves.kind == EventKind.ENTERED
    is_end = np.isin(moves.kind, ENDS)
    is_error = moves.kind == EventKind.FAILED
    conflict = is_entry & (fulfillments.entered_step_at[target, np.maximum(moves.step, 0)] != 0)
    conflict |= is_entry & _is_repeated(target * 4096 + moves.step, is_entry)
    conflict |= is_end & ((fulfillments.status[target] != IN_FLIGHT) | _is_repeated(target, is_end))
    conflict |= is_error & (moves.time == fulfillments.failed_at[target])
    conflict |= is_error & _is_repeated(target << 44 ^ moves.time, is_error)
    distinct, place = np.unique(target, return_inverse=True)
    entry_key = _entry_keys(distinct, fulfillments, lookup)
    end_key = _end_keys(distinct, fulfillments)
    np.maximum.at(entry_key, place[is_entry], moves.key[is_entry])
    np.maximum.at(end_key, place[is_end], moves.key[is_end])
    is_overtaken = (end_key != _NEVER) & (end_key < entry_key)
    return conflict | is_overtaken[place]


def _is_repeated(values: Ints, mask: Flags) -> Flags:
    """Marks values that occur more than once under the mask."""
    _, place, count = np.unique(values[mask], return_inverse=True, return_counts=True)
    is_repeated = np.zeros(len(values), np.bool_)
    is_repeated[mask] = count[place] > 1
    return is_repeated


def _entry_keys(rows: NDArray[np.int64], fulfillments: FulfillmentFold, lookup: WorkflowLookup) -> Ints:
    """Key of the event that brought each regular fulfillment into its step."""
    step = fulfillments.step[rows]
    position = lookup.step_position(fulfillments.workflow[rows], step)
    kind = np.full(len(rows), EventKind.ENTERED, np.uint8)
    return np.where(step >= 0, fold_keys(fulfillments.entered_at[rows], kind, position), _NEVER)


def _end_keys(rows: NDArray[np.int64], fulfillments: FulfillmentFold) -> Ints:
    """Key of the event that ended each fulfillment."""
    status = fulfillments.status[rows]
    kind = np.where(status == COMPLETED, EventKind.COMPLETED, EventKind.CANCELLED).astype(np.uint8)
    key = fold_keys(fulfillments.ended_at[rows], kind, np.zeros(len(rows), np.int64))
    return np.where(status == IN_FLIGHT, _NEVER, key)


def increment(events: EventRows, instances: Instances, lookup: WorkflowLookup) -> None:
    """Adds events that `plan_increment` let pass: a few assignments to columns, whatever the number of
    events.
    """
    events = events.take(events.fulfillment >= 0)
    rows = instances.fulfillment_rows(events.fulfillment)
    instances.columns.mark_changed(rows)
    fulfillments = instances.fulfillments.rows
    _add_records(events, rows, fulfillments, lookup)
    is_move = events.kind <= EventKind.CANCELLED
    moves = _moves(events.take(is_move), rows[is_move], fulfillments, lookup)
    moves.sort(
        np.argsort(moves.key, kind="stable")
    )  # so that the last assignment to a row is that of its latest
    _set(fulfillments, Setter.LOCATION, moves, (moves.location > 0) & _is_later(moves, fulfillments))
    _enter(moves, fulfillments, lookup)
    _fail(moves, fulfillments, lookup)
    is_end = np.isin(moves.kind, ENDS)
    _set(fulfillments, Setter.END, moves, is_end)
    is_completed = moves.kind[is_end] == EventKind.COMPLETED
    fulfillments.status[moves.target[is_end]] = np.where(is_completed, COMPLETED, CANCELLED)


def _set(fulfillments: FulfillmentFold, setter: Setter, moves: Moves, mask: Flags) -> None:
    """Writes the columns that moves of this kind set; of several of one row, the last counts."""
    target = moves.target[mask]
    for each in columns_set_by(FulfillmentFold, setter):
        getattr(fulfillments, each.name)[target] = getattr(moves, each.field)[mask]


def _is_later(moves: Moves, fulfillments: FulfillmentFold) -> Flags:
    return moves.key > fulfillments.location_key[moves.target]


def _add_records(
    events: EventRows, rows: Codes, fulfillments: FulfillmentFold, lookup: WorkflowLookup
) -> None:
    is_record = (events.kind >= EventKind.POSTING) & (events.kind <= EventKind.SUPPLIER_ORDER)
    events = events.take(is_record)
    rows = rows[is_record]
    workflow = fulfillments.workflow[rows]
    np.bitwise_or.at(fulfillments.records, rows, lookup.record_bits(workflow, events))
    lookup.note_first_records(fulfillments.first_recorded_at, rows, workflow, events)


def _enter(moves: Moves, fulfillments: FulfillmentFold, lookup: WorkflowLookup) -> None:
    is_entry = moves.kind == EventKind.ENTERED
    cell = (moves.target[is_entry], moves.step[is_entry])
    fulfillments.entered_step_at[cell] = moves.time[is_entry]
    fulfillments.entry_location[cell] = moves.location[is_entry]
    is_latest = is_entry & (moves.key > _entry_keys(moves.target, fulfillments, lookup))
    _set(fulfillments, Setter.ENTRY, moves, is_latest)


def _fail(moves: Moves, fulfillments: FulfillmentFold, lookup: WorkflowLookup) -> None:
    """An error counts until the fulfillment enters a step after it."""
    is_error = (moves.kind == EventKind.FAILED) & (moves.time > fulfillments.failed_at[moves.target])
    _set(fulfillments, Setter.ERROR, moves, is_error)
    rows = np.unique(moves.target)
    kind = np.full(len(rows), EventKind.FAILED, np.uint8)
    error_key = fold_keys(fulfillments.failed_at[rows], kind, np.zeros(len(rows), np.int64))
    past = rows[error_key < _entry_keys(rows, fulfillments, lookup)]
    for each in columns_set_by(FulfillmentFold, Setter.ERROR):
        getattr(fulfillments, each.name)[past] = each.blank
