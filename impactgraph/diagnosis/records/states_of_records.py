"""The state of each record that a step causes: made, due, late, missing, wrong, repeated, out of sequence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordState
from graph_models.money import Money, from_micros
from graph_models.orders import RecordLine
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import CANCELLED, NO_AMOUNT, Codes, Columns, Ints
from impactgraph.diagnosis.records.audit import MONEY, AuditScope, WorkflowAudit
from impactgraph.diagnosis.records.find import RecordSearch, audits_of, find_records
from impactgraph.diagnosis.records.findings import RecordFindings
from impactgraph.diagnosis.records.slots import FAR, Arrivals, Slot, slots_of
from impactgraph.diagnosis.records.transport import Transports
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS

STATES = tuple(RecordState)
_OF_EFFECT = [STATES.index(RecordState(effect.value)) for effect in RECORD_EFFECTS]


@dataclass
class RecordStates:
    """One line a record that a passed step causes; valid while the columns do not change."""

    columns: Columns
    slots: Sequence[Slot]
    row: Codes
    """Of the fulfillment."""
    slot: Codes
    emitter: Codes
    """Index in the slot's emitters."""
    state: NDArray[np.int8]
    """Index in STATES."""
    due: Ints
    """FAR where the step was not seen to be completed."""
    recorded_at: Ints
    """FAR where it has not come."""
    amount: Ints
    """NO_AMOUNT where there is none."""

    def __len__(self) -> int:
        return len(self.row)

    def select(self, which: NDArray[np.bool_]) -> "RecordStates":
        names = ("row", "slot", "emitter", "state", "due", "recorded_at", "amount")
        return RecordStates(self.columns, self.slots, *(getattr(self, name)[which] for name in names))

    def line(self, index: int) -> RecordLine:
        f = self.columns.fulfillments
        slot = self.slots[int(self.slot[index])]
        row = int(self.row[index])
        due, recorded_at = int(self.due[index]), int(self.recorded_at[index])
        return RecordLine(
            order=str(self.columns.orders.ids[f.order[row]]),
            fulfillment=str(f.ids[row]),
            kind=slot.kind,
            type=slot.type,
            state=STATES[int(self.state[index])],
            step=slot.emitters[int(self.emitter[index])].step.id,
            due=due if due < FAR else None,
            recorded_at=recorded_at if recorded_at < FAR else None,
            amount=self._money(row, int(self.amount[index])),
        )

    def _money(self, row: int, micros: int) -> Money | None:
        if micros == NO_AMOUNT:
            return None
        currency = int(self.columns.orders.currency[self.columns.fulfillments.order[row]])
        return from_micros(micros, self.columns.dictionaries.currencies.values[currency])


def record_states(
    topology: Topology,
    columns: Columns,
    durations: Durations,
    at: Millis,
    transports: Transports | None = None,
) -> RecordStates:
    """Of all fulfillments. A record is due from the completion of its step until it comes or is missing."""
    findings = find_records(topology, columns, durations, at, RecordSearch(), transports=transports)
    slots = slots_of(topology, columns.dictionaries)
    scope = AuditScope(topology, columns, at, transports, learn=True)
    arrivals = Arrivals(columns, slots, None)
    parts = [part for audit in audits_of(scope, arrivals, None) for part in _lines(audit, columns, durations)]
    joint = [
        np.concatenate([part[n] for part in parts]) if parts else np.zeros(0, np.int64) for n in range(6)
    ]
    row, slot, emitter, due, recorded_at, amount = joint
    state = np.where(recorded_at < FAR, STATES.index(RecordState.MADE), STATES.index(RecordState.DUE))
    states = RecordStates(
        columns, slots, row.astype(np.int32), slot.astype(np.int32), emitter.astype(np.int32),
        state.astype(np.int8), due, recorded_at, amount,
    )  # fmt: skip
    _mark(states, findings)
    return states


def _lines(audit: WorkflowAudit, columns: Columns, durations: Durations) -> list[tuple[Ints, ...]]:
    """(row, slot, emitter, due, recorded_at, amount) of each record of each step that was passed."""
    parts: list[tuple[Ints, ...]] = []
    is_cancelled = columns.fulfillments.status[audit.rows] == CANCELLED
    for slot in audit.slots:
        for original in audit.passes_of(slot) if slot.emitters else ():
            each = audit.since_named(original)
            came = each.recorded_at < FAR
            owes = (each.completed_at < FAR) & (slot.kind in MONEY or ~is_cancelled)
            which = np.flatnonzero(owes | came)
            due = np.full(len(which), FAR, np.int64)
            is_completed = np.flatnonzero(each.completed_at[which] < FAR)
            _, due[is_completed], _ = audit.terms(each, audit.route(each), durations, which[is_completed])
            parts.append(
                (
                    audit.rows[which].astype(np.int64),
                    np.full(len(which), slot.number, np.int64),
                    np.full(len(which), original.index, np.int64),
                    due,
                    each.recorded_at[which],
                    audit.expected_amount(each, which),
                )
            )
    return parts


def _mark(states: RecordStates, findings: RecordFindings) -> None:
    """Sets the state of the lines that findings are about, and the amounts that were posted; where an effect
    names no emitter, of the first line of the record. Worse effects go before others.
    """
    rows = findings.rows
    most = max((len(slot.emitters) for slot in states.slots), default=1) or 1
    key = (states.row.astype(np.int64) * len(states.slots) + states.slot) * most + states.emitter
    order = np.argsort(key)
    wanted_keys = (rows.row.astype(np.int64) * len(states.slots) + rows.slot) * most + np.maximum(
        rows.emitter, 0
    )
    place = np.minimum(np.searchsorted(key[order], wanted_keys), max(len(order) - 1, 0))
    for effect in reversed(range(len(RECORD_EFFECTS))):
        which = np.flatnonzero(rows.effect == effect)
        if len(which) and len(order):
            line = order[place[which]]
            is_same = key[line] == wanted_keys[which]
            states.state[line[is_same]] = _OF_EFFECT[effect]
            has_amount = is_same & (rows.amount[which] != NO_AMOUNT)
            states.amount[line[has_amount]] = rows.amount[which[has_amount]]
