"""Steps that the rows of a segment may have completed, and each row's latest visit to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barrier_edges import whole_moment
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.stage import Stage
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
    """Stages that rows of a segment have left, in which failures can have affected them.

    The rows are those of all steps, step after step, so that a stage is looked at once. Left out, here
    and of past effects, are those that came to their step before anything began that can have affected them.
    """

    stages: tuple[Stage, ...]
    """All that are past for rows of any step, in the order of the workflow."""
    columns: SegmentColumns
    parts: tuple["PastPart", ...]
    """For each step, in the order of the steps that were given."""
    step_columns: tuple[int, ...]
    _visits: dict[int, StepVisits] = field(default_factory=dict[int, StepVisits], repr=False)

    def visits(self, stage: Stage) -> StepVisits:
        """Visits of all rows to a stage, computed once."""
        visits = self._visits.get(stage.index)
        if visits is None:
            visits = self._visits[stage.index] = _step_visits(self, stage)
        return visits

    def visits_of(self, part: "PastPart", stage: Stage) -> StepVisits:
        """Of the rows of one step."""
        visits = self.visits(stage)
        return StepVisits(
            visits.entered_at[part.rows], visits.left_at[part.rows], visits.next_position[part.rows]
        )


@dataclass(frozen=True)
class PastPart:
    """The rows of one step, from `start` on: `rows` are their places in `PastSteps`."""

    stages: tuple[Stage, ...]
    start: int
    rows: slice

    def __len__(self) -> int:
        return self.rows.stop - self.rows.start

    @cached_property
    def indexes(self) -> frozenset[int]:
        """Of the stages."""
        return frozenset(stage.index for stage in self.stages)


def past_steps(
    context: WorkflowContext, plan: Plan, steps: Sequence[tuple[int | None, SegmentColumns]]
) -> PastSteps:
    """Past steps of rows in several steps, of each in the order in which they came there."""
    earliest = {stage.index: _earliest_barrier(stage) for stage in plan.stages}
    parts: list[PastPart] = []
    end = 0
    for position, columns in steps:
        stages = _past_stages(context, plan, position)
        came_at = columns.column("ended_at" if position is None else "entered_at")
        first = min((earliest[stage.index] for stage in stages), default=np.inf)
        start = int(np.searchsorted(came_at, whole_moment(first)))
        parts.append(PastPart(stages, start, slice(end, end + len(columns) - start)))
        end += len(columns) - start
    past_of_any = {stage.index for part in parts if len(part) for stage in part.stages}
    return PastSteps(
        stages=tuple(stage for stage in plan.stages if stage.index in past_of_any),
        columns=SegmentColumns.join(
            context, [(columns, part.start) for (_, columns), part in zip(steps, parts, strict=True)]
        ),
        parts=tuple(parts),
        step_columns=context.step_columns,
    )


def _past_stages(context: WorkflowContext, plan: Plan, position: int | None) -> tuple[Stage, ...]:
    return tuple(
        stage
        for stage in plan.stages
        if stage.index != position
        and context.has_column(stage.index)
        and (position is None or plan.leads_to(stage.index, position))
    )


def _earliest_barrier(stage: Stage) -> float:
    """The first moment at which a row can have left the stage while a barrier affected it or its records.

    Of a record that waits for a run that is the run before the barrier began.
    """
    own = [barrier.since for barrier in stage.all_barriers]
    records = (record for record in stage.records if record.gate.calendar is not None)
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
            np.copyto(next_position, np.int32(handoff.to), where=is_sooner)
    is_visit = (entered_at > 0) & (left_at >= entered_at) & ((left_at <= present_since) | (ended_at > 0))
    for part in past.parts:
        if stage.index not in part.indexes:
            is_visit[part.rows] = False
    return StepVisits(np.where(is_visit, entered_at, 0), np.where(is_visit, left_at, 0), next_position)
