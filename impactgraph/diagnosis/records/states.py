"""Meanings of a system's words for states: a status of the order, or its step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes, Columns, Dictionaries, Ints

STATUS_WORDS = {
    IN_FLIGHT: (
        "in_flight", "open", "new", "created", "placed", "received", "accepted", "confirmed", "active",
        "pending", "processing", "in_process", "in_progress", "released", "backordered", "on_hold",
    ),
    COMPLETED: (
        "completed", "complete", "closed", "done", "finished", "fulfilled", "delivered", "collected",
        "archived",
    ),
    CANCELLED: ("cancelled", "canceled", "cancellation", "void", "voided", "rejected", "deleted"),
}  # fmt: skip
"""By status, the words that mean it where a list does not say what its words mean."""
STATUSES = {IN_FLIGHT: "in flight", COMPLETED: "completed", CANCELLED: "cancelled"}
UNKNOWN = -1
STEP = -2


def plain(word: str) -> str:
    return word.strip().casefold().replace(" ", "_").replace("-", "_")


_STATUS_OF = {word: status for status, words in STATUS_WORDS.items() for word in words}


@dataclass(frozen=True)
class Meanings:
    """By code of a word: what it means."""

    status: NDArray[np.int8]
    """IN_FLIGHT, COMPLETED or CANCELLED; STEP where it is a step, UNKNOWN where it says nothing to us."""
    is_step: NDArray[np.bool_]
    """(words, workflows, steps): whether the word means this step."""


def meanings(words: Sequence[str], topology: Topology, dictionaries: Dictionaries) -> Meanings:
    """A step goes by its key, its name or `workflow/step`, and before a status of the same word."""
    most = max((len(workflow.steps) for workflow in dictionaries.workflows), default=0)
    is_step = np.zeros((len(words), len(dictionaries.workflows), most), bool)
    places: dict[str, list[tuple[int, int]]] = {}
    for number, known_workflow in enumerate(dictionaries.workflows):
        workflow = topology.workflows.get(known_workflow.key)
        names = {step.key: step.name for step in workflow.steps} if workflow is not None else {}
        for column, key in enumerate(known_workflow.steps):
            for word in {key, names.get(key) or key, f"{known_workflow.key}/{key}"}:
                places.setdefault(plain(word), []).append((number, column))
    status = np.full(len(words), UNKNOWN, np.int8)
    for code, word in enumerate(words):
        matches = places.get(plain(word), ())
        for number, column in matches:
            is_step[code, number, column] = True
        status[code] = STEP if matches else _STATUS_OF.get(plain(word), UNKNOWN)
    return Meanings(status, is_step)


def status_at(columns: Columns, rows: Codes, at: Ints) -> NDArray[np.int8]:
    """The status of each fulfillment at a moment, as far as it is known from its end."""
    f = columns.fulfillments
    has_ended = (f.status[rows] != IN_FLIGHT) & (f.ended_at[rows] <= at)
    return np.where(has_ended, f.status[rows], IN_FLIGHT).astype(np.int8)


def order_status(status: NDArray[np.int8], order: NDArray[np.intp], count: int) -> NDArray[np.int8]:
    """By order (0 to `count`): in flight while a fulfillment is, cancelled where all are."""
    result = np.full(count, CANCELLED, np.int8)
    result[order[status == COMPLETED]] = COMPLETED
    result[order[status == IN_FLIGHT]] = IN_FLIGHT
    return result


def state_here(columns: Columns, row: int, at: Millis) -> str:
    """What a fulfillment is at a moment, in words: `in flight (pick)` or `completed`."""
    f = columns.fulfillments
    rows = np.array([row], np.int32)
    status = int(status_at(columns, rows, np.array([at], np.int64))[0])
    if status != IN_FLIGHT or f.workflow[row] < 0 or f.step[row] < 0 or f.entered_at[row] > at:
        return STATUSES[status]
    steps = columns.dictionaries.workflows[int(f.workflow[row])].steps
    return f"{STATUSES[status]} ({steps[int(f.step[row])]})"
