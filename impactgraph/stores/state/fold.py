"""Events of whole orders to their state, all orders at once. The order in which the events came does not matter.

Of every field the event with the greatest key (time, rank, source, id) wins. The workflow that a fulfillment was in at an event is the one that
the last order.placed or reroute before it names; before the first of them, the one of order.placed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Ints
from impactgraph.stores.state.event_dictionaries import Reading
from impactgraph.stores.state.kinds import Kind, keys
from impactgraph.stores.state.placed import fold_orders, in_order
from impactgraph.stores.state.places import Places
from impactgraph.stores.state.rows import Happened
from impactgraph.stores.state.states import Folded, FulfillmentStates, Stays

Ties: TypeAlias = Callable[[Ints], Mapping[int, tuple[str, str]]]
"""(source, id) of the events of some sequence numbers: asked for only where two events have the same key."""

_POSITIONS = (Kind.ENTERED, Kind.REROUTED)
_SETTERS = (Kind.PLACED, Kind.REROUTED)
_ENDS = (Kind.COMPLETED, Kind.CANCELLED)
_FIRST_RECORD, _LAST_RECORD = Kind.POSTING, Kind.SUPPLIER_ORDER


@dataclass
class _Sequence:
    """What moves fulfillments, a row an event and fulfillment, in order of (fulfillment, key)."""

    who: Ints
    """Index of the fulfillment."""
    time: Ints
    kind: NDArray[np.uint8]
    seq: Ints
    workflow: Codes
    """As the event says it, then the one in force."""
    step: Codes
    """Code of the key, then index in the workflow in force."""
    location: Codes
    code: Codes
    element: Codes

    def sort(self, order: NDArray[np.intp]) -> None:
        for name in ("who", "time", "kind", "seq", "workflow", "step", "location", "code", "element"):
            setattr(self, name, getattr(self, name)[order])


def fold(happened: Happened, reading: Reading, ties: Ties, *, strict_from: int = 2**62) -> Folded:
    """The state that these events make. Each order must have all its events in `happened`.

    Events from sequence number `strict_from` on must name steps that the current topology has; earlier ones, any that it ever had.
    Costs a sort of the events.
    """
    orders = fold_orders(happened, ties)
    places, owners = _fulfillments(happened)
    s = _sequence(happened, places, owners)
    misfits, workflows = _read_steps(s, reading, ties, len(places), strict_from)
    key = _in_key_order(s, reading, ties)
    states, stays = _registers(s, key, reading, places.numbers, owners)
    _set_values(states, happened, places, ties)
    _set_records(states, happened, reading, places)
    return Folded(orders, states, stays, misfits, workflows)


def _fulfillments(happened: Happened) -> tuple[Places, Codes]:
    """Their numbers, and the number of the order of each."""
    e, p = happened.events, happened.placements
    named = e.fulfillment >= 0
    number = np.concatenate([e.fulfillment[named], p.fulfillment])
    places = Places(number)
    owners = np.zeros(len(places), np.int32)
    owners[places.of(number)] = np.concatenate([e.order[named], p.order])
    return places, owners


def _sequence(happened: Happened, places: Places, owners: Codes) -> _Sequence:
    e, p = happened.events, happened.placements
    moving = e.take((e.kind >= Kind.ENTERED) & (e.kind <= Kind.CANCELLED) & (e.fulfillment >= 0))
    ended = e.take(e.kind == Kind.ORDER_CANCELLED)
    by_owner = np.argsort(owners, kind="stable")
    first, last = (np.searchsorted(owners[by_owner], ended.order, side=side) for side in ("left", "right"))
    event = np.repeat(np.arange(len(ended)), last - first)
    whom = by_owner[
        np.arange(len(event))
        - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        + np.repeat(first, last - first)
    ]
    none, nones = np.zeros(len(p), np.int32), np.zeros(len(event), np.int32)

    def column(name: str, placement: NDArray[Any], cancelled: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([getattr(moving, name), placement, cancelled])

    return _Sequence(
        np.concatenate([places.of(moving.fulfillment), places.of(p.fulfillment), whom]).astype(np.int64),
        column("time", p.time, ended.time[event]),
        column("kind", none + Kind.PLACED, nones + Kind.CANCELLED).astype(np.uint8),
        column("seq", p.seq, ended.seq[event]),
        column("workflow", p.workflow, nones - 1).astype(np.int32),
        column("step", none, nones).astype(np.int32),
        column("location", p.location, nones).astype(np.int32),
        column("code", none, nones).astype(np.int32),
        column("element", none, nones).astype(np.int32),
    )


def _read_steps(
    s: _Sequence, reading: Reading, ties: Ties, count: int, strict_from: int
) -> tuple[Ints, Codes]:
    """Puts the workflow in force and the step's index in it into the sequence; takes out, and returns, what does not fit."""
    s.sort(in_order(s.who, (s.time << 4) | s.kind, s.seq, ties, among=np.isin(s.kind, _SETTERS)))
    at = np.arange(len(s.who))
    starts = np.searchsorted(s.who, np.arange(count))
    begin = starts[s.who]
    setter = np.isin(s.kind, _SETTERS)
    last = np.maximum.accumulate(np.where(setter, at, -1))
    first = np.full(count, -1)
    first[s.who[setter][::-1]] = at[setter][::-1]
    retroactive = (
        np.where((first >= 0) & (s.kind[first] == Kind.PLACED), s.workflow[first], -1) if len(at) else first
    )
    in_force = np.where(last >= begin, s.workflow[last], retroactive[s.who]).astype(np.int32)
    index = np.where(s.step > 0, reading.index(in_force, s.step), np.int32(-1))
    known = (index >= 0) & (
        (s.seq < strict_from) | reading.current[np.maximum(in_force, 0), np.maximum(index, 0)]
    )
    misfit = (s.step > 0) & (in_force >= 0) & ~known
    seqs, workflows = s.seq[misfit], in_force[misfit]
    s.workflow, s.step = in_force, index
    s.sort(np.flatnonzero(~misfit))
    return seqs, workflows


