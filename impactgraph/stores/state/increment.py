"""Events added to the state of fulfillments whose earlier events need not be looked at again.

Possible for the great most: `examine` tells which orders are to be folded from all their events instead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Ints
from impactgraph.stores.state.event_dictionaries import Reading
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.kinds import Kind, keys
from impactgraph.stores.state.rows import EventRows

_ALWAYS_FOLDED = (Kind.PLACED, Kind.REROUTED, Kind.ORDER_CANCELLED)
_ENDS = (Kind.COMPLETED, Kind.CANCELLED)
_NEVER = -1


@dataclass
class Examined:
    fold: Codes
    """Numbers of the orders whose events must all be folded."""
    misfits: Ints
    """Sequence numbers of events whose step is not one of the fulfillment's workflow, of orders that need no folding."""
    misfit_workflows: Codes


def examine(events: EventRows, instances: Instances, reading: Reading) -> Examined:
    """`events` are of orders that have rows."""
    f = instances.fulfillments
    slow = np.isin(events.kind, _ALWAYS_FOLDED)
    row = instances.fulfillment_rows(events.fulfillment)
    slow |= row < 0
    moves = (events.kind == Kind.ENTERED) | (events.kind == Kind.FAILED) | np.isin(events.kind, _ENDS)
    at = np.flatnonzero(moves & ~slow)
    slow[at] |= ~f["regular"][row[at]]
    at = np.flatnonzero(moves & ~slow)
    workflow = f["workflow"][row[at]]
    index = reading.index(workflow, events.step[at])
    fits = (events.step[at] == 0) | ((index >= 0) & reading.current[workflow, np.maximum(index, 0)])
    misfits, workflows = at[~fits], workflow[~fits]
    slow[at[fits]] |= _conflicts(events.take(at[fits]), row[at[fits]], index[fits], instances, reading)
    fold = np.unique(events.order[slow])
    rest = ~np.isin(events.order[misfits], fold)
    return Examined(fold, events.seq[misfits][rest], workflows[rest])


def _conflicts(
    events: EventRows, row: Codes, index: Codes, instances: Instances, reading: Reading
) -> NDArray[np.bool_]:
    """Which events a register alone cannot take: a step entered again, an end that is not the last, two errors of one moment."""
    f = instances.fulfillments
    enters, ends, fails = events.kind == Kind.ENTERED, np.isin(events.kind, _ENDS), events.kind == Kind.FAILED
    conflict = enters & (f["entered"][row, np.maximum(index, 0)] != 0)
    conflict |= enters & _repeated(row.astype(np.int64) * 4096 + index, enters)
    conflict |= ends & ((f["status"][row] != IN_FLIGHT) | _repeated(row.astype(np.int64), ends))
    key = keys(events.time, events.kind, reading.position[f["workflow"][row], np.maximum(index, 0)])
    conflict |= fails & (
        (events.time == f["failed_at"][row]) | _repeated(row.astype(np.int64) << 44 ^ events.time, fails)
    )
    who, back = np.unique(row, return_inverse=True)
    position, end = _position_keys(who, instances, reading), _end_keys(who, instances)
    np.maximum.at(position, back[enters], key[enters])
    np.maximum.at(end, back[ends], key[ends])
    overtaken = (end != _NEVER) & (end < position)
    return conflict | overtaken[back]


