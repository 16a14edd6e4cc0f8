"""The join of the forecast with the columns: which fulfillments a failure hits, in one pass over those that stand where it can hit.

Rows are put into classes (same workflow, step, cell, evidence, and about the same moments), each class is forecast once, and each row takes
the outcome of its class. Costs O(rows at steps that the failure can touch) array operations, and the forecast of the classes.
"""

from bisect import bisect_left
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graph_models.scope import Scope
from graph_models.time import HOUR
from graph_models.topology import When, Workflow
from impactgraph.columns import COMPLETED, ENDED, Codes, Columns
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.plan import Plan, Segment, order_scope
from impactgraph.forecast.simulate import PendingDecision
from impactgraph.forecast.slowdown import MAX_LEVEL
from impactgraph.impact.cell_rows import CellRows, Moved
from impactgraph.impact.matches import Matches
from impactgraph.impact.membership import Membership

Flags = NDArray[np.bool_]
DEAD_LETTERED = "DEAD_LETTERED"


def match(
    columns: Columns,
    forecaster: Forecaster,
    membership: Membership,
    keep: Callable[[Codes], Flags] | None = None,
    among: Codes | None = None,
) -> Matches:
    """All fulfillments that may be hit, with any likelihood. `keep` says which rows are asked for; `among`: no others need be looked at."""
    failing = _failing(columns, among)
    found = Matches()
    for index, words in enumerate(columns.dictionaries.workflows):
        workflow = forecaster.topology.workflows.get(words.key)
        if workflow is not None and (among is None or (columns.fulfillments.workflow[among] == index).any()):
            part = _WorkflowMatcher(
                columns, forecaster, membership, index, workflow, keep, failing, among
            ).run()
            found.flows += part.flows
            found.records += part.records
    return found


def _failing(columns: Columns, among: Codes | None) -> Flags:
    """By row: whether an error was reported of its present step. Errors are few, so only they are looked at, or the few rows that are asked for."""
    f, rows = columns.fulfillments, columns.errors.fulfillment if among is None else among
    failing = np.zeros(len(f), bool)
    failing[rows] = f.failed_at[rows] >= np.maximum(f.entered_at[rows], 1)
    return failing


