"""What should have been recorded by now, held against what was: all fulfillments of a workflow at once.

A step that was passed must have caused its records: each is due `due` after the step was completed, and may take as long as its transport usually does.
When a step was completed is not told; it was by the moment the next step was entered, or the first of its records came.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordEffect, RecordKind
from graph_models.time import DAY, MINUTE, SECOND, Millis
from graph_models.topology import Topology, Workflow
from impactgraph.columns import CANCELLED, Codes, Columns, Ints
from impactgraph.diagnosis.records.amounts import Ledger, find_duplicates, find_wrong_amounts
from impactgraph.diagnosis.records.completion import StepTimes
from impactgraph.diagnosis.records.findings import FindingRows, Tally
from impactgraph.diagnosis.records.slots import FAR, Arrivals, Emitter, Slot, SlotRecords, position_lookup
from impactgraph.diagnosis.records.transport import RecordName, Route, Transports, route_of, usual_limit
from impactgraph.forecast.calendar import Calendar
from impactgraph.forecast.durations import Durations

UNSTATED: Millis = 15 * MINUTE
"""Beyond its usual transport, before a record of which no `due` is stated counts as missing."""
TOGETHER: Millis = 10 * SECOND
"""Messages overtake each other by so much without anybody calling it out of sequence."""
_MONEY = (RecordKind.POSTING, RecordKind.SUPPLIER_ORDER)
_LATEST = 0.95
"""Where a batch handed the order over: by which quantile of its duration, given the run, the step is taken to have been completed."""


@dataclass
class WorkflowAudit:
    """The fulfillments (rows) of one workflow. Arrays are by their place among these."""

    topology: Topology
    columns: Columns
    number: int
    slots: list[Slot]
    rows: Codes
    arrivals: Arrivals
    at: Millis
    transports: Transports | None
    learn: bool

    def __post_init__(self) -> None:
        known = self.columns.dictionaries.workflows[self.number]
        self.workflow: Workflow = self.topology.workflows[known.key]
        self.stays = StepTimes(self.columns.fulfillments, self.workflow, known.steps, self.rows)
        place = position_lookup(self.rows, len(self.columns.fulfillments))
        self.came: dict[int, SlotRecords] = {
            slot.number: self.arrivals.of(slot, place, len(self.rows)) for slot in self.slots
        }
        self._left: dict[int, Ints] = {}
        self.tallies: list[Tally] = []
        self._by_name = {(slot.kind, slot.type): slot for slot in self.slots}

    # Completion

    def _completed(self, emitter: Emitter, but: Slot) -> Ints:
        """By when the step was surely completed, told by all but one of its records; FAR where it may not be."""
        column = emitter.column
        if column not in self._left:
            self._left[column] = self.stays.left_at(emitter.step, column)
        completed, entered = self._left[column], self.stays.entered_at(column)
        for slot in self.slots:
            if slot is not but and len(slot.emitters) == 1 and slot.emitters[0].column == column:
                first = self.came[slot.number].nth()
                completed = np.where(
                    (entered > 0) & (first >= entered) & (first < completed), first, completed
                )
        return completed

    def _passes(self, slot: Slot) -> list[tuple[Emitter, Ints, Ints]]:
        """Each emitter with when it was completed and when its record came: the n-th record is of the n-th emitter that was passed."""
        found: list[tuple[Emitter, Ints, Ints]] = []
        rank: NDArray[np.intp] | int = 0
        for emitter in slot.emitters:
            completed = self._completed(emitter, slot)
            found.append((emitter, completed, self.came[slot.number].nth(rank)))
            if len(slot.emitters) > 1:
                rank = rank + (completed < FAR)
        return found

    # Transport

    def learn_limits(self) -> dict[RecordName, Millis]:
        limits = {
            self._name(slot, emitter): self._usual(emitter, completed, came)
            for slot in self.slots
            for emitter, completed, came in self._passes(slot)
        }
        return {name: limit for name, limit in limits.items() if limit is not None}

    def _usual(self, emitter: Emitter, completed: Ints, came: Ints) -> Millis | None:
        both = np.flatnonzero((completed < FAR) & (came < FAR))
        both = both[:: len(both) // 20_000 + 1]
        base = route_of(self.topology, emitter.emission.via, None).base(completed[both])
        return usual_limit(came[both] - base)

    def _route(self, slot: Slot, emitter: Emitter, completed: Ints, came: Ints) -> Route:
        known = self.transports.limits if self.transports is not None else None
        if known is not None:
            return route_of(self.topology, emitter.emission.via, known.get(self._name(slot, emitter)))
        return route_of(
            self.topology, emitter.emission.via, self._usual(emitter, completed, came) if self.learn else None
        )

    def _name(self, slot: Slot, emitter: Emitter) -> RecordName:
        return self.workflow.key, slot.kind, slot.type, emitter.step.key

    # Findings

    def findings(self, durations: Durations) -> FindingRows:
        ledger, parts = Ledger(self.columns, self.rows), list[FindingRows]()
        for slot in self.slots:
            passes = self._passes(slot)
            for index, (emitter, told, came) in enumerate(passes):
                completed = self._since_named(slot, emitter, told)
                route = self._route(slot, emitter, completed, came)
                missing = self._missing(slot, index, completed, came, route, durations, ledger)
                self.tallies.append(self._tally(emitter, completed, came, missing))
                parts.append(missing)
                parts.append(self._late(slot, index, completed, came, route, ledger))
            parts.append(self._out_of_sequence(slot, passes, ledger))
            parts += self._amounts(slot, passes, ledger)
        return FindingRows.concatenate(parts) if parts else FindingRows.empty()

    def _since_named(self, slot: Slot, emitter: Emitter, completed: Ints) -> Ints:
        """FAR where it was completed before the topology knew of the record."""
        begun = (
            self.transports.named_since.get(self._name(slot, emitter))
            if self.transports is not None
            else None
        )
        return completed if begun is None else np.where(completed < begun, FAR, completed)

    def _missing(
        self,
        slot: Slot,
        index: int,
        completed: Ints,
        came: Ints,
        route: Route,
        durations: Durations,
        ledger: Ledger,
    ) -> FindingRows:
        open_ = (completed < FAR) & (came == FAR)
        if slot.kind not in _MONEY:
            # Nobody expects a message or a task of what was cancelled.
            open_ &= self.columns.fulfillments.status[self.rows] != CANCELLED
        which = np.flatnonzero(open_)
        emission = slot.emitters[index].emission
        done = self._before_the_run(slot.emitters[index], completed[which], which, durations)
        usual = route.arrives_by(done)
        due = usual if emission.due is None else done + emission.due
        limit = usual + UNSTATED if emission.due is None else np.maximum(due, usual)
        missing = limit < self.at
        which, due, done = which[missing], due[missing], done[missing]
        amount = ledger.expected(emission.amount if slot.kind is RecordKind.POSTING else None, which)
        return FindingRows.of(
            RecordEffect.MISSING, slot, self.rows[which], emitter=index, due=due, late_by=self.at - due, completed=done,
            amount=amount, expected=amount, currency=ledger.currency[which],
        )  # fmt: skip

    def _tally(self, emitter: Emitter, completed: Ints, came: Ints, missing: FindingRows) -> Tally:
        there = int(np.count_nonzero((completed >= self.at - DAY) & (completed < FAR) & (came < FAR)))
        recent = missing.due[missing.completed_at >= self.at - DAY]
        return Tally(emitter, there + len(recent), len(recent), int(recent.min()) if len(recent) else FAR)

    def _before_the_run(
        self, emitter: Emitter, completed: Ints, which: NDArray[np.intp], durations: Durations
    ) -> Ints:
        """Where only the run of a batch tells of the completion, it was some while before: nineteen of twenty are by this moment."""
        usual, calendar = (
            durations.of.get((self.workflow.key, emitter.step.key)),
            self._handed_over_by(emitter),
        )
        if usual is None or calendar is None or not len(which):
            return completed
        entered, run = (
            self.stays.entered_at(emitter.column)[which].astype(np.float64),
            calendar.run_before(completed.astype(np.float64)),
        )
        earliest, latest = np.maximum(calendar.run_before(run - 1.0) - entered, 1.0), run - entered
        by_run = (completed == self._left[emitter.column][which]) & (latest > earliest)
        likely = entered + usual.between(
            earliest, np.maximum(latest, earliest + 1.0), np.full(len(which), _LATEST)
        )
        return np.where(by_run, np.minimum(likely.astype(np.int64), completed), completed)

    def _handed_over_by(self, emitter: Emitter) -> Calendar | None:
        calendars = [
            route_of(self.topology, transition.via, None).calendar
            for transition in emitter.step.then
            if transition.via
        ]
        return calendars[0] if calendars and len(calendars) == len(emitter.step.then) else None

    def _late(
        self, slot: Slot, index: int, completed: Ints, came: Ints, route: Route, ledger: Ledger
    ) -> FindingRows:
        """What came after it was due, and after the time that its transport usually takes. What has no `due` is not late once it has come."""
        emission = slot.emitters[index].emission
        if emission.due is None:
            return FindingRows.empty()
        which = np.flatnonzero((came < FAR) & (completed < FAR) & (came > completed + emission.due))
        which = which[came[which] > route.arrives_by(completed[which])]
        due = completed[which] + emission.due
        amount = self._amount(slot, which, came[which])
        expected = ledger.expected(emission.amount if slot.kind is RecordKind.POSTING else None, which)
        return FindingRows.of(
            RecordEffect.LATE, slot, self.rows[which], emitter=index, due=due, late_by=came[which] - due, completed=completed[which], came=came[which],
            amount=amount, expected=expected, currency=ledger.currency[which],
        )  # fmt: skip

    def _amount(self, slot: Slot, which: NDArray[np.intp], at: Ints) -> Ints:
        """Of the record of the slot that came at that moment."""
        came = self.came[slot.number]
        first = came.first[which]
        rank = np.zeros(len(which), np.intp)
        for _ in range(1, max(len(slot.emitters), 1)):
            rank += came.recorded_at[np.minimum(first + rank, len(came.recorded_at) - 1)] < at
        return self.columns.records.amount[came.record[first + rank]] if len(which) else np.zeros(0, np.int64)

    def _out_of_sequence(
        self, slot: Slot, passes: list[tuple[Emitter, Ints, Ints]], ledger: Ledger
    ) -> FindingRows:
        earlier = dict.fromkeys(name for emitter in slot.emitters for name in emitter.emission.after)
        if not earlier:
            return FindingRows.empty()
        first, gap = self.came[slot.number].nth(), np.zeros(len(self.rows), np.int64)
        behind = np.full(len(self.rows), -1, np.int16)
        for name in earlier:
            other = self._by_name[RecordKind.POSTING, name]
            which, ahead = self._overtaken(slot, other, first)
            more = ahead > gap[which]
            gap[which[more]], behind[which[more]] = ahead[more], other.number
        which = np.flatnonzero(behind >= 0)
        emitter, completed, _ = passes[0]
        done, came = completed[which], first[which]
        due = np.where(done < FAR, done + (emitter.emission.due or 0), came)
        expected = ledger.expected(emitter.emission.amount, which)
        return FindingRows.of(
            RecordEffect.OUT_OF_SEQUENCE, slot, self.rows[which], emitter=0, due=due, late_by=gap[which], completed=done, came=came,
            amount=self._amount(slot, which, came), expected=expected, currency=ledger.currency[which], behind=behind[which],
        )  # fmt: skip

    def _overtaken(self, slot: Slot, other: Slot, first: Ints) -> tuple[NDArray[np.intp], Ints]:
        """Where it came before the other one, and by how much, so far. What came with the same run of their batches came together."""
        before = self.came[other.number].nth()
        which = np.flatnonzero((first < FAR) & (before > first))
        mine, its = first[which], np.minimum(before[which], max(self.at, 1))
        apart = its - mine > TOGETHER
        calendars = [self._calendar(s) for s in (slot, other)]
        if calendars[0] is not None and calendars[1] is not None:
            apart &= calendars[0].run_before(mine.astype(np.float64)) != calendars[1].run_before(
                its.astype(np.float64)
            )
        return which[apart], (its - mine)[apart]

    def _calendar(self, slot: Slot) -> Calendar | None:
        return (
            route_of(self.topology, slot.emitters[0].emission.via, None).calendar if slot.emitters else None
        )

    def _amounts(
        self, slot: Slot, passes: list[tuple[Emitter, Ints, Ints]], ledger: Ledger
    ) -> list[FindingRows]:
        if not slot.emitters:
            return []
        fraction, came = slot.emitters[0].emission.amount, self.came[slot.number]
        several = np.ones(len(self.rows), np.intp)
        if len(passes) > 1:
            several = np.maximum(
                sum((self.stays.entered_at(e.column) > 0).astype(np.intp) for e in slot.emitters), 1
            )
        since = self.columns.fulfillments.rerouted_at[self.rows]
        if len(slot.emitters) == 1:
            since = np.maximum(since, self.stays.entered_at(slot.emitters[0].column))
        return [
            find_wrong_amounts(slot, fraction, came, ledger),
            find_duplicates(slot, fraction, came, several, ledger, since),
        ]