def _repeated(values: Ints, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Marks values that occur more than once among the marked."""
    _, back, count = np.unique(values[among], return_inverse=True, return_counts=True)
    found = np.zeros(len(values), np.bool_)
    found[among] = count[back] > 1
    return found


def _position_keys(rows: Codes, instances: Instances, reading: Reading) -> Ints:
    """Key of the event that brought each regular fulfillment into its step."""
    f = instances.fulfillments
    step = f["step"][rows]
    place = reading.position[np.maximum(f["workflow"][rows], 0), np.maximum(step, 0)]
    entered = keys(f["entered_at"][rows], np.full(len(rows), Kind.ENTERED, np.uint8), place)
    return np.where(step >= 0, entered, _NEVER)


def _end_keys(rows: Codes, instances: Instances) -> Ints:
    f = instances.fulfillments
    status = f["status"][rows]
    kind = np.where(status == COMPLETED, Kind.COMPLETED, Kind.CANCELLED).astype(np.uint8)
    return np.where(
        status == IN_FLIGHT, _NEVER, keys(f["ended_at"][rows], kind, np.zeros(len(rows), np.int64))
    )


def increment(events: EventRows, instances: Instances, reading: Reading) -> None:
    """Adds events that `examine` let pass. Each is one assignment to registers, whatever the number of fulfillments."""
    events = events.take(events.fulfillment >= 0)
    row = instances.fulfillment_rows(events.fulfillment)
    instances.columns.touch(row)
    _add_records(events, row, instances, reading)
    f = instances.fulfillments
    moves = np.flatnonzero(events.kind <= Kind.CANCELLED)
    events, row = events.take(moves), row[moves]
    index = reading.index(f["workflow"][row], events.step)
    key = keys(
        events.time, events.kind, reading.position[np.maximum(f["workflow"][row], 0), np.maximum(index, 0)]
    )
    order = np.argsort(key, kind="stable")
    events, row, index, key = events.take(order), row[order], index[order], key[order]
    _locate(events, row, key, instances)
    _enter(events, row, index, key, instances, reading)
    _fail(events, row, key, instances, reading)
    ends = np.isin(events.kind, _ENDS)
    f["ended_at"][row[ends]] = events.time[ends]
    f["status"][row[ends]] = np.where(events.kind[ends] == Kind.COMPLETED, COMPLETED, CANCELLED)


def _add_records(events: EventRows, row: Codes, instances: Instances, reading: Reading) -> None:
    f = instances.fulfillments
    records = (events.kind >= Kind.POSTING) & (events.kind <= Kind.SUPPLIER_ORDER)
    events, row = events.take(records), row[records]
    np.bitwise_or.at(f["records"], row, reading.bits(f["workflow"][row], events.kind, events.type))
    reading.tell(f["told"], row, f["workflow"][row], events)


def _locate(events: EventRows, row: Codes, key: Ints, instances: Instances) -> None:
    """In key order, so that the last assignment of a row is its latest."""
    f = instances.fulfillments
    later = (events.location > 0) & (key > f["located"][row])
    f["location"][row[later]], f["located"][row[later]] = events.location[later], key[later]


def _enter(
    events: EventRows, row: Codes, index: Codes, key: Ints, instances: Instances, reading: Reading
) -> None:
    f = instances.fulfillments
    enters = events.kind == Kind.ENTERED
    row, index, key, time, location = (
        row[enters],
        index[enters],
        key[enters],
        events.time[enters],
        events.location[enters],
    )
    f["entered"][row, index], f["carried"][row, index] = time, location
    later = key > _position_keys(row, instances, reading)
    f["step"][row[later]], f["entered_at"][row[later]] = index[later], time[later]


def _fail(events: EventRows, row: Codes, key: Ints, instances: Instances, reading: Reading) -> None:
    """An error counts while the fulfillment has not entered a step after it."""
    f = instances.fulfillments
    fails = (events.kind == Kind.FAILED) & (events.time > f["failed_at"][row])
    f["failed_at"][row[fails]] = events.time[fails]
    f["failed_code"][row[fails]], f["failed_element"][row[fails]] = events.code[fails], events.element[fails]
    who = np.unique(row)
    failed = f["failed_at"][who]
    past = who[
        keys(failed, np.full(len(who), Kind.FAILED, np.uint8), np.zeros(len(who), np.int64))
        < _position_keys(who, instances, reading)
    ]
    for name in ("failed_at", "failed_code", "failed_element"):
        f[name][past] = 0
