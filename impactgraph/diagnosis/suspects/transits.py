"""What goes on in the landscape, as transits: something began at a place and ends there, or has not yet.

Work in a step, handing an order over, and sending a record are places of their own where the events tell them apart: where a step's own record comes
before the order goes on, what follows the record is the hand-over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from graph_models.time import MINUTE, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import RECORD_KINDS, Codes, Columns, Ints
from impactgraph.diagnosis.overdue.visits import Visits, visits_of
from impactgraph.forecast.calendar import Calendar

SHORTEST: Millis = 5 * MINUTE
"""What is over sooner counts as over by then: so much later still counts as in time."""
_MOSTLY = 0.7
"""Share of the stays whose first record comes before they end, for the record to mark the end of the work."""
_SOME = 20


class TransitKind(StrEnum):
    """What goes on at a place."""

    VISIT = "stay"
    """Work and hand-over, where nothing tells them apart."""
    WORK = "work"
    HANDOVER = "hand-over"
    RECORD = "record"


class Place(NamedTuple):
    kind: TransitKind
    workflow: str
    step: str
    record: tuple[RecordKind, str] | None = None


@dataclass(frozen=True)
class Transits:
    """`ended` is 0 where it has not, as far as was watched: `until`. `place` is an index in `places`."""

    places: tuple[Place, ...]
    place: Codes
    rows: Codes
    """Of the fulfillment."""
    began_at: Ints
    ended_at: Ints
    observed_until: Ints

    def __len__(self) -> int:
        return len(self.place)

    def take(self, chosen: NDArray[np.bool_]) -> "Transits":
        return Transits(
            self.places,
            self.place[chosen],
            self.rows[chosen],
            self.began_at[chosen],
            self.ended_at[chosen],
            self.observed_until[chosen],
        )


def transits_of(columns: Columns, topology: Topology, rows: Codes, at: Millis) -> Transits:
    """Of these fulfillments, until `at`. Costs a sort of their steps, and a look at all records."""
    stays = visits_of(columns, rows)
    stays = stays.take((stays.entered_at <= at) & (stays.cancelled_at == 0))
    sent = _Sent(columns, rows)
    places: list[Place] = []
    parts: list[tuple[Codes, ...] | tuple[Codes | Ints, ...]] = []
    for place, row, entered, left in _all(columns, topology, stays, sent):
        began, ended, until = _by_run(topology, place, entered, left, at)
        parts.append((np.full(len(row), len(places), np.int32), row, began, ended, np.full(len(row), until)))
        places.append(place)
    if not parts:
        nothing = np.zeros(0, np.int64)
        return Transits((), nothing.astype(np.int32), nothing.astype(np.int32), nothing, nothing, nothing)
    place, row, began, ended, until = (np.concatenate(column) for column in zip(*parts, strict=True))
    ended = np.where(ended > 0, np.maximum(ended, began + SHORTEST), 0)
    ended = np.where(ended > until, 0, ended)
    found = Transits(
        tuple(places),
        place.astype(np.int32),
        row.astype(np.int32),
        began,
        ended,
        np.where(ended > 0, ended, until),
    )
    return found.take(began < until)


def _all(
    columns: Columns, topology: Topology, stays: Visits, sent: "_Sent"
) -> Iterator[tuple[Place, Codes, Ints, Ints]]:
    workflow_of = columns.fulfillments.workflow[stays.row]
    for number, words in enumerate(columns.dictionaries.workflows):
        workflow = topology.workflows.get(words.key)
        mine = stays.take(workflow_of == number)
        for step in workflow.steps if workflow else ():
            if step.key not in words.steps:
                continue
            here = mine.take(mine.step == words.steps.index(step.key))
            done = _done(here) if _tells_apart(here) else here.left_at
            if done is here.left_at:
                yield Place(TransitKind.VISIT, words.key, step.key), here.row, here.entered_at, here.left_at
            else:
                yield Place(TransitKind.WORK, words.key, step.key), here.row, here.entered_at, done
                yield Place(TransitKind.HANDOVER, words.key, step.key), *_since(here.row, done, here.left_at)
            for emission in dict.fromkeys((e.kind, e.type) for e in step.emits):
                yield (
                    Place(TransitKind.RECORD, words.key, step.key, emission),
                    *_since(here.row, done, sent.at(here.row, emission)),
                )


def _by_run(
    topology: Topology, place: Place, began: Ints, ended: Ints, at: Millis
) -> tuple[Ints, Ints, Millis]:
    """When it began and ended, and until when it was watched, where a batch may carry everything away.

    What only waits for a run counts from that run on. A stay with work in it ends with a run too, but its own end lies somewhere after the run before:
    spread evenly, the same way each time; since the last run that is surely over nothing was seen.
    """
    calendar = _calendar(topology, place)
    if calendar is None:
        return began, ended, at
    if place.kind is not TransitKind.VISIT:
        return calendar.run_from(began.astype(np.float64)).astype(np.int64), ended, at
    run = calendar.run_before(ended.astype(np.float64))
    before = np.maximum(calendar.run_before(run - 1.0), began)
    spread = (np.arange(len(ended)) * 0.6180339887498949) % 1.0
    done = before + spread * np.maximum(run - before, 0.0)
    return (
        began,
        np.where(ended > 0, done, 0).astype(np.int64),
        int(calendar.run_before(np.array([float(at - SHORTEST)]))[0]),
    )


def _calendar(topology: Topology, place: Place) -> Calendar | None:
    step = topology.elements[f"step:{place.workflow}/{place.step}"]
    if not isinstance(step, Step) or place.kind is TransitKind.WORK:
        return None
    vias = (
        [e.via for e in step.emits if (e.kind, e.type) == place.record]
        if place.kind is TransitKind.RECORD
        else [t.via for t in step.then]
    )
    schedules = {topology.integrations[via.partition(":")[2]].schedule if via else None for via in vias}
    schedule = schedules.pop() if len(schedules) == 1 else None
    return Calendar(schedule) if schedule is not None else None


def _tells_apart(stays: Visits) -> bool:
    """Whether a record of the step comes when its work is done, before the order goes on."""
    gone = stays.left_at > 0
    before = (stays.first_recorded_at[gone] > stays.entered_at[gone]) & (
        stays.first_recorded_at[gone] <= stays.left_at[gone]
    )
    return int(gone.sum()) >= _SOME and float(before.mean()) >= _MOSTLY


def _done(stays: Visits) -> Ints:
    """When the work was done: a record came, or the order went on without one; 0 where neither has happened."""
    told = np.where(stays.first_recorded_at > stays.entered_at, stays.first_recorded_at, 0)
    return np.where((stays.left_at > 0) & ((told == 0) | (told > stays.left_at)), stays.left_at, told)


def _since(row: Codes, done: Ints, then: Ints) -> tuple[Codes, Ints, Ints]:
    """What follows the work, where that is done; it may have come at the same moment."""
    some = done > 0
    return row[some], done[some], np.where(then[some] > 0, np.maximum(then[some], done[some] + 1), 0)


class _Sent:
    """The first record of each kind and type that the fulfillments in `rows` sent."""

    def __init__(self, columns: Columns, rows: Codes) -> None:
        records, wanted = columns.records, np.zeros(len(columns.fulfillments), bool)
        wanted[rows] = True
        self._records = np.flatnonzero(wanted[records.fulfillment]) if len(records) else np.zeros(0, np.intp)
        self._columns = columns

    def at(self, rows: Codes, record: tuple[RecordKind, str]) -> Ints:
        """By row: when it was sent, 0 where it was not."""
        records, code = self._columns.records, self._columns.dictionaries.types.find(record[1])
        if code is None or not len(rows):
            return np.zeros(len(rows), np.int64)
        chosen = self._records[
            (records.type[self._records] == code) & (records.kind[self._records] == _kind(record[0]))
        ]
        order = np.lexsort((records.at[chosen], records.fulfillment[chosen]))
        owner, moment = records.fulfillment[chosen][order], records.at[chosen][order]
        place = np.searchsorted(owner, rows)
        found = np.minimum(place, max(len(owner) - 1, 0))
        return (
            np.where(owner[found] == rows, moment[found], 0) if len(owner) else np.zeros(len(rows), np.int64)
        )


def _kind(kind: RecordKind) -> int:
    return RECORD_KINDS.index(kind)


def recent_rows(columns: Columns, since: Millis, most: int, among: NDArray[np.bool_] | None = None) -> Codes:
    """Up to `most` fulfillments of each workflow (`among`: of these, by row), evenly spaced, that something went on with since then."""
    f = columns.fulfillments
    active = (f.ended_at == 0) | (f.ended_at >= since)
    rows = np.flatnonzero(active if among is None else active & among)
    workflow = f.workflow[rows]
    found = [rows[workflow == number] for number in range(len(columns.dictionaries.workflows))]
    chosen: list[NDArray[np.intp]] = [each[:: max(1, -(-len(each) // most))] for each in found]
    return np.sort(np.concatenate(chosen)).astype(np.int32) if chosen else np.zeros(0, np.int32)
