"""Validates that the current topology has what an event names; an event that names something else is
quarantined.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from graph_models.topology import Topology
from impactgraph.ingest.events import (
    Event,
    FailureEvent,
    FulfillmentCancelled,
    FulfillmentCompleted,
    FulfillmentEntered,
    FulfillmentFailed,
    FulfillmentRerouted,
    InventoryReported,
    ListReported,
    NotificationSent,
    OrderCancelled,
    OrderPlaced,
    PostingRecorded,
    SupplierOrderConfirmed,
    TaskClosed,
)  # fmt: skip
from impactgraph.ingest.journal_events import ChangeEnded, ChangeStarted, MaintenancePlanned

_WITHOUT_NAMES: frozenset[type[Event]] = frozenset(
    {
        FulfillmentCancelled,
        FulfillmentCompleted,
        NotificationSent,
        OrderCancelled,
        PostingRecorded,
        SupplierOrderConfirmed,
        TaskClosed,
    }
)
"""Types of events that name nothing of the topology; most events have one of them."""
NO_TOPOLOGY = "no topology is applied yet: apply one, and the event is taken"


class EventValidator:
    """Holds the steps of each workflow of a topology; None: no topology is applied yet."""

    def __init__(self, topology: Topology | None) -> None:
        self._topology = topology
        workflows = topology.workflows.values() if topology else ()
        self._steps = {workflow.key: {step.key for step in workflow.steps} for workflow in workflows}
        self._all_steps = {step for steps in self._steps.values() for step in steps}

    def rejection_reason(self, event: Event) -> str | None:
        """Why the event is quarantined, None where it is not, as far as that is clear without its order."""
        kind = type(event)
        if kind is InventoryReported:
            return None
        if self._topology is None:
            return NO_TOPOLOGY
        if kind in _WITHOUT_NAMES:
            return None
        if isinstance(event, FulfillmentEntered) and event.data.step in self._all_steps:
            return None  # as of most events
        return self._reason(event)

    def _reason(self, event: Event) -> str | None:
        match event:
            case OrderPlaced():
                reasons = (self._workflow(part.workflow) for part in event.data.fulfillments)
                return next(filter(None, reasons), None)
            case FulfillmentRerouted():
                workflow = event.data.workflow
                step = event.data.step
                return self._workflow(workflow) or self._step(
                    step, self._steps[workflow], f"workflow {workflow!r}"
                )
            case FulfillmentEntered() | FulfillmentFailed():
                step = event.data.step
                return self._step(step, self._all_steps, "any workflow of the topology") if step else None
            case ListReported():
                return self._system(event.data.system)
            case ChangeStarted() | ChangeEnded() | MaintenancePlanned():
                return next(filter(None, map(self._element, event.data.elements or ())), None)
            case _ if isinstance(event, FailureEvent):
                return self._target(event)
            case _:
                return None

    def missing_step_reason(self, step: str, workflow: str) -> str:
        """Why an event is quarantined whose step the fulfillment's workflow does not have."""
        reason = self._step(step, self._steps.get(workflow, set()), f"workflow {workflow!r}")
        return reason or f"step {step!r} is not one of workflow {workflow!r}"

    def _workflow(self, key: str) -> str | None:
        if key in self._steps:
            return None
        return f"the topology has no workflow {key!r}.{_suggestion(key, self._steps)}"

    def _step(self, key: str, steps: Iterable[str], where: str) -> str | None:
        return None if key in steps else f"step {key!r} is not one of {where}.{_suggestion(key, steps)}"

    def _system(self, key: str) -> str | None:
        if self._topology is None or key in self._topology.systems:
            return None
        return f"the topology has no system {key!r}.{_suggestion(key, self._topology.systems)}"

    def _target(self, event: FailureEvent) -> str | None:
        target = event.data.target
        return self._element(target) if isinstance(target, str) else None

    def _element(self, element: str) -> str | None:
        if self._topology is None or element in self._topology.elements:
            return None
        return f"the topology has no element {element!r}.{_suggestion(element, self._topology.elements)}"


def _suggestion(word: str, words: Iterable[str]) -> str:
    near = get_close_matches(word, list(words), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
