"""Kinds of events as stored numbers, and the key by which events are ordered when they are folded."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from impactgraph.columns import Ints


class EventKind(IntEnum):
    """The numbers are stored in records: never change them, only add to them."""

    PLACED = 1
    ENTERED = 2
    REROUTED = 3
    FAILED = 4
    COMPLETED = 5
    CANCELLED = 6
    ORDER_CANCELLED = 7
    POSTING = 8
    NOTIFICATION = 9
    TASK = 10
    SUPPLIER_ORDER = 11
    INVENTORY = 12
    FAILURE_REPORTED = 13
    FAILURE_UPDATED = 14
    FAILURE_RESOLVED = 15
    LIST = 16
    INCIDENT_ACKNOWLEDGED = 17
    INCIDENT_ASSIGNED = 18
    INCIDENT_NOTED = 19
    INCIDENT_MITIGATED = 20
    INCIDENT_CLOSED = 21
    INCIDENT_REOPENED = 22
    INCIDENT_MERGED = 23
    INCIDENT_SPLIT = 24
    INCIDENT_STEP_DONE = 25
    CHANGE_STARTED = 26
    CHANGE_ENDED = 27
    MAINTENANCE_PLANNED = 28
    MAINTENANCE_CANCELLED = 29
    NOTICE_CHANGED = 30
    INCIDENT_STEP_STARTED = 31
    INCIDENT_STEP_UNDONE = 32


TYPES: dict[EventKind, str] = {
    EventKind.PLACED: "order.placed",
    EventKind.ENTERED: "fulfillment.entered",
    EventKind.REROUTED: "fulfillment.rerouted",
    EventKind.FAILED: "fulfillment.failed",
    EventKind.COMPLETED: "fulfillment.completed",
    EventKind.CANCELLED: "fulfillment.cancelled",
    EventKind.ORDER_CANCELLED: "order.cancelled",
    EventKind.POSTING: "posting.recorded",
    EventKind.NOTIFICATION: "notification.sent",
    EventKind.TASK: "task.closed",
    EventKind.SUPPLIER_ORDER: "supplier_order.confirmed",
    EventKind.INVENTORY: "inventory.reported",
    EventKind.FAILURE_REPORTED: "failure.reported",
    EventKind.FAILURE_UPDATED: "failure.updated",
    EventKind.FAILURE_RESOLVED: "failure.resolved",
    EventKind.LIST: "list.reported",
    EventKind.INCIDENT_ACKNOWLEDGED: "incident.acknowledged",
    EventKind.INCIDENT_ASSIGNED: "incident.assigned",
    EventKind.INCIDENT_NOTED: "incident.noted",
    EventKind.INCIDENT_MITIGATED: "incident.mitigated",
    EventKind.INCIDENT_CLOSED: "incident.closed",
    EventKind.INCIDENT_REOPENED: "incident.reopened",
    EventKind.INCIDENT_MERGED: "incident.merged",
    EventKind.INCIDENT_SPLIT: "incident.split",
    EventKind.INCIDENT_STEP_DONE: "incident.step_done",
    EventKind.CHANGE_STARTED: "change.started",
    EventKind.CHANGE_ENDED: "change.ended",
    EventKind.MAINTENANCE_PLANNED: "maintenance.planned",
    EventKind.MAINTENANCE_CANCELLED: "maintenance.cancelled",
    EventKind.NOTICE_CHANGED: "notice.changed",
    EventKind.INCIDENT_STEP_STARTED: "incident.step_started",
    EventKind.INCIDENT_STEP_UNDONE: "incident.step_undone",
}
KINDS: dict[str, EventKind] = {name: kind for kind, name in TYPES.items()}
RECORDS: dict[EventKind, RecordKind] = {
    EventKind.POSTING: RecordKind.POSTING,
    EventKind.NOTIFICATION: RecordKind.NOTIFICATION,
    EventKind.TASK: RecordKind.TASK,
    EventKind.SUPPLIER_ORDER: RecordKind.SUPPLIER_ORDER,
}

FAILURES = (EventKind.FAILURE_REPORTED, EventKind.FAILURE_UPDATED, EventKind.FAILURE_RESOLVED)
"""Their numbers are successive."""
JOURNAL = tuple(kind for kind in EventKind if kind >= EventKind.INCIDENT_ACKNOWLEDGED)
"""About the work on incidents, changes, maintenance and notices."""
ENTRIES = (EventKind.ENTERED, EventKind.REROUTED)
"""Bring a fulfillment into a step."""
ENDS = (EventKind.COMPLETED, EventKind.CANCELLED)
WORKFLOW_SETTERS = (EventKind.PLACED, EventKind.REROUTED)

_RANKS = np.full(max(EventKind) + 1, 6, np.int64)
"""By kind: of events of one moment, those of a lower rank come first."""
for _rank, _kinds in enumerate(
    (
        (EventKind.PLACED,),
        (EventKind.ENTERED,),
        (EventKind.REROUTED,),
        (EventKind.FAILED,),
        (EventKind.COMPLETED,),
        (EventKind.CANCELLED, EventKind.ORDER_CANCELLED),
    )
):
    _RANKS[list(_kinds)] = _rank
_ENTRY_RANK = 1
_MOST_STEPS = 4096


def fold_keys(time: Ints, kind: NDArray[np.uint8], position: Ints) -> Ints:
    """Keys by which events are ordered: time, then rank of the kind, then (of entries) position of the step.

    Times before the year 10000 fit. Events with equal keys are ordered by (source, id).
    """
    rank = _RANKS[kind]
    place = np.where(rank == _ENTRY_RANK, np.minimum(position, _MOST_STEPS - 1), 0).astype(np.int64)
    return (time << 15) | (rank << 12) | place
