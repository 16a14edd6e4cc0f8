"""Random small workflows, and events of orders that take them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st
from numpy.random import default_rng

from graph_models.time import DAY, HOUR, MINUTE, moment

START = 20_000 * DAY
ORDERS = 400


@dataclass(frozen=True)
class RandomWorkflow:
    """Steps in their order; a step without transitions is the last."""

    medians: tuple[int, ...]
    """Milliseconds."""
    then: Mapping[int, tuple[tuple[int, float], ...]]
    """(next step, share) by step; shares add up to one."""

    def name(self, step: int) -> str:
        return f"step-{step}"


@st.composite
def random_workflows(draw: st.DrawFn) -> RandomWorkflow:
    """Two to five steps; some are skipped by a part of the orders, and some lead back to the one before."""
    count = draw(st.integers(2, 5))
    medians = tuple(draw(st.sampled_from((MINUTE, 20 * MINUTE, 3 * HOUR))) for _ in range(count))
    then: dict[int, tuple[tuple[int, float], ...]] = {}
    for step in range(count - 1):
        nexts = [(step + 1, 1.0)]
        if step + 2 < count and draw(st.booleans()):
            nexts = [(step + 1, 0.6), (step + 2, 0.4)]
        if step > 0 and draw(st.booleans()):
            nexts = [(target, share * 0.8) for target, share in nexts] + [(step - 1, 0.2)]
        then[step] = tuple(nexts)
    return RandomWorkflow(medians, then)


def events_of(workflows: Mapping[str, RandomWorkflow], seed: int) -> list[bytes]:
    """Events of orders that are placed over four days, up to the end of the fifth, by time."""
    rng = default_rng(seed)
    until = START + 5 * DAY
    events: list[tuple[int, int, bytes]] = []

    def add(at: int, type_: str, **data: object) -> None:
        if at <= until:
            number = len(events)
            head = {"specversion": "1.0", "id": f"{seed}-{number}", "source": "/shop", "type": type_}
            event = head | {"time": moment(at).isoformat(), "data": data}
            events.append((at, number, json.dumps(event).encode()))

    for workflow_key, workflow in workflows.items():
        for number in range(ORDERS):
            order = f"{workflow_key}-{number}"
            at = START + int(rng.integers(0, 4 * DAY))
            part = {"fulfillment": f"{order}/1", "workflow": workflow_key}
            add(
                at,
                "order.placed",
                order=order,
                channel="web",
                mode="m",
                currency="EUR",
                value="10",
                fulfillments=[part],
            )
            step: int | None = 0
            while step is not None:
                add(
                    at, "fulfillment.entered", order=order, fulfillment=f"{order}/1", step=workflow.name(step)
                )
                at += 1 + int(workflow.medians[step] * rng.lognormal(0, 0.4))
                nexts = workflow.then.get(step)
                step = int(rng.choice([n for n, _ in nexts], p=[s for _, s in nexts])) if nexts else None
            add(at, "fulfillment.completed", order=order, fulfillment=f"{order}/1")
    return [line for _, _, line in sorted(events)]