def _in_key_order(s: _Sequence, reading: Reading, ties: Ties) -> Ints:
    position = reading.position[np.maximum(s.workflow, 0), np.maximum(s.step, 0)]
    key: Ints = keys(s.time, s.kind, position)
    order = in_order(s.who, key, s.seq, ties)
    s.sort(order)
    return key[order]


def _registers(
    s: _Sequence, key: Ints, reading: Reading, numbers: Codes, owners: Codes
) -> tuple[FulfillmentStates, Stays]:
    count, at = len(numbers), np.arange(len(s.who))

    def last(mask: NDArray[np.bool_]) -> Ints:
        """Index of the last event of the mask, of each fulfillment; -1 where it has none."""
        found = np.full(count, -1)
        found[s.who[mask]] = at[mask]
        return found

    setter, moves = np.isin(s.kind, _SETTERS), np.isin(s.kind, _POSITIONS) & (s.step >= 0)
    workflow = (
        np.where((where := last(setter)) >= 0, s.workflow[where], -1).astype(np.int32)
        if len(at)
        else np.full(count, -1, np.int32)
    )
    here = moves & (s.workflow == workflow[s.who])
    position, ended, failed = last(here), last(np.isin(s.kind, _ENDS)), last(s.kind == Kind.FAILED)
    located, rerouted = last(s.location > 0), last(s.kind == Kind.REROUTED)
    entered, carried = (
        np.zeros((count, reading.most_steps), np.int64),
        np.zeros((count, reading.most_steps), np.int32),
    )
    entered[s.who[here], s.step[here]], carried[s.who[here], s.step[here]] = s.time[here], s.location[here]
    is_ended, is_failed = ended > position, failed > position
    placements = np.bincount(s.who[s.kind == Kind.PLACED], minlength=count)
    placed = last(s.kind == Kind.PLACED)
    ends = np.bincount(s.who[np.isin(s.kind, _ENDS)], minlength=count)
    moved = np.bincount(s.who[np.isin(s.kind, _POSITIONS)], minlength=count)
    regular = (
        (placements == 1)
        & (rerouted < 0)
        & (moved == (entered > 0).sum(axis=1))
        & (ends == is_ended)
        & (ends <= 1)
    )

    def of(
        index: Ints, values: NDArray[Any], mask: NDArray[np.bool_] | None = None, default: int = 0
    ) -> NDArray[Any]:
        wanted = index >= 0 if mask is None else mask & (index >= 0)
        return (
            np.where(wanted, values[index], values.dtype.type(default))
            if len(at)
            else np.full(count, default, values.dtype)
        )

    how = np.where(of(ended, s.kind) == Kind.COMPLETED, COMPLETED, CANCELLED)
    states = FulfillmentStates(
        number=numbers, order=owners, workflow=workflow, step=of(position, s.step, default=-1), location=of(located, s.location), located=of(located, key),
        home=of(placed, s.location), value=np.zeros(count, np.int64), entered_at=of(position, s.time), entered=entered, carried=carried,
        records=np.zeros(count, np.uint64), told=np.zeros((count, reading.most_steps), np.int64), failed_at=of(failed, s.time, is_failed),
        failed_code=of(failed, s.code, is_failed), failed_element=of(failed, s.element, is_failed), rerouted_at=of(rerouted, s.time),
        ended_at=of(ended, s.time, is_ended), status=np.where(is_ended, how, IN_FLIGHT).astype(np.int8), regular=regular,
    )  # fmt: skip
    return states, _stays(s, moves, numbers, states)


def _stays(s: _Sequence, moves: NDArray[np.bool_], numbers: Codes, states: FulfillmentStates) -> Stays:
    """Of irregular fulfillments; a stay that a cancellation ended is left out."""
    at = np.arange(len(s.who))
    bounds = np.flatnonzero(moves | np.isin(s.kind, _ENDS))
    bounds = bounds[~states.regular[s.who[bounds]]]
    if not len(bounds):
        return Stays.none()
    following = np.append(bounds[1:], -1)
    same = np.append(s.who[bounds[1:]] == s.who[bounds[:-1]], False)
    left = np.where(same, s.time[following], 0)
    cancelled = same & (s.kind[following] == Kind.CANCELLED)
    begin = np.searchsorted(s.who, np.arange(len(numbers)))
    where = np.maximum.accumulate(np.where(s.location > 0, at, -1))
    location = np.where(where >= begin[s.who], s.location[where], states.home[s.who])
    keep = moves[bounds] & ~cancelled
    stay = bounds[keep]
    return Stays(
        numbers[s.who[stay]],
        s.workflow[stay],
        s.step[stay],
        location[stay].astype(np.int32),
        s.time[stay],
        left[keep],
    )


def _set_values(states: FulfillmentStates, happened: Happened, places: Places, ties: Ties) -> None:
    p = happened.placements
    order = in_order(p.fulfillment.astype(np.int64), p.time, p.seq, ties)
    states.value[places.of(p.fulfillment[order])] = p.value[order]


def _set_records(states: FulfillmentStates, happened: Happened, reading: Reading, places: Places) -> None:
    e = happened.events
    e = e.take((e.kind >= _FIRST_RECORD) & (e.kind <= _LAST_RECORD) & (e.fulfillment >= 0))
    who = places.of(e.fulfillment)
    reading.tell(states.told, who, states.workflow[who], e)
    np.bitwise_or.at(states.records, who, reading.bits(states.workflow[who], e.kind, e.type))
