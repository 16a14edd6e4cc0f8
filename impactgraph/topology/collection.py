"""Workflows whose customers collect their orders, and the step in which an order waits for its customer.

A workflow does not say which of its steps is the collection. The name of the step does, or the message before
it that tells the customer that the order is ready.
"""

import re
from itertools import pairwise

from graph_models.enums import RecordKind
from graph_models.topology import Step, Workflow

READY = frozenset({"ready", "pickup", "collect", "collection"})
"""Words of messages that tell a customer to come."""
_REFUND = frozenset({"refund", "refunded", "credit", "return", "returned"})
"""Words of messages that are about something else, whichever others they have."""
_COLLECTION = frozenset(
    {
        "bopis",
        "bopus",
        "bops",
        "ropis",
        "ispu",
        "curbside",
        "locker",
        "collect",
        "collection",
        "pickup",
    }
)
RETURN = frozenset({"return", "returns", "refund", "rma"})
_COLLECTION_PAIRS = {("pick", "up"), ("click", "collect")}
_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """In small letters, in their order."""
    return _WORD.findall(text.lower().replace("_", " "))


def is_collection(text: str) -> bool:
    """Whether a mode, a workflow or a step of this name is about the collection of orders."""
    words = words_of(text)
    return bool(_COLLECTION.intersection(words)) or any(pair in _COLLECTION_PAIRS for pair in pairwise(words))


def is_ready_message(kind: RecordKind, record_type: str) -> bool:
    """Whether a record tells a customer that the order can be collected."""
    words = set(words_of(record_type))
    return kind is RecordKind.NOTIFICATION and bool(words & READY) and not words & _REFUND


def is_for_collection(workflow: Workflow) -> bool:
    """Whether customers collect the orders of a workflow: by all of its modes, else by its key.

    A collection of what is sent back is a return.
    """
    texts = workflow.modes or (workflow.key,)
    return all(is_collection(text) and not RETURN.intersection(words_of(text)) for text in texts)


def promise_step(workflow: Workflow) -> Step | None:
    """The step whose beginning keeps the promise of an order; None: the end of the workflow does.

    What a retailer promises is when the order is ready to collect: a customer who comes late misses nothing.
    """
    return waiting_step(workflow) if is_for_collection(workflow) else None


def waiting_step(workflow: Workflow) -> Step | None:
    """The step in which an order waits for its customer, as far as the workflow is for collection.

    One without a next step, after the message that it is ready, or named so. None where it has none.
    """
    if len(workflow.steps) < 2:
        return None
    after_ready = _steps_after_ready(workflow)
    last_steps = (step for step in workflow.steps if not step.then)
    return next(
        (step for step in last_steps if is_collection(f"{step.key} {step.name}") or step.key in after_ready),
        None,
    )


def _steps_after_ready(workflow: Workflow) -> set[str]:
    """Keys of the steps to which some way leads from a step that sends the message."""
    by_key = {step.key: step for step in workflow.steps}
    pending = [
        step for step in workflow.steps if any(is_ready_message(each.kind, each.type) for each in step.emits)
    ]
    reachable: set[str] = set()
    while pending:
        for transition in pending.pop().then:
            if transition.step not in reachable and transition.step in by_key:
                reachable.add(transition.step)
                pending.append(by_key[transition.step])
    return reachable
