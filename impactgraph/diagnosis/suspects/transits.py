"""Transits: work in a step, a hand-over or the sending of a record, from when it began until it ended.

Work, hand-over and records are places of their own where events distinguish them: where a step's own record
arrives before the order goes on, what follows the record is the hand-over.
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
from impactgraph.topology.calendar import Calendar

SHORTEST: Millis = 5 * MINUTE
"""Shorter transits count as this long, so that one that ends this much later is still in time."""
_MOSTLY = 0.7
"""Share of the visits whose first record arrives before they end, for the record to mark the end of the
work.
"""
_SOME = 20
_GOLDEN_RATIO = 0.6180339887498949


class TransitKind(StrEnum):
    """What goes on at a place."""

    VISIT = "visit"
    """Work and hand-over, where nothing distinguishes them."""
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
    """One row a transit. `place` is an index in `places`."""

    places: tuple[Place, ...]
    place: Codes
    rows: Codes
    """Of the fulfillments."""
    began_at: Ints
    ended_at: Ints
    """0 where it had not ended by `observed_until`."""
    observed_until: Ints

    def __len__(self) -> int:
        return len(self.place)

    def take(self, mask: NDArray[np.bool_]) -> "Transits":
        """The transits where the mask is true."""
        return Transits(
            places=self.places,
            place=self.place[mask],
            rows=self.rows[mask],
            began_at=self.began_at[mask],
            ended_at=self.ended_at[mask],
            observed_until=self.observed_until[mask],
        )


@dataclass(frozen=True)
class _PlaceTransits:
    """Transits of one place; `ended_at` is 0 for those that are open."""

    place: Place
    rows: Codes
    began_at: Ints
    ended_at: Ints


def transits_of(columns: Columns, topology: Topology, rows: Codes, at: Millis) -> Transits:
    """Of these fulfillments, until `at`. Costs a sort of their steps, and a look at all records."""
    visits = visits_of(columns, rows)
    visits = visits.take((visits.entered_at <= at) & (visits.cancelled_at == 0))
    records = _FirstRecords(columns, rows)
    by_place = list(_by_place(columns, topology, visits, records))
    if not by_place:
        times = np.zeros(0, np.int64)
        codes = np.zeros(0, np.int32)
        return Transits((), codes, codes, times, ended_at=times, observed_until=times)
    observations = [_observation(topology, each, at) for each in by_place]
    began_at = np.concatenate([began for began, _, _ in observations])
    ended_at = np.concatenate([ends for _, ends, _ in observations])
    sizes = [len(each.rows) for each in by_place]
    observed_until = np.repeat(np.array([until for _, _, until in observations], np.int64), sizes)
    ended_at = np.where(ended_at > 0, np.maximum(ended_at, began_at + SHORTEST), 0)
    ended_at = np.where(ended_at > observed_until, 0, ended_at)
    transits = Transits(
        places=tuple(each.place for each in by_place),
        place=np.repeat(np.arange(len(by_place), dtype=np.int32), sizes),
        rows=np.concatenate([each.rows for each in by_place]).astype(np.int32),
        began_at=began_at,
        ended_at=ended_at,
        observed_until=np.where(ended_at > 0, ended_at, observed_until),
    )
    return transits.take(began_at < observed_until)


def _by_place(
    columns: Columns, topology: Topology, visits: Visits, records: "_FirstRecords"
) -> Iterator[_PlaceTransits]:
    workflow_of_visit = columns.fulfillments.workflow[visits.row]
    for number, known_workflow in enumerate(columns.dictionaries.workflows):
        workflow = topology.workflows.get(known_workflow.key)
        own = visits.take(workflow_of_visit == number)
        for step in workflow.steps if workflow else ():
            if step.key in known_workflow.steps:
                of_step = own.take(own.step == known_workflow.steps.index(step.key))
                yield from _of_step(step, of_step, records)


def _of_step(step: Step, visits: Visits, records: "_FirstRecords") -> Iterator[_PlaceTransits]:
    workflow = step.workflow
    if _records_mark_work(visits):
        done_at = _done_at(visits)
        work = Place(TransitKind.WORK, workflow, step.key)
        yield _PlaceTransits(work, visits.row, visits.entered_at, done_at)
        yield _since(Place(TransitKind.HANDOVER, workflow, step.key), visits.row, done_at, visits.left_at)
    else:
        done_at = visits.left_at
        visit = Place(TransitKind.VISIT, workflow, step.key)
        yield _PlaceTransits(visit, visits.row, visits.entered_at, done_at)
    for record in dict.fromkeys((emission.kind, emission.type) for emission in step.emits):
        place = Place(TransitKind.RECORD, workflow, step.key, record)
        yield _since(place, visits.row, done_at, records.at(visits.row, record))


def _observation(topology: Topology, transits: _PlaceTransits, at: Millis) -> tuple[Ints, Ints, Millis]:
    """When they began and ended, and until when they were observed, where a batch may hand everything over.

    What only waits for a run counts from that run on. A visit with work in it ends with a run too, but its
    own end lies somewhere after the run before: ends are spread evenly, in a reproducible way. Nothing was
    observed since the last run that is surely over.
    """
    began_at = transits.began_at
    ended_at = transits.ended_at
    calendar = _calendar(topology, transits.place)
    if calendar is None:
        return began_at, ended_at, at
    if transits.place.kind is not TransitKind.VISIT:
        return calendar.run_from(began_at.astype(np.float64)).astype(np.int64), ended_at, at
    run_at = calendar.run_before(ended_at.astype(np.float64))
    previous = np.maximum(calendar.run_before(run_at - 1.0), began_at)
    share = (np.arange(len(ended_at)) * _GOLDEN_RATIO) % 1.0
    end = previous + share * np.maximum(run_at - previous, 0.0)
    last_run = int(calendar.run_before(np.array([float(at - SHORTEST)]))[0])
    return began_at, np.where(ended_at > 0, end, 0).astype(np.int64), last_run


def _calendar(topology: Topology, place: Place) -> Calendar | None:
    """The calendar of the place, where all of its integrations have the same."""
    step = topology.elements[f"step:{place.workflow}/{place.step}"]
    if not isinstance(step, Step) or place.kind is TransitKind.WORK:
        return None
    if place.kind is TransitKind.RECORD:
        vias = [emission.via for emission in step.emits if (emission.kind, emission.type) == place.record]
    else:
        vias = [transition.via for transition in step.then]
    schedules = {topology.integrations[via.partition(":")[2]].schedule if via else None for via in vias}
    schedule = schedules.pop() if len(schedules) == 1 else None
    return Calendar(schedule) if schedule is not None else None


def _records_mark_work(visits: Visits) -> bool:
    """Whether a record of the step usually arrives when its work is done, before the order goes on."""
    has_left = visits.left_at > 0
    recorded_at = visits.first_recorded_at[has_left]
    is_within = (recorded_at > visits.entered_at[has_left]) & (recorded_at <= visits.left_at[has_left])
    return int(has_left.sum()) >= _SOME and float(is_within.mean()) >= _MOSTLY


def _done_at(visits: Visits) -> Ints:
    """When the work was done: a record arrived, or the order went on without one; 0 where neither has
    happened.
    """
    recorded_at = np.where(visits.first_recorded_at > visits.entered_at, visits.first_recorded_at, 0)
    left_first = (visits.left_at > 0) & ((recorded_at == 0) | (recorded_at > visits.left_at))
    return np.where(left_first, visits.left_at, recorded_at)


def _since(place: Place, rows: Codes, done_at: Ints, then_at: Ints) -> _PlaceTransits:
    """What follows the work, where that is done; both may have happened at the same moment."""
    is_done = done_at > 0
    began_at = done_at[is_done]
    ended_at = then_at[is_done]
    return _PlaceTransits(
        place, rows[is_done], began_at, np.where(ended_at > 0, np.maximum(ended_at, began_at + 1), 0)
    )


class _FirstRecords:
    """The first record of each kind and type of the fulfillments in `rows`."""

    def __init__(self, columns: Columns, rows: Codes) -> None:
        records = columns.records
        is_relevant = np.zeros(len(columns.fulfillments), bool)
        is_relevant[rows] = True
        self._which = (
            np.flatnonzero(is_relevant[records.fulfillment]) if len(records) else np.zeros(0, np.intp)
        )
        self._columns = columns

    def at(self, rows: Codes, record: tuple[RecordKind, str]) -> Ints:
        """By row: when the record was sent, 0 where it was not."""
        kind, name = record
        records = self._columns.records
        code = self._columns.dictionaries.types.find(name)
        if code is None or not len(rows):
            return np.zeros(len(rows), np.int64)
        is_same = (records.type[self._which] == code) & (
            records.kind[self._which] == RECORD_KINDS.index(kind)
        )
        which = self._which[is_same]
        which = which[np.lexsort((records.at[which], records.fulfillment[which]))]
        fulfillment = records.fulfillment[which]
        if not len(fulfillment):
            return np.zeros(len(rows), np.int64)
        position = np.minimum(np.searchsorted(fulfillment, rows), len(fulfillment) - 1)
        return np.where(fulfillment[position] == rows, records.at[which][position], 0)


def recent_rows(columns: Columns, since: Millis, most: int, among: NDArray[np.bool_] | None = None) -> Codes:
    """Up to `most` fulfillments of each workflow that were active since then, evenly spaced.

    `among`: only these, by fulfillment.
    """
    f = columns.fulfillments
    is_active = (f.ended_at == 0) | (f.ended_at >= since)
    rows = np.flatnonzero(is_active if among is None else is_active & among)
    workflow = f.workflow[rows]
    by_workflow = [rows[workflow == number] for number in range(len(columns.dictionaries.workflows))]
    samples: list[NDArray[np.intp]] = [each[:: max(1, -(-len(each) // most))] for each in by_workflow]
    return np.sort(np.concatenate(samples)).astype(np.int32) if samples else np.zeros(0, np.int32)
