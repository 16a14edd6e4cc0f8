"""Audit of the records of one workflow: what should have been recorded by now, compared with what was.

A step that was completed must have caused its records: each is due `due` after the completion, and may take
as long as its transport usually does. Events do not report completions: a step was completed by the moment
when the next step was entered, or when the first of its records arrived.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordEffect, RecordKind
from graph_models.time import DAY, MINUTE, SECOND, Millis
from graph_models.topology import Topology, Workflow
from impactgraph.columns import CANCELLED, Codes, Columns, Ints
from impactgraph.diagnosis.records.amounts import (
    Ledger,
    find_duplicates,
    find_foreign_amounts,
    find_wrong_amounts,
)
from impactgraph.diagnosis.records.completion import StepTimes
from impactgraph.diagnosis.records.findings import FindingRows, Tally
from impactgraph.diagnosis.records.slots import FAR, Arrivals, Emitter, Slot, SlotRecords, position_lookup
from impactgraph.diagnosis.records.transport import RecordName, Route, Transports, route_of, usual_limit
from impactgraph.forecast.durations import Durations
from impactgraph.topology.calendar import Calendar

UNSTATED: Millis = 15 * MINUTE
"""Time beyond its usual transport before a record without a stated `due` counts as missing."""
TOGETHER: Millis = 10 * SECOND
"""Messages that overtake each other by no more than this are not out of sequence."""
MONEY = (RecordKind.POSTING, RecordKind.SUPPLIER_ORDER)
_LATEST = np.array(0.95)
"""Quantile of the duration, given the run, at which a step with a batch hand-over is taken to have been
completed.
"""


_MOST_LAGS = 20_000
"""Records of a step from which its usual transport time is learned: the latest."""


@dataclass(frozen=True)
class AuditScope:
    """What all audits of one search share. `learn`: whether transport times are learned from its own
    records.
    """

    topology: Topology
    columns: Columns
    at: Millis
    transports: Transports | None
    learn: bool


@dataclass(frozen=True)
class Pass:
    """An emitter, when its step was completed and when its record arrived; both by position, FAR
    where not.
    """

    slot: Slot
    index: int
    """Of the emitter in the slot."""
    completed_at: Ints
    recorded_at: Ints

    @property
    def emitter(self) -> Emitter:
        return self.slot.emitters[self.index]


class WorkflowAudit:
    """The fulfillments (rows) of one workflow. Arrays are by position among these."""

    def __init__(self, scope: AuditScope, number: int, rows: Codes, arrivals: Arrivals) -> None:
        """`number`: index of the workflow in the dictionary."""
        self._topology = scope.topology
        self._columns = scope.columns
        self._at = scope.at
        self._transports = scope.transports
        self._learn = scope.learn
        self.number = number
        self.rows = rows
        self.slots = [slot for slot in arrivals.slots if slot.workflow == number]
        known_workflow = self._columns.dictionaries.workflows[number]
        self.workflow: Workflow = self._topology.workflows[known_workflow.key]
        f = self._columns.fulfillments
        self.steps = known_workflow.steps
        """Keys by column."""
        self.step_times = StepTimes(f, self.workflow, known_workflow.steps, rows)
        position_of = position_lookup(rows, len(f))
        self._records: dict[int, SlotRecords] = {
            slot.number: arrivals.of(slot, position_of, len(rows)) for slot in self.slots
        }
        self._left_at: dict[int, Ints] = {}
        self._by_name = {(slot.kind, slot.type): slot for slot in self.slots}
        self._ledger = Ledger(self._columns, rows)
        self.tallies: list[Tally] = []

    # ---- completion

    def surely_completed_at(self, emitter: Emitter, excluded: Slot | None) -> Ints:
        """When the step was surely completed, judging by all but one of its records; FAR where it may not
        be.
        """
        column = emitter.column
        if column not in self._left_at:
            self._left_at[column] = self.step_times.left_at(emitter.step, column)
        completed_at = self._left_at[column]
        entered_at = self.step_times.entered_at(column)
        for slot in self.slots:
            if slot is not excluded and len(slot.emitters) == 1 and slot.emitters[0].column == column:
                first = self._records[slot.number].nth()
                is_earlier = (entered_at > 0) & (first >= entered_at) & (first < completed_at)
                completed_at = np.where(is_earlier, first, completed_at)
        return completed_at

    def passes_of(self, slot: Slot) -> list[Pass]:
        """One pass per emitter: the n-th record belongs to the n-th emitter whose step was completed."""
        passes: list[Pass] = []
        rank: NDArray[np.intp] | int = 0
        for index, emitter in enumerate(slot.emitters):
            completed_at = self.surely_completed_at(emitter, slot)
            passes.append(Pass(slot, index, completed_at, self._records[slot.number].nth(rank)))
            if len(slot.emitters) > 1:
                rank = rank + (completed_at < FAR)
        return passes

    # ---- transport

    def learn_limits(self) -> dict[RecordName, Millis]:
        """How long each record takes at most, learned from those that arrived; only where there are
        enough.
        """
        limits = {
            self._name(slot, each.emitter): self._usual_limit(each)
            for slot in self.slots
            for each in self.passes_of(slot)
        }
        return {name: limit for name, limit in limits.items() if limit is not None}

    def _usual_limit(self, each: Pass) -> Millis | None:
        which = np.flatnonzero((each.completed_at < FAR) & (each.recorded_at < FAR))
        which = _latest(which, each.recorded_at, _MOST_LAGS)
        route = route_of(self._topology, each.emitter.emission.via, None)
        return usual_limit(each.recorded_at[which] - route.departure(each.completed_at[which]))

    def route(self, each: Pass) -> Route:
        via = each.emitter.emission.via
        limits = self._transports.limits if self._transports is not None else None
        if limits is not None:
            return route_of(self._topology, via, limits.get(self._name(each.slot, each.emitter)))
        return route_of(self._topology, via, self._usual_limit(each) if self._learn else None)

    def _name(self, slot: Slot, emitter: Emitter) -> RecordName:
        return self.workflow.key, slot.kind, slot.type, emitter.step.key

    # ---- findings

    def findings(self, durations: Durations) -> FindingRows:
        """All findings of the workflow; fills `tallies`."""
        parts = list(self._parts(durations))
        return FindingRows.concatenate(parts) if parts else FindingRows.empty()

    def _parts(self, durations: Durations) -> Iterator[FindingRows]:
        for slot in self.slots:
            passes = self.passes_of(slot)
            for original in passes:
                each = self.since_named(original)
                route = self.route(each)
                missing = self._missing(each, route, durations)
                self.tallies.append(self._tally(each, missing))
                yield missing
                yield self._late(each, route)
            yield self._out_of_sequence(slot, passes)
            yield from self._amounts(slot, passes)

    def since_named(self, each: Pass) -> Pass:
        """FAR where the step was completed before the topology named the record."""
        if self._transports is None:
            return each
        named_since = self._transports.named_since.get(self._name(each.slot, each.emitter))
        if named_since is None:
            return each
        completed_at = np.where(each.completed_at < named_since, FAR, each.completed_at)
        return Pass(each.slot, each.index, completed_at, each.recorded_at)

    def _missing(self, each: Pass, route: Route, durations: Durations) -> FindingRows:
        is_open = (each.completed_at < FAR) & (each.recorded_at == FAR)
        if each.slot.kind not in MONEY:
            # Cancelled fulfillments owe no messages or tasks.
            is_open &= self._columns.fulfillments.status[self.rows] != CANCELLED
        which = np.flatnonzero(is_open)
        completed_at, due, limit = self.terms(each, route, durations, which)
        is_missing = limit < self._at
        which = which[is_missing]
        due = due[is_missing]
        amount = self.expected_amount(each, which)
        return FindingRows.of(
            RecordEffect.MISSING,
            each.slot,
            self.rows[which],
            emitter=each.index,
            currency=self._ledger.currency[which],
            due=due,
            late_by=self._at - due,
            completed_at=completed_at[is_missing],
            missing_from=limit[is_missing],
            amount=amount,
            expected_amount=amount,
        )

    def terms(
        self, each: Pass, route: Route, durations: Durations, which: NDArray[np.intp]
    ) -> tuple[Ints, Ints, Ints]:
        """(completed, due, missing from then on) of the records of these positions."""
        due_after = each.emitter.emission.due
        completed_at = self._before_run(each.emitter, each.completed_at[which], which, durations)
        usual = route.arrives_by(completed_at)
        due = usual if due_after is None else completed_at + due_after
        return completed_at, due, usual + UNSTATED if due_after is None else np.maximum(due, usual)

    def expected_amount(self, each: Pass, which: NDArray[np.intp]) -> Ints:
        is_posting = each.slot.kind is RecordKind.POSTING
        return self._ledger.expected(each.emitter.emission.amount if is_posting else None, which)

    def _tally(self, each: Pass, missing: FindingRows) -> Tally:
        is_recent = (each.completed_at >= self._at - DAY) & (each.completed_at < FAR)
        arrivals = int(np.count_nonzero(is_recent & (each.recorded_at < FAR)))
        missing_due = missing.due[missing.completed_at >= self._at - DAY]
        return Tally(
            each.emitter,
            arrivals + len(missing_due),
            len(missing_due),
            int(missing_due.min()) if len(missing_due) else FAR,
        )

    def _before_run(
        self, emitter: Emitter, completed_at: Ints, which: NDArray[np.intp], durations: Durations
    ) -> Ints:
        """Completion times, earlier where only the run of a batch shows the completion: by then 95 % are
        done.
        """
        usual = durations.of.get((self.workflow.key, emitter.step.key))
        calendar = self._hand_over_calendar(emitter)
        if usual is None or calendar is None or not len(which):
            return completed_at
        entered_at = self.step_times.entered_at(emitter.column)[which].astype(np.float64)
        run_at = calendar.run_before(completed_at.astype(np.float64))
        earliest = np.maximum(calendar.run_before(run_at - 1.0) - entered_at, 1.0)
        latest = run_at - entered_at
        by_run = (completed_at == self._left_at[emitter.column][which]) & (latest > earliest)
        quantiles = np.full(len(which), _LATEST)
        likely = entered_at + usual.between(earliest, np.maximum(latest, earliest + 1.0), quantiles)
        return np.where(by_run, np.minimum(likely.astype(np.int64), completed_at), completed_at)

    def _hand_over_calendar(self, emitter: Emitter) -> Calendar | None:
        """The first calendar, where all transitions of the step have an integration."""
        vias = [transition.via for transition in emitter.step.then if transition.via]
        if not vias or len(vias) < len(emitter.step.then):
            return None
        return route_of(self._topology, vias[0], None).calendar

    def _late(self, each: Pass, route: Route) -> FindingRows:
        """Records that arrived after they were due, and after the time that their transport usually takes.

        A record without `due` is not late once it has arrived.
        """
        emission = each.emitter.emission
        if emission.due is None:
            return FindingRows.empty()
        is_late = (each.recorded_at < FAR) & (each.completed_at < FAR)
        is_late &= each.recorded_at > each.completed_at + emission.due
        which = np.flatnonzero(is_late)
        which = which[each.recorded_at[which] > route.arrives_by(each.completed_at[which])]
        due = each.completed_at[which] + emission.due
        recorded_at = each.recorded_at[which]
        amount, currency = self._recorded_amount(each.slot, which, recorded_at)
        return FindingRows.of(
            RecordEffect.LATE,
            each.slot,
            self.rows[which],
            emitter=each.index,
            currency=currency,
            due=due,
            late_by=recorded_at - due,
            completed_at=each.completed_at[which],
            recorded_at=recorded_at,
            amount=amount,
            expected_amount=self.expected_amount(each, which),
        )

    def _recorded_amount(self, slot: Slot, which: NDArray[np.intp], recorded_at: Ints) -> tuple[Ints, Codes]:
        """Amount of the record of the slot that arrived at that moment, and its currency."""
        records = self._records[slot.number]
        first = records.first[which]
        rank = np.zeros(len(which), np.intp)
        for _ in range(1, max(len(slot.emitters), 1)):
            position = np.minimum(first + rank, len(records.recorded_at) - 1)
            rank += records.recorded_at[position] < recorded_at
        if not len(which):
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        record = records.record[first + rank]
        return self._columns.records.amount[record], self._ledger.currency_of(record, which)

    def _out_of_sequence(self, slot: Slot, passes: list[Pass]) -> FindingRows:
        names = dict.fromkeys(name for emitter in slot.emitters for name in emitter.emission.after)
        if not names:
            return FindingRows.empty()
        first = self._records[slot.number].nth()
        gap = np.zeros(len(self.rows), np.int64)
        after_slot = np.full(len(self.rows), -1, np.int16)
        for name in names:
            predecessor = self._by_name[RecordKind.POSTING, name]
            which, lead = self._overtaking(slot, predecessor, first)
            is_larger = lead > gap[which]
            gap[which[is_larger]] = lead[is_larger]
            after_slot[which[is_larger]] = predecessor.number
        which = np.flatnonzero(after_slot >= 0)
        emission = passes[0].emitter.emission
        completed_at = passes[0].completed_at[which]
        recorded_at = first[which]
        amount, currency = self._recorded_amount(slot, which, recorded_at)
        return FindingRows.of(
            RecordEffect.OUT_OF_SEQUENCE,
            slot,
            self.rows[which],
            emitter=0,
            currency=currency,
            due=np.where(completed_at < FAR, completed_at + (emission.due or 0), recorded_at),
            late_by=gap[which],
            completed_at=completed_at,
            recorded_at=recorded_at,
            amount=amount,
            expected_amount=self._ledger.expected(emission.amount, which),
            after_slot=after_slot[which],
        )

    def _overtaking(self, slot: Slot, predecessor: Slot, first: Ints) -> tuple[NDArray[np.intp], Ints]:
        """Where a record arrived before its predecessor, and by how much, so far.

        Records that arrived with the same run of their batches arrived together.
        """
        predecessor_at = self._records[predecessor.number].nth()
        which = np.flatnonzero((first < FAR) & (predecessor_at > first))
        own_at = first[which]
        other_at = np.minimum(predecessor_at[which], max(self._at, 1))
        is_apart = other_at - own_at > TOGETHER
        calendar = self._calendar(slot)
        other_calendar = self._calendar(predecessor)
        if calendar is not None and other_calendar is not None:
            own_run = calendar.run_before(own_at.astype(np.float64))
            is_apart &= own_run != other_calendar.run_before(other_at.astype(np.float64))
        return which[is_apart], (other_at - own_at)[is_apart]

    def _calendar(self, slot: Slot) -> Calendar | None:
        if not slot.emitters:
            return None
        return route_of(self._topology, slot.emitters[0].emission.via, None).calendar

    def _amounts(self, slot: Slot, passes: list[Pass]) -> list[FindingRows]:
        if not slot.emitters:
            return []
        fraction = slot.emitters[0].emission.amount
        records = self._records[slot.number]
        pass_count = np.ones(len(self.rows), np.intp)
        if len(passes) > 1:
            entries = (self.step_times.entered_at(e.column) > 0 for e in slot.emitters)
            pass_count = np.maximum(sum(each.astype(np.intp) for each in entries), 1)
        since = self._columns.fulfillments.rerouted_at[self.rows]
        if len(slot.emitters) == 1:
            since = np.maximum(since, self.step_times.entered_at(slot.emitters[0].column))
        return [
            find_wrong_amounts(slot, fraction, records, self._ledger),
            find_foreign_amounts(slot, fraction, records, self._ledger),
            find_duplicates(slot, fraction, records, self._ledger, passes=pass_count, since=since),
        ]


def _latest(which: NDArray[np.intp], recorded_at: Ints, most: int) -> NDArray[np.intp]:
    """Those of the positions with the latest records, about `most`: all of one moment or none."""
    if len(which) <= most:
        return which
    moments = recorded_at[which]
    return which[moments >= np.partition(moments, len(moments) - most)[len(moments) - most]]
