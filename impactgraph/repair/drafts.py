"""Drafts of messages to customers that are wrong or owed: from an answer, by rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.customer_facts import CustomerNotice
from graph_models.enums import Band, Effect, RecordEffect, RecordKind
from graph_models.repair import CommunicationAction, CommunicationReason
from graph_models.time import Millis
from graph_models.topology import Emission, Workflow
from impactgraph.columns import COMPLETED, IN_FLIGHT, RECORD_KINDS
from impactgraph.diagnosis.why.stages import notice_of
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.affected_rows import EVEN, AffectedRows
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.matches import RecordGroup
from impactgraph.repair.replay import WatchedRecords

PROMISE = "promise"
"""Type of a message about the promise."""
_HELD = (BANDS.index(Band.STUCK), BANDS.index(Band.UPCOMING))
_HOLDING = (Effect.BLOCKED, Effect.REJECTED)
_TELLS_A_STEP = (CustomerNotice.SHIPPING_NOTICE, CustomerNotice.READY_NOTICE, CustomerNotice.DELIVERY_NOTICE)
_OVERTAKEN = (CustomerNotice.SHIPPING_NOTICE, CustomerNotice.READY_NOTICE)
"""Nobody wants to read these when the order is done."""
_NOTIFICATION = RECORD_KINDS.index(RecordKind.NOTIFICATION)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be held, sent or corrected. `order` and `fulfillment` are rows."""

    order: int
    fulfillment: int
    action: CommunicationAction
    reason: CommunicationReason
    type: str
    notice: CustomerNotice | None
    channel: str
    likelihood: float
    due: Millis | None = None


