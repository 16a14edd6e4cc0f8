"""What an event is, as a number that is stored, and how events of one moment are ordered."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from impactgraph.columns import Ints


class Kind(IntEnum):
    """Numbers are stored in records: never changed, only added to."""

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


TYPES: dict[Kind, str] = {
    Kind.PLACED: "order.placed",
    Kind.ENTERED: "fulfillment.entered",
    Kind.REROUTED: "fulfillment.rerouted",
    Kind.FAILED: "fulfillment.failed",
    Kind.COMPLETED: "fulfillment.completed",
    Kind.CANCELLED: "fulfillment.cancelled",
    Kind.ORDER_CANCELLED: "order.cancelled",
    Kind.POSTING: "posting.recorded",
    Kind.NOTIFICATION: "notification.sent",
    Kind.TASK: "task.closed",
    Kind.SUPPLIER_ORDER: "supplier_order.confirmed",
    Kind.INVENTORY: "inventory.reported",
    Kind.FAILURE_REPORTED: "failure.reported",
    Kind.FAILURE_UPDATED: "failure.updated",
    Kind.FAILURE_RESOLVED: "failure.resolved",
}
KINDS: dict[str, Kind] = {name: kind for kind, name in TYPES.items()}
RECORDS: dict[Kind, RecordKind] = {
    Kind.POSTING: RecordKind.POSTING,
    Kind.NOTIFICATION: RecordKind.NOTIFICATION,
    Kind.TASK: RecordKind.TASK,
    Kind.SUPPLIER_ORDER: RecordKind.SUPPLIER_ORDER,
}

_RANKS = np.full(16, 6, np.int64)
_RANKS[
    [
        Kind.PLACED,
        Kind.ENTERED,
        Kind.REROUTED,
        Kind.FAILED,
        Kind.COMPLETED,
        Kind.CANCELLED,
        Kind.ORDER_CANCELLED,
    ]
] = (0, 1, 2, 3, 4, 5, 5)
_MOST_STEPS = 4096


def keys(time: Ints, kind: NDArray[np.uint8], position: Ints) -> Ints:
    """Order of events as integers: time, then rank of the kind, then (of entries) the step's position in its workflow.

    Times before the year 10000 fit. Equal keys are to be ordered by (source, id).
    """
    rank = _RANKS[kind]
    place = np.where(rank == 1, np.minimum(position, _MOST_STEPS - 1), 0).astype(np.int64)
    return (time << 15) | (rank << 12) | place
