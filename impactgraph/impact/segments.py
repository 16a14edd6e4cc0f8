"""First stage of the match: rows of each workflow step, divided into segments by scopes and branches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.scope import Scope
from graph_models.topology import When, Workflow
from impactgraph.columns import Codes
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.segment import Segment, order_scope
from impactgraph.impact.membership import Membership
from impactgraph.impact.workflow_context import WorkflowContext

Flags = NDArray[np.bool_]
_MOST_COUNTED = 20
"""Flags up to which their combinations are counted in a table; with more they are sorted."""


@dataclass(frozen=True)
class RowSelection:
    """Fulfillments that a question is about."""

    keep: Callable[[Codes], Flags] | None = None
    """Mask of the rows that count; None: all do."""
    among: Codes | None = None
    """The only rows that need be looked at; None: all."""


@dataclass(frozen=True)
class SegmentRows:
    """Rows of one segment in one step (`position` None: completed), in the order in which they came there."""

    position: int | None
    rows: Codes
    not_begun: bool = False
    """They were placed and have not entered their first step, at whose `position` they count."""


def segments(
    context: WorkflowContext, membership: Membership, selection: RowSelection
) -> dict[Segment, list[SegmentRows]]:
    """Rows of each segment that impairments can affect, by step."""
    scopes = _scopes(context.workflow, context.forecaster)
    return divide_places(context, membership, selection, scopes) if scopes else {}


def divide_places(
    context: WorkflowContext, membership: Membership, selection: RowSelection, scopes: Sequence[Scope]
) -> dict[Segment, list[SegmentRows]]:
    """Rows inside any of the scopes, at least one, by their segment and step."""
    branches = workflow_branches(context.workflow)
    rows_by_segment: dict[Segment, list[SegmentRows]] = {}
    for place in _places(context, selection):
        for segment, members in _divide(membership, place.rows, scopes, branches):
            for site, rows in membership.divide_by_site(members, context.workflow):
                whole = segment if site is None else replace(segment, site=site)
                rows_by_segment.setdefault(whole, []).append(replace(place, rows=rows))
    return rows_by_segment


def _places(context: WorkflowContext, selection: RowSelection) -> Iterator[SegmentRows]:
    """The rows that count, step by step, those that have not begun first, the completed last."""

    def kept(rows: Codes) -> Codes:
        return rows[selection.keep(rows)] if selection.keep is not None and len(rows) else rows

    if context.workflow.steps and context.has_column(0):
        yield SegmentRows(0, kept(context.rows_not_begun(selection.among)), not_begun=True)
    for position in context.positions(selection.among):
        yield SegmentRows(position, kept(context.rows_at(position, selection.among)))


def workflow_elements(workflow: Workflow) -> list[str]:
    """Elements that its orders and their records pass: steps, then hand-offs, then ways of records."""
    steps = [step.id for step in workflow.steps]
    handoffs = [t.via for step in workflow.steps for t in step.then if t.via]
    return [*steps, *handoffs, *(emission.via for _, emission in workflow.records if emission.via)]


def workflow_branches(workflow: Workflow) -> list[When]:
    """Conditions of its transitions, each once."""
    return list(dict.fromkeys(t.when for step in workflow.steps for t in step.then if t.when is not None))


def _segment(scopes: Sequence[Scope], branches: Sequence[When], code: int) -> Segment:
    """Of a code that has a bit for each scope, then for each branch."""
    count = len(scopes) + len(branches)
    bits = [bool(code >> (count - 1 - n) & 1) for n in range(count)]
    return Segment(
        frozenset(scope for scope, bit in zip(scopes, bits, strict=False) if bit),
        frozenset(branch for branch, bit in zip(branches, bits[len(scopes) :], strict=True) if bit),
    )


def divide_rows(
    workflow: Workflow, forecaster: Forecaster, membership: Membership, rows: Codes
) -> Iterator[tuple[Segment, NDArray[np.intp]]]:
    """Rows of another workflow by the segment of this one to which they would belong, as positions.

    Segments without any impairment are among them.
    """
    scopes = _scopes(workflow, forecaster)
    branches = workflow_branches(workflow)
    flags = [membership.in_scope(rows, scope.without("workflows")) for scope in scopes]
    flags += [membership.takes_branch(rows, branch) for branch in branches]
    codes = np.zeros(len(rows), np.int64)
    for flag in flags:
        codes = codes * 2 + flag
    position_of = {int(row): position for position, row in enumerate(rows)}
    for code in np.unique(codes).tolist():
        segment = _segment(scopes, branches, code)
        for site, members in membership.divide_by_site(rows[codes == code], workflow):
            at = np.array([position_of[int(row)] for row in members], np.intp)
            yield segment if site is None else replace(segment, site=site), at


def _scopes(workflow: Workflow, forecaster: Forecaster) -> list[Scope]:
    """Scopes of impairments that can affect the workflow, each once."""
    scopes = {
        order_scope(impairment.scope): None
        for element in workflow_elements(workflow)
        for _, impairment in forecaster.impairments.at(element)
        if _applies(impairment.scope, workflow)
    }
    return list(scopes)


def _applies(scope: Scope, workflow: Workflow) -> bool:
    workflows = scope.values("workflows")
    return workflows is None or workflow.key in workflows


def _divide(
    membership: Membership, rows: Codes, scopes: Sequence[Scope], branches: Sequence[When]
) -> list[tuple[Segment, Codes]]:
    """Rows inside any scope, divided by the scopes that they are in and the branches that they take."""
    if not len(rows):
        return []
    flags = [membership.in_scope(rows, scope) for scope in scopes]
    in_any = np.logical_or.reduce(flags)
    if not in_any.all():
        at = np.flatnonzero(in_any)
        rows = rows.take(at)
        flags = [flag.take(at) for flag in flags]
    flags += [membership.takes_branch(rows, branch) for branch in branches]
    if len(flags) == 1:
        return [(Segment(frozenset(scopes), frozenset()), rows)] if len(rows) else []
    codes = np.zeros(len(rows), np.int64)
    for flag in flags:
        codes = codes * 2 + flag
    present = np.flatnonzero(np.bincount(codes)) if len(flags) < _MOST_COUNTED else np.unique(codes)
    segment_rows: list[tuple[Segment, Codes]] = []
    for code in present:
        segment = _segment(scopes, branches, int(code))
        mask = codes == code
        segment_rows.append((segment, rows if mask.all() else rows.take(np.flatnonzero(mask))))
    return segment_rows