@dataclass(frozen=True)
class Drafts:
    """All messages of an answer, each in one draft: of several on one message the first rule decides."""

    impact: BlastRadius
    watched: WatchedRecords | None

    def all(self) -> tuple[Draft, ...]:
        drafts: dict[tuple[int, str], Draft] = {}
        rules = (self._of_records(), self._at_hand_overs(), self._of_promises(), self._of_findings())
        for draft in (draft for rule in rules for draft in rule):
            drafts.setdefault((draft.fulfillment, draft.type), draft)
        return tuple(drafts.values())

    # ---- messages that the failures affect

    def _of_records(self) -> Iterator[Draft]:
        for group in self.impact.affected_records:
            if group.emission.kind is not RecordKind.NOTIFICATION:
                continue
            likelihood = group.outcome.likelihood[group.cohort] * group.certainty
            for at in np.flatnonzero(likelihood >= EVEN).tolist():
                draft = self._of_record(group, at, round(float(likelihood[at]), 4))
                if draft is not None:
                    yield draft

    def _of_record(self, group: RecordGroup, at: int, likelihood: float) -> Draft | None:
        cohort, row = int(group.cohort[at]), int(group.rows[at])
        effect = RECORD_EFFECTS[int(group.outcome.effect[cohort])]
        has_come = self._has_come(row, group.emission)
        due = _moment(group.outcome.due_at[cohort])
        # Of a step that is yet to be completed it is due by the forecast only: nothing is owed.
        since = (due or _moment(group.outcome.emitted_at[cohort])) if group.is_past else None
        rule = self._rule(group.emission, effect, row, since, has_come)
        if rule is None:
            return None
        return self._draft(row, rule, group.emission, likelihood, due)

    def _rule(
        self, emission: Emission, effect: RecordEffect, row: int, due: Millis | None, has_come: bool
    ) -> tuple[CommunicationAction, CommunicationReason] | None:
        """What is to be done about a message; None: nothing. `due`: None where it is not owed."""
        correct = CommunicationAction.CORRECT if has_come else CommunicationAction.HOLD
        is_due = due is not None and due <= self.impact.as_of
        match effect:
            case RecordEffect.WRONG:
                return correct, CommunicationReason.WRONG_CONTENT
            case RecordEffect.OUT_OF_SEQUENCE:
                return correct, CommunicationReason.NOT_TRUE_YET
            case RecordEffect.DUPLICATED:
                return CommunicationAction.HOLD, CommunicationReason.DUPLICATED
            case RecordEffect.LATE | RecordEffect.MISSING if has_come:
                return None
            case RecordEffect.LATE if self._is_overtaken(emission, row):
                return CommunicationAction.HOLD, CommunicationReason.OVERTAKEN
            case RecordEffect.LATE | RecordEffect.MISSING if is_due:
                return CommunicationAction.SEND, CommunicationReason.NOT_SENT
            case _:
                return None

    def _is_overtaken(self, emission: Emission, row: int) -> bool:
        is_done = int(self.impact.columns.fulfillments.status[row]) == COMPLETED
        return is_done and notice_of(emission.kind, emission.type) in _OVERTAKEN

    # ---- orders that wait at a hand-over

    def _at_hand_overs(self) -> Iterator[Draft]:
        """What tells that an order has left a step that it cannot leave, now or when its work is done."""
        rows = self.impact.affected_fulfillments
        is_held = np.isin(rows.band, _HELD) & (rows.likelihood >= EVEN) & (rows.impairment >= 0)
        rows = rows.take(is_held & np.isin(rows.order, self.impact.affected_orders.order))
        for number in range(len(rows)):
            row = int(rows.fulfillment[number])
            workflow, position = self._place(row)
            if workflow is None or position < 0:
                continue
            step = workflow.steps[position]
            impairment = self.impact.impairments[int(rows.impairment[number])]
            ways = {transition.via for transition in step.then}
            if impairment.element not in ways or impairment.effect not in _HOLDING:
                continue
            for emission in step.emits:
                if notice_of(emission.kind, emission.type) in _TELLS_A_STEP and _is_message(emission):
                    has_come = self._has_come(row, emission)
                    action = CommunicationAction.CORRECT if has_come else CommunicationAction.HOLD
                    rule = action, CommunicationReason.NOT_TRUE_YET
                    yield self._draft(row, rule, emission, round(float(rows.likelihood[number]), 4), None)

    # ---- promises

    def _of_promises(self) -> Iterator[Draft]:
        """Of promises that are likelier missed because of the failures than kept: confirmations that would
        still name them, and the message that is owed where nothing was sent since.
        """
        rows = self.impact.affected_orders
        rows = rows.take(rows.misses_promise)
        was_informed = self._was_informed(rows)
        for number in range(len(rows)):
            row = int(rows.fulfillment[number])
            likelihood = round(float(rows.missed[number]), 4)
            workflow, position = self._place(row)
            if workflow is not None:
                yield from self._confirmations(row, workflow, position, likelihood)
            if not was_informed[number]:
                yield Draft(
                    order=int(rows.order[number]),
                    fulfillment=row,
                    action=CommunicationAction.SEND,
                    reason=CommunicationReason.PROMISE_MISSED,
                    type=PROMISE,
                    notice=None,
                    channel=_channel(workflow),
                    likelihood=likelihood,
                )

    def _confirmations(
        self, row: int, workflow: Workflow, position: int, likelihood: float
    ) -> Iterator[Draft]:
        """Confirmations of the steps from the present one on: they have not gone out."""
        rule = CommunicationAction.HOLD, CommunicationReason.STATES_PROMISE
        for at, emission in workflow.records:
            is_confirmation = notice_of(emission.kind, emission.type) is CustomerNotice.ORDER_CONFIRMATION
            if at >= position and is_confirmation and not self._has_come(row, emission):
                yield self._draft(row, rule, emission, likelihood, None)

    def _was_informed(self, rows: AffectedRows) -> NDArray[np.bool_]:
        """(rows,) whether a message went to the customer since the failures began, confirmations aside."""
        columns = self.impact.columns
        r = columns.records
        starts = [each.started_at for each in self.impact.failures]
        since = min(starts, default=0)
        confirmation = [
            notice_of(RecordKind.NOTIFICATION, name) is CustomerNotice.ORDER_CONFIRMATION if name else False
            for name in columns.dictionaries.types.values
        ]
        is_informed = (r.kind == _NOTIFICATION) & (r.at >= since) & (r.at <= self.impact.as_of)
        is_informed &= ~np.array(confirmation, bool)[r.type]
        return np.isin(rows.order, columns.fulfillments.order[r.fulfillment[is_informed]])

    # ---- findings of the watch

    def _of_findings(self) -> Iterator[Draft]:
        """Messages that are missing by the watch of records, because of a failure of the answer."""
        if self.watched is None:
            return
        findings, rule = self.watched.findings, (CommunicationAction.SEND, CommunicationReason.NOT_SENT)
        missing = RECORD_EFFECTS.index(RecordEffect.MISSING)
        explained = self.watched.explained
        for index in explained[findings.rows.effect[explained] == missing].tolist():
            slot = findings.slots[int(findings.rows.slot[index])]
            row = int(findings.rows.row[index])
            workflow, _ = self._place(row)
            if slot.kind is not RecordKind.NOTIFICATION or workflow is None:
                continue
            cause = self.watched.cause(index)
            if cause is None or cause.failure not in self.watched.failures:
                continue
            for _, emission in workflow.records:
                if (emission.kind, emission.type) == (slot.kind, slot.type):
                    yield self._draft(row, rule, emission, 1.0, int(findings.rows.due[index]) or None)

    # ----

    def _draft(
        self,
        row: int,
        rule: tuple[CommunicationAction, CommunicationReason],
        emission: Emission,
        likelihood: float,
        due: Millis | None,
    ) -> Draft:
        return Draft(
            order=int(self.impact.columns.fulfillments.order[row]),
            fulfillment=row,
            action=rule[0],
            reason=rule[1],
            type=emission.type,
            notice=notice_of(emission.kind, emission.type),
            channel=emission.channel or "",
            likelihood=likelihood,
            due=due,
        )

    def _place(self, row: int) -> tuple[Workflow | None, int]:
        """The workflow of a fulfillment, and the position of its step there; -1: in none."""
        f = self.impact.columns.fulfillments
        number, column = int(f.workflow[row]), int(f.step[row])
        if number < 0:
            return None, -1
        known = self.impact.columns.dictionaries.workflows[number]
        workflow = self.impact.topology.workflows.get(known.key)
        if workflow is None or column < 0 or int(f.status[row]) != IN_FLIGHT:
            return workflow, -1
        keys = [step.key for step in workflow.steps]
        return workflow, keys.index(known.steps[column]) if known.steps[column] in keys else -1

    def _has_come(self, row: int, emission: Emission) -> bool:
        number = int(self.impact.columns.fulfillments.workflow[row])
        bit = self._bits.get((number, emission.type))
        return bit is not None and bool(int(self.impact.columns.fulfillments.records[row]) >> bit & 1)

    @cached_property
    def _bits(self) -> dict[tuple[int, str], int]:
        """Bit of each type of message by the number of its workflow."""
        return {
            (number, type_): bit
            for number, workflow in enumerate(self.impact.columns.dictionaries.workflows)
            for bit, (kind, type_) in enumerate(workflow.records)
            if kind == RecordKind.NOTIFICATION.value
        }


def _is_message(emission: Emission) -> bool:
    return emission.kind is RecordKind.NOTIFICATION


def _channel(workflow: Workflow | None) -> str:
    """Of the first message of a workflow that states one."""
    records = workflow.records if workflow is not None else ()
    return next((e.channel for _, e in records if _is_message(e) and e.channel), "")


def _moment(at: float) -> Millis | None:
    return round(float(at)) if np.isfinite(at) else None
