"""Propagation again, as simply as it can be said: sweep over all edges until nothing changes.

Shares the rules, and nothing of how they are applied.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from graph_models.enums import ElementKind, Transport
from graph_models.failure import Failure
from graph_models.time import Millis
from graph_models.topology import Integration, Step, Topology, kind_of
from impactgraph.propagation.impairment_state import Edge, ImpairmentState, Policy
from impactgraph.propagation.onset import onset
from impactgraph.propagation.rules import apply_rule
from tests.drawing import expected_end

NaiveEdge = tuple[str, str, Edge, Policy]
"""From what fails, to what suffers."""


def naive(topology: Topology, failures: Sequence[Failure]) -> dict[str, set[ImpairmentState]]:
    """All troubles of every element, dominated ones too; choices are left out."""
    edges = list(all_edges(topology))
    reached: defaultdict[str, set[ImpairmentState]] = defaultdict(set)
    for failure in failures:
        reached[failure.target] |= {
            named(each, failure.target, failure.target)
            for each in at_the_target(topology, failure)
            if not each.scope.nothing
        }
    grows = True
    while grows:
        grows = False
        for source, target, edge, policy in edges:
            for trouble in list(reached[source]):
                found = {
                    named(each, target, source)
                    for each, _ in apply_rule(edge, trouble, policy)[1].impairments
                    if not each.scope.nothing
                }
                grows |= not found <= reached[target]
                reached[target] |= found
    return {element: troubles for element, troubles in reached.items() if troubles}


def named(trouble: ImpairmentState, it: str, by: str) -> ImpairmentState:
    """With the ids of the elements in the names of what is uncertain."""
    chances = tuple(
        replace(chance, event=chance.event.replace("{it}", it).replace("{by}", by))
        for chance in trouble.chances
    )
    return trouble._replace(chances=chances)


def at_the_target(topology: Topology, failure: Failure) -> set[ImpairmentState]:
    element = topology.elements[failure.target]
    kind = kind_of(element)
    trouble = onset(failure, kind, failure.target.partition(":")[2], expected_end(failure))
    if isinstance(element, Integration):
        return {
            each for each, _ in apply_rule(Edge.OWN, trouble, policy_of(topology, element))[1].impairments
        }
    own = topology.data[failure.target.partition(":")[2]].fresh_within if kind is ElementKind.DATA else 0
    edge = Edge.OWN_DATA if kind is ElementKind.DATA else Edge.OWN
    return {each for each, _ in apply_rule(edge, trouble, Policy(fresh_within=own))[1].impairments}


def worst_of(troubles: set[ImpairmentState]) -> set[ImpairmentState]:
    """Those that no other one is worse than."""
    return {
        each
        for each in troubles
        if not any(each.dominated_by(other) and not other.dominated_by(each) for other in troubles)
    }


def policy_of(topology: Topology, link: Integration) -> Policy:
    emitted = {
        (e.type, e.kind.value)
        for w in topology.workflows.values()
        for s in w.steps
        for e in s.emits
        if e.via == f"integration:{link.key}"
    }
    return Policy(
        transport=link.transport,
        medium=link.medium,
        retry=link.retry,
        timeout=link.timeout,
        buffer=link.buffer,
        dead_letter=link.dead_letter is not None,
        schedule=link.schedule,
        idempotent=link.idempotent,
        carries=link.carries,
        emissions=tuple(sorted(emitted)),
    )


def all_edges(topology: Topology) -> Iterator[NaiveEdge]:
    for api in topology.apis.values():
        yield f"system:{api.system}", f"api:{api.key}", Edge.OFFERS, Policy()
    for link in topology.integrations.values():
        ends = [
            (link.target, Edge.TARGET),
            (link.source, Edge.SOURCE),
            *((via, Edge.VIA) for via in link.via),
        ]
        yield from ((end, f"integration:{link.key}", edge, policy_of(topology, link)) for end, edge in ends)
    for data in topology.data.values():
        yield f"system:{data.system}", f"data:{data.key}", Edge.HOLDS, Policy()
        for feed in data.fed_by:
            schedule = topology.integrations[feed.partition(":")[2]].schedule
            yield (
                feed,
                f"data:{data.key}",
                Edge.FEEDS,
                Policy(fresh_within=data.fresh_within, schedule=schedule, from_integration=True),
            )
    for system in topology.systems.values():
        plain = [need for need in system.needs.required if isinstance(need, str)]
        yield from (
            (need, f"system:{system.key}", Edge.SYSTEM_NEEDS, Policy(from_integration=is_link(need)))
            for need in plain
        )
        yield from optional_edges(
            topology, f"system:{system.key}", system.needs.optional, Edge.SYSTEM_OPTIONAL, ""
        )
    for workflow in topology.workflows.values():
        for step in workflow.steps:
            yield from step_edges(topology, step)


def step_edges(topology: Topology, step: Step) -> Iterator[NaiveEdge]:
    policy = Policy(workflow=step.workflow)
    yield step.runs_on, step.id, Edge.RUNS_ON, policy
    yield f"workflow:{step.workflow}", step.id, Edge.OF_WORKFLOW, policy
    for key in step.reads:
        yield (
            key,
            step.id,
            Edge.READS,
            policy._replace(decision_risk=topology.data[key.partition(":")[2]].decision_risk),
        )
    for need in step.needs.required:
        if isinstance(need, str):
            yield need, step.id, Edge.STEP_NEEDS, policy._replace(from_integration=is_link(need))
    yield from optional_edges(topology, step.id, step.needs.optional, Edge.STEP_OPTIONAL, step.workflow)
    siblings = topology.workflows[step.workflow].steps
    on_site = [each for each in siblings if topology.systems[each.runs_on.partition(":")[2]].per_location]
    if step in on_site or not on_site:
        yield from ((f"location:{key}", step.id, Edge.AT_LOCATION, policy) for key in topology.locations)


def optional_edges(
    topology: Topology, owner: str, needs: Sequence[str], edge: Edge, workflow: str
) -> Iterator[NaiveEdge]:
    for need in needs:
        link = topology.integrations[need.partition(":")[2]] if is_link(need) else None
        policy = Policy(
            workflow=workflow,
            timeout=link.timeout if link else None,
            gives_up_after=time_to_give_up(link) if link else 0,
            from_integration=link is not None,
        )
        yield need, owner, edge, policy


def time_to_give_up(link: Integration) -> Millis:
    """As long as it retries; its attempts, each of the whole time-out, with the waits between them."""
    if link.transport is not Transport.SYNC:
        return 0
    waits = (link.retry.attempts - 1) * link.retry.backoff
    return max(link.retry.lasting, waits + link.retry.attempts * (link.timeout or 0))


def is_link(identifier: str) -> bool:
    return identifier.startswith("integration:")
