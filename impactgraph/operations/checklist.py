"""The checklist of an incident: the steps of the playbooks that fit its cause, with what was done."""

from collections.abc import Collection, Iterator

from graph_models.enums import FailureClass
from graph_models.incident_life import ChecklistStep, IncidentLife
from graph_models.journal import IncidentActionKind
from graph_models.topology import Topology
from impactgraph.impact.owners import is_about

Place = tuple[str, FailureClass]
"""An element that failed, and how."""


def checklist_of(
    topology: Topology, places: Collection[Place], life: IncidentLife
) -> tuple[ChecklistStep, ...]:
    """The steps in the order of the topology.

    `places` are the likeliest cause and what failed. A playbook of which a step was started or done stays,
    whatever the cause is now.
    """
    steps = list(_steps(topology, places, life))
    return tuple(
        ChecklistStep(
            number=number,
            playbook=key,
            step=index,
            text=step.text,
            owner=step.owner,
            approval=step.approval,
            effect=step.effect,
            done=life.step_done(key, index),
            started=life.step_started(key, index),
            automation=step.automation,
        )
        for number, (key, index) in enumerate(steps, 1)
        for step in [topology.playbooks[key].steps[index - 1]]
    )


def _steps(topology: Topology, places: Collection[Place], life: IncidentLife) -> Iterator[tuple[str, int]]:
    """(key of the playbook, number of the step in it)."""
    kinds = (IncidentActionKind.STEP_STARTED, IncidentActionKind.STEP_DONE)
    started_playbooks = {each.playbook for each in life.actions if each.kind in kinds}
    for key, playbook in topology.playbooks.items():
        fits = any(is_about(playbook, element, frozenset({of})) for element, of in places)
        if fits or key in started_playbooks:
            yield from ((key, index) for index in range(1, len(playbook.steps) + 1))
