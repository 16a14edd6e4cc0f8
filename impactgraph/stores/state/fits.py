"""Whether the current topology has what an event names. What is not there is not guessed: the event is kept aside with the reason."""

from collections.abc import Iterable
from difflib import get_close_matches

from graph_models.topology import Topology
from impactgraph.ingest.events import (
    Event,
    FailureEvent,
    FulfillmentEntered,
    FulfillmentFailed,
    FulfillmentRerouted,
    InventoryReported,
    OrderPlaced,
)  # fmt: skip

NO_TOPOLOGY = "no topology is applied yet: apply one, and the event is taken"


class Fits:
    def __init__(self, topology: Topology | None) -> None:
        self._topology = topology
        self._steps = (
            {w.key: {step.key for step in w.steps} for w in topology.workflows.values()} if topology else {}
        )
        self._any_step = {step for steps in self._steps.values() for step in steps}

    def reason(self, event: Event) -> str | None:
        """Why it does not fit; None where it does, as far as it can be told without its order."""
        if isinstance(event, InventoryReported):
            return None
        if self._topology is None:
            return NO_TOPOLOGY
        match event:
            case OrderPlaced():
                return next(
                    filter(None, (self._workflow(part.workflow) for part in event.data.fulfillments)), None
                )
            case FulfillmentRerouted():
                return self._workflow(event.data.workflow) or self._step(
                    event.data.step, self._steps[event.data.workflow], f"workflow {event.data.workflow!r}"
                )
            case FulfillmentEntered() | FulfillmentFailed():
                return (
                    self._step(event.data.step, self._any_step, "any workflow of the topology")
                    if event.data.step
                    else None
                )
            case _ if isinstance(event, FailureEvent):
                return self._target(event)
            case _:
                return None

    def not_a_step(self, step: str, workflow: str) -> str:
        """The reason where the fulfillment's workflow lacks the step."""
        return (
            self._step(step, self._steps.get(workflow, set()), f"workflow {workflow!r}")
            or f"step {step!r} is not one of workflow {workflow!r}"
        )

    def _workflow(self, key: str) -> str | None:
        return (
            None if key in self._steps else f"the topology has no workflow {key!r}.{_near(key, self._steps)}"
        )

    def _step(self, key: str, steps: Iterable[str], where: str) -> str | None:
        return None if key in steps else f"step {key!r} is not one of {where}.{_near(key, steps)}"

    def _target(self, event: FailureEvent) -> str | None:
        target = event.data.target
        if not isinstance(target, str) or self._topology is None or target in self._topology.elements:
            return None
        return f"the topology has no element {target!r}.{_near(target, self._topology.elements)}"


def _near(word: str, words: Iterable[str]) -> str:
    near = get_close_matches(word, list(words), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
