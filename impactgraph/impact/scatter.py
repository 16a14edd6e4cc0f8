"""Scatter: outcomes of cohorts back onto their rows, as groups of fulfillments and of records."""

from dataclasses import dataclass
from functools import partial
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.cohort_outcomes import BANDS, CohortOutcomes
from impactgraph.forecast.expected_steps import ChosenSteps, CohortSteps
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.cohorts import StepCohorts
from impactgraph.impact.matches import FirstEffects, FlowGroup, Matches, Positions, RecordGroup
from impactgraph.impact.past_content import DuplicatedRows
from impactgraph.impact.past_effects import PastEffects
from impactgraph.impact.segment_columns import SegmentColumns
from impactgraph.impact.stale_decisions import ReroutedRows
from impactgraph.impact.workflow_context import WorkflowContext

_LIKELY = 0.5
_EXPOSED = BANDS.index(Band.EXPOSED)


@dataclass(frozen=True)
class _AffectedRows:
    """Rows of fulfillments, with the cohort of each in the outcome."""

    step: int
    rows: Codes
    cohort: Positions
    certainty: Reals
    first_effects: FirstEffects | None
    arrivals: Ints | None = None


def scatter(
    context: WorkflowContext,
    plan: Plan,
    columns: SegmentColumns,
    effects: PastEffects,
    cohorts: StepCohorts,
    outcome: "OutcomePart",
) -> Matches:
    """Groups of the rows whose cohort is affected."""
    is_affected = np.zeros(len(cohorts.groups), bool)
    end = outcome.first + len(cohorts)
    is_affected[: len(cohorts)] = outcome.outcome.likelihood[outcome.first : end] > 0
    if not is_affected.any():
        return Matches()
    at, group = cohorts.groups.members(is_affected)
    at = at + cohorts.start
    cohort = group + outcome.first
    first_effects = _likely_first_effects(effects, at, outcome.outcome.band.take(cohort))
    rows = _AffectedRows(
        step=cohorts.position,
        rows=columns.rows.take(at),
        cohort=cohort,
        certainty=np.ones(len(at)),
        first_effects=first_effects,
        arrivals=columns.column("entered_at").take(at) if columns.has_arrivals else None,
    )
    return _groups(context, plan, rows, outcome.outcome)


def scatter_reroutes(
    context: WorkflowContext,
    plan: Plan,
    columns: SegmentColumns,
    effects: PastEffects,
    reroutes: ReroutedRows,
    outcome: "OutcomePart",
) -> Matches:
    """Groups of the rerouted rows."""
    first_effects = effects.first_at(reroutes.at)
    certainty = np.full(len(reroutes.at), reroutes.certainty)
    cohort = reroutes.cohort + outcome.first
    rows = _AffectedRows(reroutes.cohorts.step, columns.rows[reroutes.at], cohort, certainty, first_effects)
    return _groups(context, plan, rows, outcome.outcome)


def scatter_duplicates(
    plan: Plan, columns: SegmentColumns, duplicates: DuplicatedRows, cohorts: StepCohorts, part: "OutcomePart"
) -> Matches:
    """Groups of rows that a failure has duplicated; `part`: the outcome of `duplicate_outcomes`."""
    every = np.zeros(len(cohorts.groups), bool)
    every[: len(cohorts)] = True
    at, cohort = cohorts.groups.members(every)
    flow = FlowGroup(
        workflow=plan.workflow,
        step=cohorts.position,
        rows=columns.rows[at],
        cohort=cohort + part.first,
        outcome=part.outcome,
        certainty=duplicates.chance,
        first_effects=duplicates.first,
    )
    return Matches((flow,))


def duplicate_outcomes(
    outcome: CohortOutcomes, completion: Reals, steps: CohortSteps | None
) -> CohortOutcomes:
    """The outcomes of cohorts that were duplicated for certain, by those of all that is to come.

    `completion` (G,), `steps`: expected, whether or not they are later for the failures.
    """
    size = len(completion)
    is_late = (outcome.flow_likelihood >= _LIKELY) & ~np.isnan(outcome.finish)
    return CohortOutcomes(
        likelihood=np.ones(size),
        flow_likelihood=np.ones(size),
        wrong_decision_likelihood=np.zeros(size),
        band=np.full(size, _EXPOSED, np.int8),
        hit_by=outcome.hit_by,
        hit_step=outcome.hit_step,
        hit_at=outcome.hit_at,
        delay=np.where(is_late, outcome.delay, 0.0),
        finish=np.where(is_late, outcome.finish, completion),
        records=[],
        completions=outcome.completions,
        steps=ChosenSteps(is_late, outcome.steps, steps) if outcome.steps and steps else None,
    )


def _likely_first_effects(effects: PastEffects, at: Positions, band: NDArray[np.int8]) -> FirstEffects | None:
    """First past effects of rows in these bands, none where a row is more likely hit by what is to come."""
    first = effects.first_at(at)
    if first is not None:
        first.impairment[(effects.chance_at(at) < _LIKELY) & (band != _EXPOSED)] = -1
    return first


@dataclass(frozen=True)
class OutcomePart:
    """An outcome of several steps: the cohorts of one begin at `first`."""

    outcome: CohortOutcomes
    first: int


def outcome_parts(outcome: CohortOutcomes, sizes: list[int]) -> list[OutcomePart]:
    """The part of each step, by the number of its cohorts."""
    return [OutcomePart(outcome, end - size) for end, size in zip(accumulate(sizes), sizes, strict=True)]


def _groups(context: WorkflowContext, plan: Plan, rows: _AffectedRows, outcome: CohortOutcomes) -> Matches:
    flow = FlowGroup(
        workflow=plan.workflow,
        step=rows.step,
        rows=rows.rows,
        cohort=rows.cohort,
        outcome=outcome,
        certainty=rows.certainty,
        first_effects=rows.first_effects,
        arrivals=rows.arrivals,
    )
    return Matches((flow,), (), (partial(_open_records, context, flow),))


def _open_records(context: WorkflowContext, flow: FlowGroup) -> list[RecordGroup]:
    """Of each record type that is affected: the rows whose record has not come."""
    records = context.columns.fulfillments.records[flow.rows]
    any_come = int(np.bitwise_or.reduce(records))
    in_use = np.zeros(len(flow.outcome.likelihood), bool)
    in_use[flow.cohort] = True
    groups: list[RecordGroup] = []
    for record in flow.outcome.records:
        if not (record.likelihood[in_use] > 0).any():
            continue
        group = RecordGroup(
            workflow=flow.workflow,
            step=flow.workflow.records[record.bit][0],
            rows=flow.rows,
            cohort=flow.cohort,
            outcome=record,
            certainty=flow.certainty,
            is_past=False,
        )
        bit = context.record_bits[record.bit]
        has_come = bit >= 0 and any_come >> bit & 1
        groups.append(group.take((records & np.uint64(1 << bit)) == 0) if has_come else group)
    return groups
