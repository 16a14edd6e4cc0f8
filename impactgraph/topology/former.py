"""Earlier definitions of steps and workflows that the current topology lacks and orders in flight are in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from graph_models.ids import split_id
from graph_models.topology import (
    Element,
    FormerWorkflow,
    Step,
    Topology,
    Transition,
    Workflow,
)
from impactgraph.topology.edges import relations

_SECTIONS = {
    "team": "teams",
    "location": "locations",
    "system": "systems",
    "api": "apis",
    "integration": "integrations",
    "data": "data",
}
"""Field of the topology by kind, of the elements that steps depend on."""


def with_former_steps(
    current: Topology, lost_steps: Mapping[str, frozenset[str]], versions: Iterable[Topology]
) -> Topology:
    """The topology, with the steps that it has lost and whatever else they depend on.

    `lost_steps`: keys of steps by workflow; no steps where only the workflow is needed. `versions`: other
    versions in the order in which they are looked at; of each step the first definition counts. What the
    topology has stays as it is, and its steps never lead to an added one.
    """
    missing = dict(lost_steps)
    former: list[FormerWorkflow] = []
    topology = current
    for version in versions if missing else ():
        for key, steps in list(missing.items()):
            definition = version.workflows.get(key)
            if definition is None or not _has_any(definition, steps):
                continue
            topology, new_steps = _with_workflow(topology, version, definition)
            former.append(FormerWorkflow(version.version, definition, new_steps))
            missing[key] = steps - set(new_steps)
            if not missing[key]:
                del missing[key]
        if not missing:
            break
    return replace(topology, former=tuple(former)) if former else current


def way_to(topology: Topology, workflow: Workflow, step: str | None) -> Workflow:
    """A workflow with former steps, as orders came to a step of it by an earlier version (None: to the end).

    Its steps are those of `workflow` in the same order. From the step on they follow each other as in
    `workflow`; before it, also in where decisions come to light, as in the newest earlier version that has
    the step.
    """
    former = [each.workflow for each in topology.former if each.workflow.key == workflow.key]
    having_it = [each for each in former if step is None or any(s.key == step for s in each.steps)]
    definition = (having_it or former)[0]
    later_steps = frozenset[str]() if step is None else _ahead(workflow, step)
    leads_on = () if having_it or step is None else (Transition(step),)
    earlier = {each.key: each for each in definition.steps if each.key not in later_steps}

    def as_before(each: Step) -> Step:
        before = earlier.get(each.key)
        if before is None:
            return each
        return replace(each, then=(*before.then, *leads_on), surfaces_at=before.surfaces_at)

    return replace(workflow, steps=tuple(map(as_before, workflow.steps)))


def _has_any(workflow: Workflow, steps: frozenset[str]) -> bool:
    return not steps or any(step.key in steps for step in workflow.steps)


def _with_workflow(
    topology: Topology, version: Topology, definition: Workflow
) -> tuple[Topology, tuple[str, ...]]:
    """The topology with all steps of a workflow's definition, and the keys of those it did not have."""
    base = topology.workflows.get(definition.key)
    present = {step.key for step in base.steps} if base is not None else set[str]()
    new_steps = tuple(step for step in definition.steps if step.key not in present)
    workflow = definition if base is None else replace(base, steps=(*base.steps, *new_steps))
    topology = replace(topology, workflows={**topology.workflows, workflow.key: workflow})
    for identifier in dict.fromkeys(_needed_ids(definition)):
        topology = _with_element(topology, version, identifier)
    return topology, tuple(step.key for step in new_steps)


def _needed_ids(workflow: Workflow) -> Iterator[str]:
    """Full ids of what the steps of a workflow, and the ways between them, depend on."""
    for step in workflow.steps:
        yield from _references(step)
        yield from (transition.via for transition in step.then if transition.via)


def _references(element: Element) -> Iterator[str]:
    for _, targets in relations(element):
        yield from targets


def _with_element(topology: Topology, version: Topology, identifier: str) -> Topology:
    """The topology with an element of another version, and all that this one refers to."""
    waiting = [identifier]
    while waiting:
        each = waiting.pop()
        kind, key = split_id(each)
        section: Mapping[str, Element] = getattr(topology, _SECTIONS[kind])
        if key in section:
            continue
        element = version.elements[each]
        topology = replace(topology, **{_SECTIONS[kind]: {**section, key: element}})
        waiting += _references(element)
    return topology


def _ahead(workflow: Workflow, step: str) -> frozenset[str]:
    """Keys of the step and all that can follow it."""
    by_key: dict[str, Step] = {each.key: each for each in workflow.steps}
    later_steps: set[str] = set()
    waiting = [step]
    while waiting:
        key = waiting.pop()
        if key not in later_steps:
            later_steps.add(key)
            waiting += [transition.step for transition in by_key[key].then]
    return frozenset(later_steps)