class _WorkflowMatcher:
    """Implements `Matching` for one workflow."""

    def __init__(
        self,
        columns: Columns,
        forecaster: Forecaster,
        membership: Membership,
        index: int,
        workflow: Workflow,
        keep: Callable[[Codes], Flags] | None,
        failing: Flags,
        among: Codes | None = None,
    ) -> None:
        self.columns, self.forecaster, self.membership = columns, forecaster, membership
        self.index, self.workflow, self.keep, self.found = index, workflow, keep, Matches()
        words = columns.dictionaries.workflows[index]
        self.column_of = [words.steps.index(s.key) if s.key in words.steps else -1 for s in workflow.steps]
        self.bit_of = [
            words.records.index((e.kind.value, e.type)) if (e.kind.value, e.type) in words.records else -1
            for _, e in workflow.records
        ]
        self.scopes, self.whens = self._distinctions()
        elements = columns.dictionaries.elements.values
        impaired = {hop.element for i in forecaster.impairments.entries for hop in i.hops}
        self.impaired_codes = np.array([word in impaired for word in elements])
        self.failing, self.among = failing, among
        f = columns.fulfillments
        self.steps_among = (
            None
            if among is None
            else {ENDED if f.status[row] == COMPLETED else int(f.step[row]) for row in among.tolist()}
        )
        self.dead_code = columns.dictionaries.fail_codes.find(DEAD_LETTERED)

    def _touched(self) -> list[str]:
        elements = [s.id for s in self.workflow.steps]
        elements += [t.via for s in self.workflow.steps for t in s.then if t.via]
        return elements + [e.via for _, e in self.workflow.records if e.via]

    def _distinctions(self) -> tuple[list[Scope], list[When]]:
        hazards = self.forecaster.impairments
        scopes = {
            order_scope(i.scope): None
            for element in self._touched()
            for _, i in hazards.at(element)
            if self._applies(i.scope)
        }
        whens = {t.when: None for s in self.workflow.steps for t in s.then if t.when is not None}
        return list(scopes), list(whens)

    def _applies(self, scope: Scope) -> bool:
        workflows = scope.values("workflows")
        return workflows is None or self.workflow.key in workflows

    def usual_reroutes(self, before: float) -> float:
        """Part of this workflow's fulfillments that were rerouted before a moment."""
        hour = float(
            before // HOUR * HOUR
        )  # it changes slowly, so that one figure does for the questions of an hour
        return self.columns.cached_figure(("reroutes", self.index, hour), lambda: self._rerouted_before(hour))

    def _rerouted_before(self, before: float) -> float:
        f = self.columns.fulfillments
        mine = (f.workflow == self.index) & (f.entered_at < before)
        return (int((mine & (f.rerouted_at > 0) & (f.rerouted_at < before)).sum()) + 1) / (
            int(mine.sum()) + 100
        )

    def run(self) -> Matches:
        if not self.scopes:
            return self.found
        cells: dict[Segment, list[CellRows]] = {}
        for position in (*(p for p in range(len(self.workflow.steps)) if self.column_of[p] >= 0), None):
            for rows, cell in self._cells(self._rows_at(position)):
                cells.setdefault(cell, []).append(
                    CellRows(self, self.forecaster.plan(self.workflow, cell), position, rows)
                )
        for groups in cells.values():
            self._match(groups)
        return self.found

    def _rows_at(self, position: int | None) -> Codes:
        """Rows in one step (None: behind the last) that are asked for."""
        step = ENDED if position is None else self.column_of[position]
        if self.steps_among is not None and step not in self.steps_among:
            return np.zeros(0, np.int32)
        rows = self.columns.rows_at(self.index, step, self.among)
        if position is None:  # what had ended before anything began is out of the question
            begun, ended_at = (
                min(i.since for i in self.forecaster.impairments.entries),
                self.columns.fulfillments.ended_at,
            )
            rows = rows[bisect_left(rows, begun, key=lambda row: ended_at[row]) :]
        return rows[self.keep(rows)] if self.keep is not None and len(rows) else rows

    def _match(self, groups: list[CellRows]) -> None:
        """All rows of one cell: what held them, what is to come of them in one forecast, and what of their past is still open."""
        plan, order = groups[0].plan, groups[0].plan.order
        for group in groups:
            group.behind.held()
        groups.sort(key=lambda g: -1 if g.position is None else order.index(g.position))
        requests = [r for g in groups if (r := g.request()) is not None]
        if requests:
            found = self.forecaster.forecast(plan, [here for r in requests for here in r.here])
            first = 0
            for request in requests:
                request.rows.take_outcome(request, found, first)
                first += sum(len(here) for here in request.here)
        moved = [(g, m) for g in groups for m in g.moved]
        for decision in dict.fromkeys(m.decision for _, m in moved):
            self._reroute(plan, decision, [(g, m) for g, m in moved if m.decision == decision])
        for group in groups:
            group.behind.open_records()

    def _reroute(self, plan: Plan, decision: PendingDecision, moved: list[tuple[CellRows, Moved]]) -> None:
        found = self.forecaster.forecast_rerouted(
            plan, [m.here for _, m in moved], np.concatenate([m.went for _, m in moved]), decision
        )
        first = 0
        for group, each in moved:
            group.take_moved(each, found, first)
            first += len(each.here)

    def _cells(self, rows: Codes) -> list[tuple[Codes, Segment]]:
        if not len(rows):
            return []
        flags = [self.membership.in_scope(rows, scope) for scope in self.scopes]
        anywhere = np.logical_or.reduce(flags)
        if not anywhere.all():
            rows, flags = rows[anywhere], [f[anywhere] for f in flags]
        flags += [self.membership.takes(rows, when) for when in self.whens]
        if len(flags) == 1:
            return [(rows, Segment(frozenset(self.scopes), frozenset()))] if len(rows) else []
        code = np.zeros(len(rows), np.int64)
        for flag in flags:
            code = code * 2 + flag
        cells: list[tuple[Codes, Segment]] = []
        for value in np.flatnonzero(np.bincount(code)) if len(flags) < 20 else np.unique(code):
            chosen = code == value
            bits = [bool(value >> (len(flags) - 1 - n) & 1) for n in range(len(flags))]
            scopes = frozenset(s for s, b in zip(self.scopes, bits, strict=False) if b)
            branches = frozenset(w for w, b in zip(self.whens, bits[len(self.scopes) :], strict=True) if b)
            cells.append((rows if chosen.all() else rows[chosen], Segment(scopes, branches)))
        return cells

    def pace_of(self, rows: Codes) -> Codes:
        """Pace of the location of each row, from 0 (quickest) on; MOST is the usual one."""
        pace, location = self.forecaster.durations.slowdown_levels, self.columns.fulfillments.location[rows]
        if not pace.any():
            return np.full(len(rows), MAX_LEVEL, np.int32)
        return (
            np.where(location < len(pace), pace[np.minimum(location, len(pace) - 1)], np.int8(0)).astype(
                np.int32
            )
            + MAX_LEVEL
        )
