"""Steps that the rows of a segment may have completed, and each row's latest visit to them."""

from dataclasses import dataclass, field

import numpy as np

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barrier_edges import stage_barriers, whole_moment
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.workflow_context import WorkflowContext


@dataclass(frozen=True)
class StepVisits:
    """Latest visit of each row to a step that it has left: entry and exit, 0 where there is none, and the
    position of the step that it went to, -1 where that is not known."""

    entered_at: Ints
    left_at: Ints
    next_position: Codes


@dataclass(frozen=True)
class PastSteps:
    """Stages before the present one in which failures can have affected rows.

    Rows before `start` came to their present step before anything that can have affected them began; they are
    left out here and of past effects.
    """

    stages: tuple[Stage, ...]
    start: int
    columns: SegmentColumns
    """Of the rows from `start` on."""
    step_columns: tuple[int, ...]
    _visits: dict[int, StepVisits] = field(default_factory=dict[int, StepVisits], repr=False)

    def visits(self, stage: Stage) -> StepVisits:
        """Visits to a stage, computed once."""
        visits = self._visits.get(stage.index)
        if visits is None:
            visits = self._visits[stage.index] = _step_visits(self, stage)
        return visits


def past_steps(
    context: WorkflowContext, plan: Plan, position: int | None, columns: SegmentColumns
) -> PastSteps:
    """Past steps of rows in one step, which come in the order in which they came there."""
    stages = tuple(
        stage
        for stage in plan.stages
        if stage.index != position
        and context.has_column(stage.index)
        and (position is None or plan.leads_to(stage.index, position))
    )
    came_at = columns.column("ended_at" if position is None else "entered_at")
    start = int(np.searchsorted(came_at, whole_moment(_earliest_barrier(stages))))
    recent = SegmentColumns(context, columns.rows[start:])
    return PastSteps(stages, start, recent, context.step_columns)


def _earliest_barrier(stages: tuple[Stage, ...]) -> float:
    """The first moment at which a row can have left one of these stages that a barrier affected, or one of
    whose records it did: of a record that waits for a run, the run before the barrier began.
    """
    own = [barrier.since for stage in stages for barrier in stage_barriers(stage)]
    records = (record for stage in stages for record in stage.records if record.gate.calendar is not None)
    waiting = [
        record.gate.arrivals_of(barrier.since, barrier.since)[0]
        for record in records
        for barrier in (*record.gate.barriers, *record.content_barriers)
    ]
    return min([*own, *waiting], default=np.inf)


def _step_visits(past: PastSteps, stage: Stage) -> StepVisits:
    columns = past.columns
    entered_at = columns.step_column("entered_step_at", stage.index)
    ended_at = columns.column("ended_at")
    present_since = columns.column("entered_at")
    # In the same step since, or ended: where no next step says when a row left this one.
    no_handoff = np.where(ended_at > entered_at, ended_at, present_since)
    left_at, next_position = no_handoff, np.full(len(columns), -1, np.int32)
    for handoff in stage.handoffs:
        if past.step_columns[handoff.to] >= 0:
            arrived_at = columns.step_column("entered_step_at", handoff.to)
            is_sooner = arrived_at > entered_at
            if left_at is not no_handoff:
                is_sooner &= (next_position < 0) | (arrived_at < left_at)
            left_at = np.where(is_sooner, arrived_at, left_at)
            next_position[is_sooner] = handoff.to
    is_visit = (entered_at > 0) & (left_at >= entered_at) & ((left_at <= present_since) | (ended_at > 0))
    return StepVisits(np.where(is_visit, entered_at, 0), np.where(is_visit, left_at, 0), next_position)
