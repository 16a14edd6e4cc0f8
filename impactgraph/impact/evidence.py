"""Evidence that events give on the present step of each row: completion, and errors by their cause."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from graph_models.topology import Integration
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.cohorts import StepEvidence
from impactgraph.forecast.stage import Stage
from impactgraph.impact.grouping import SparseCodes
from impactgraph.impact.matches import Positions
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.workflow_context import Flags, WorkflowContext


class EvidenceKind(IntEnum):
    """What events say of a row in its present step. By code, so that rows are grouped by it."""

    NONE = 0
    COMPLETED = 1
    FAILED = 2
    """An error that the failures explain."""
    DEAD_LETTERED = 3
    UNRELATED_ERROR = 4


_NAMED = len(EvidenceKind)
"""From here on: an error that the failures explain, of the impaired element with this code less that."""


@dataclass(frozen=True)
class RowEvidence:
    """Rows with evidence, by ascending position: its kind, and when the completion was recorded (0: it was
    not).
    """

    at: Positions
    kinds: Codes
    completion_recorded_at: Ints

    @property
    def kind_codes(self) -> SparseCodes:
        return SparseCodes(self.at, self.kinds)

    @property
    def completed_rows(self) -> Positions:
        """Rows whose completion was recorded."""
        return self.at[self.kinds == EvidenceKind.COMPLETED]

    @property
    def completions(self) -> Ints:
        """When the completion of each of `completed_rows` was recorded."""
        return self.completion_recorded_at[self.kinds == EvidenceKind.COMPLETED]


def row_evidence(context: WorkflowContext, stage: Stage, columns: SegmentColumns, start: int) -> RowEvidence:
    """Evidence on the rows from `start` on; positions count from there."""
    recorded_at: Ints = np.zeros(0, np.int64)
    at = np.zeros(0, np.intp)
    if stage.records:
        recorded_at = columns.step_column("first_recorded_at", stage.index)[start:]
        at = np.flatnonzero(recorded_at)
        entered_at = columns.step_values("entered_step_at", stage.index, at + start)
        at = at[recorded_at.take(at) >= entered_at]
    errors = np.flatnonzero(columns.has_error()[start:])
    if not len(errors):
        return RowEvidence(at, np.full(len(at), EvidenceKind.COMPLETED, np.int32), recorded_at[at])
    every = np.union1d(at, errors)
    kinds = np.full(len(every), EvidenceKind.NONE, np.int32)
    moments = np.zeros(len(every), np.int64)
    completion_places = np.searchsorted(every, at)
    kinds[completion_places] = EvidenceKind.COMPLETED
    moments[completion_places] = recorded_at[at]
    places = np.searchsorted(every, errors)
    kinds[places] = _error_kinds(context, stage, columns.rows[start:][errors], kinds[places])
    return RowEvidence(every, kinds, moments)


def _error_kinds(context: WorkflowContext, stage: Stage, rows: Codes, kinds: Codes) -> Codes:
    """Kinds of rows with an error in their present step; `kinds`: without the error.

    An error that names no element, or only who makes or takes a call that the failures impair, is taken for
    one of the failures'.
    """
    f = context.columns.fulfillments
    element = f.failed_element[rows]
    is_named = context.is_impaired[element]
    is_related: Flags = is_named | np.isin(element, _codes_around(context, stage))
    is_dead = f.failed_code[rows] == context.dead_letter_code
    is_open = kinds != EvidenceKind.COMPLETED
    # Whatever impairs the way on: a message that waits too long for it, or too often, is given up as well.
    is_impaired = bool(stage.start) or any(handoff.gate for handoff in stage.handoffs)
    kind = np.where(is_named, _NAMED + element, EvidenceKind.FAILED)
    kinds = np.where(is_related & bool(stage.start) & is_open, kind, kinds)
    kinds = np.where(~is_related & is_open, EvidenceKind.UNRELATED_ERROR, kinds)
    dead_kinds = np.where(is_related & is_impaired, EvidenceKind.DEAD_LETTERED, EvidenceKind.UNRELATED_ERROR)
    return np.where(is_dead, dead_kinds, kinds).astype(np.int32)


def _codes_around(context: WorkflowContext, stage: Stage) -> list[int]:
    """Codes of elements whose errors may be of an impaired one that the step needs or hands over by: none
    named, the step, its system, and both ends of impaired integrations.
    """
    topology = context.forecaster.topology
    names = {stage.step.id, stage.step.runs_on}
    gates = (stage.start, *(handoff.gate for handoff in stage.handoffs))
    for hop in (hop for gate in gates for barrier in gate.barriers for hop in barrier.impairment.hops):
        integration = topology.elements.get(hop.element)
        if isinstance(integration, Integration):
            names |= {integration.source, integration.target}
    codes = (context.columns.dictionaries.elements.find(name) for name in names)
    return [0, *(code for code in codes if code is not None)]


def cohort_evidence(context: WorkflowContext, stage: Stage, kind: int) -> StepEvidence:
    """Evidence of a cohort of one kind, as the forecast takes it."""
    return StepEvidence(
        is_completed=kind == EvidenceKind.COMPLETED,
        record_may_be_late=not stage.records_show_completion,
        has_related_error=(kind == EvidenceKind.FAILED or kind >= _NAMED) and bool(stage.start),
        error_element=context.columns.dictionaries.elements.values[kind - _NAMED] if kind >= _NAMED else None,
        has_unrelated_error=kind == EvidenceKind.UNRELATED_ERROR,
        is_dead_lettered=kind == EvidenceKind.DEAD_LETTERED,
        error_reporting=context.error_reporting,
    )
