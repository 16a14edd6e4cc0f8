"""Ended failures whose rejected work is still open: until a replay is seen, they do harm."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect, FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairment
from graph_models.time import Millis
from graph_models.topology import Topology, Workflow
from impactgraph.columns import ENDED, IN_FLIGHT, NOT_BEGUN, Codes, Columns
from impactgraph.impact.workflow_context import DEAD_LETTERED
from impactgraph.propagation import FailureGraph, propagate

_NEVER_REJECT = (FailureClass.STALE_DATA, FailureClass.DUPLICATE, FailureClass.MISSED_RUN)


@dataclass(frozen=True)
class Rejections:
    """When ended failures rejected work, by element, and which they were."""

    spans: dict[str, tuple[Millis, Millis]]
    """Since the first rejection of an element, until the last."""
    failures: frozenset[str]
    """Bare keys."""


def may_reject(failure: Failure, at: Millis) -> bool:
    """Whether it has ended, and is of a class that can reject work."""
    has_ended = failure.ended_at is not None and failure.started_at < failure.ended_at <= at
    return has_ended and failure.failure_class not in _NEVER_REJECT


def rejections_of(graph: FailureGraph, failures: Iterable[Failure]) -> Rejections:
    """Costs one propagation of all the failures together."""
    impairments = propagate(graph, tuple(failures), recovery=lambda failure: failure.ended_at or 0)
    spans: dict[str, tuple[Millis, Millis]] = {}
    causes: set[str] = set()
    for element, rows in impairments.by_element.items():
        rejecting: list[Impairment] = [each for each in rows if each.effect is Effect.REJECTED]
        if rejecting:
            spans[element] = min(i.since for i in rejecting), max(i.until for i in rejecting)
            causes.update(key for each in rejecting for key in each.failures)
    return Rejections(spans, frozenset(causes))


def rows_possibly_rejected(columns: Columns, topology: Topology, rejections: Rejections) -> Codes:
    """Rows that wait where work was rejected, or lack a record that was, since before the last rejection."""
    parts = [
        rows
        for index, entry in enumerate(columns.dictionaries.workflows)
        if (workflow := topology.workflows.get(entry.key)) is not None
        for rows in _rows_of(_Place(columns, index, entry.steps), workflow, rejections)
    ]
    return np.unique(np.concatenate([np.zeros(0, np.int32), *parts])).astype(np.int32)


def open_dead_letters(columns: Columns) -> Codes:
    """Rows in flight of which a message lies in a dead-letter queue, as the last error of their step says."""
    f = columns.fulfillments
    code = columns.dictionaries.fail_codes.find(DEAD_LETTERED)
    if code is None:
        return np.zeros(0, np.int32)
    rows = np.unique(columns.errors.fulfillment[columns.errors.code == code])
    is_open = (f.status[rows] == IN_FLIGHT) & (f.failed_code[rows] == code)
    return rows[is_open & (f.failed_at[rows] >= np.maximum(f.entered_at[rows], 1))]


@dataclass(frozen=True)
class _Place:
    """A workflow in the columns, with the keys of its steps there."""

    columns: Columns
    workflow: int
    steps: list[str]

    def waiting(self, step: str, until: Millis) -> Codes:
        """Rows in a step that they entered before a moment."""
        if step not in self.steps:
            return np.zeros(0, np.int32)
        rows = self.columns.rows_at(self.workflow, self.steps.index(step))
        entered_at = self.columns.fulfillments.entered_at[rows]
        return rows[: int(np.searchsorted(entered_at, until))]

    def without_record(self, step: str, record: int, span: tuple[Millis, Millis]) -> Codes:
        """Rows that entered a step before the end of a span, left it after its start, and lack a record of
        it.
        """
        if step not in self.steps:
            return np.zeros(0, np.int32)
        f = self.columns.fulfillments
        ended_rows = self.columns.rows_at(self.workflow, ENDED)
        ended_rows = ended_rows[int(np.searchsorted(f.ended_at[ended_rows], span[0])) :]
        in_flight = (self.columns.rows_at(self.workflow, index) for index in range(len(self.steps)))
        rows = np.concatenate([ended_rows, *in_flight])
        entered_at = f.entered_step_at[rows, self.steps.index(step)]
        has_record = (f.records[rows] >> np.uint64(record)) & np.uint64(1) if record >= 0 else 0
        return rows[(entered_at > 0) & (entered_at < span[1]) & (has_record == 0)]


def _rows_of(place: _Place, workflow: Workflow, rejections: Rejections) -> Iterator[Codes]:
    spans = rejections.spans
    for number, step in enumerate(workflow.steps):
        ways = [step.id, *(transition.via for transition in step.then if transition.via)]
        if ends := [spans[way][1] for way in ways if way in spans]:
            yield place.waiting(step.key, max(ends))
            if number == 0 and step.id in spans:
                yield place.columns.rows_at(place.workflow, NOT_BEGUN)
        for emission in step.emits:
            if emission.via in spans:
                records = place.columns.dictionaries.workflows[place.workflow].records
                record = (emission.kind.value, emission.type)
                bit = records.index(record) if record in records else -1
                yield place.without_record(step.key, bit, spans[emission.via])
