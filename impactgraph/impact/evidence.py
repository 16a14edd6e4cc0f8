"""Evidence that events give on the present step of each row: completion, and errors by their cause."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.cohorts import StepEvidence
from impactgraph.forecast.plan import Stage
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
    if stage.records_show_completion:
        recorded_at = columns.step_column("first_recorded_at", stage.index)[start:]
        at = np.flatnonzero(recorded_at)
        entered_at = columns.step_column("entered_step_at", stage.index)[start:]
        at = at[recorded_at[at] >= entered_at[at]]
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

    An error that names no element is taken for one of the failures'.
    """
    f = context.columns.fulfillments
    element = f.failed_element[rows]
    is_related: Flags = context.is_impaired[element] | (element == 0)
    is_dead = f.failed_code[rows] == context.dead_letter_code
    is_open = kinds != EvidenceKind.COMPLETED
    rejects = any(h.gate.rejects() for h in stage.handoffs) or stage.start.rejects()
    kinds = np.where(is_related & bool(stage.start) & is_open, EvidenceKind.FAILED, kinds)
    kinds = np.where(~is_related & is_open, EvidenceKind.UNRELATED_ERROR, kinds)
    dead_kinds = np.where(is_related & rejects, EvidenceKind.DEAD_LETTERED, EvidenceKind.UNRELATED_ERROR)
    return np.where(is_dead, dead_kinds, kinds).astype(np.int32)


def cohort_evidence(context: WorkflowContext, stage: Stage, kind: int) -> StepEvidence:
    """Evidence of a cohort of one kind, as the forecast takes it."""
    return StepEvidence(
        is_completed=kind == EvidenceKind.COMPLETED,
        has_related_error=kind == EvidenceKind.FAILED and bool(stage.start),
        has_unrelated_error=kind == EvidenceKind.UNRELATED_ERROR,
        is_dead_lettered=kind == EvidenceKind.DEAD_LETTERED,
        error_reporting=context.error_reporting,
    )
