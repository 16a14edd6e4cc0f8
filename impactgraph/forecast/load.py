"""How busy queues are: messages that arrive for each that could be sent. It decides how long a backlog takes to clear."""

import numpy as np

from graph_models.time import HOUR, Millis
from graph_models.topology import Topology
from impactgraph.impact.columns import Visits, Vocabulary

SPAN: Millis = 2 * HOUR


def load_of(topology: Topology, vocabulary: Vocabulary, visits: Visits, integration: str, at: Millis) -> float:
    """Load over rate of a queue (full id) in the two hours before `at`; 0 where its rate or its traffic is not known."""
    rate = topology.integrations[integration.partition(":")[2]].buffer.rate
    if not rate:
        return 0.0
    known = {w.key: n for n, w in enumerate(vocabulary.workflows)}
    messages = 0.0
    for workflow in topology.workflows.values():
        if workflow.key not in known:
            continue
        flow = _Flow(visits, known[workflow.key], vocabulary.workflows[known[workflow.key]].steps, at)
        for step in workflow.steps:
            emitted = sum(1 for e in step.emits if e.via == integration)
            messages += emitted * flow.left(step.key)
            messages += sum(min(flow.left(step.key), flow.entered(t.step)) for t in step.then if t.via == integration)
    return messages / SPAN / rate


class _Flow:
    """Comings and goings of a workflow's steps in the span before a moment."""

    def __init__(self, visits: Visits, workflow: int, steps: list[str], at: Millis) -> None:
        mine = visits.workflow == workflow
        gone = mine & (visits.left > at - SPAN) & (visits.left <= at)
        come = mine & (visits.entered > at - SPAN) & (visits.entered <= at)
        self._steps = {key: n for n, key in enumerate(steps)}
        self._left = np.bincount(visits.step[gone], minlength=len(steps))
        self._entered = np.bincount(visits.step[come], minlength=len(steps))

    def left(self, step: str) -> float:
        return float(self._left[self._steps[step]]) if step in self._steps else 0.0

    def entered(self, step: str) -> float:
        return float(self._entered[self._steps[step]]) if step in self._steps else 0.0
