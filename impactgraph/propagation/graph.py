"""Failure graph: the topology compiled for propagation, with numbered elements and edges and shared
policies.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_models.enums import ElementKind, RecordKind, Transport
from graph_models.needs import Choice, Needs
from graph_models.time import Millis
from graph_models.topology import Data, Integration, Schedule, Step, System, Topology, Workflow, kind_of
from impactgraph.propagation.impairment_state import Edge, Policy
from impactgraph.propagation.integrations import patience_of
from impactgraph.topology.names import element_text

Links = list[tuple[int, int]]
"""(number of the element it leads to, number of the kind of edge)."""

WORKS_ON_SITE = frozenset({"store_operations", "pos", "wms", "warehouse"})
"""Kinds of systems whose steps are done by people at a location, even where one instance serves all
locations.
"""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to meet a choice.

    `cost` is the time lost on it when it fails; `run` the schedule that an order handed to it waits for.
    """

    members: tuple[int, ...]
    names: tuple[str, ...]
    cost: Millis
    run: Schedule | None


@dataclass(frozen=True, slots=True)
class ChoiceNode:
    """A choice that the element `owner` makes."""

    owner: int
    alternatives: tuple[Alternative, ...]
    switch_after: Millis | None
    edge: Edge
    policy: Policy


@dataclass(frozen=True)
class FailureGraph:
    """Adjacency in the direction of propagation: from each element to those that need it.

    Costs O(elements + edges).
    """

    ids: tuple[str, ...]
    """In the order of the alphabet, so that the order of numbers is the order of ids."""
    names: tuple[str, ...]
    """What sentences call the elements."""
    numbers: dict[str, int]
    kinds: tuple[ElementKind, ...]
    links: tuple[Links, ...]
    edges: tuple[tuple[Edge, Policy], ...]
    """By number of the kind of edge."""
    own: dict[int, Policy]
    """Policies of integrations and data; other elements have none of their own."""
    choices: tuple[ChoiceNode, ...]

    @staticmethod
    def of(topology: Topology) -> "FailureGraph":
        """Every reference in the topology must name one of its elements."""
        return _Compiler(topology).compile()

    def key(self, number: int) -> str:
        """The bare key."""
        return self.ids[number].partition(":")[2]

    def words(self, detail: str, it: int, by: int) -> str:
        """The detail of a rule with the names of the element and of the one that impairs it."""
        return detail.replace("{it}", self.names[it]).replace("{by}", self.names[by])


class _Compiler:
    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        elements = topology.elements
        self.ids = tuple(sorted(elements))
        self.numbers = {identifier: number for number, identifier in enumerate(self.ids)}
        self.kinds = tuple(kind_of(elements[identifier]) for identifier in self.ids)
        on_site: Links = []
        self.links: tuple[Links, ...] = tuple(
            on_site if kind is ElementKind.LOCATION else [] for kind in self.kinds
        )
        self.on_site = on_site
        """Shared by all locations: what happens on site may happen at any of them; the scope says at which.
        """
        self.slots: dict[tuple[Edge, Policy], int] = {}
        self.own: dict[int, Policy] = {}
        self.choices: list[ChoiceNode] = []

    def compile(self) -> FailureGraph:
        for edge_maker in (self._integrations, self._systems, self._data, self._steps):
            edge_maker()
        for links in (self.on_site, *(links for links in self.links if links is not self.on_site)):
            links.sort()
        return FailureGraph(
            ids=self.ids,
            names=tuple(element_text(self.topology, each) for each in self.ids),
            numbers=self.numbers,
            kinds=self.kinds,
            links=self.links,
            edges=tuple(self.slots),
            own=self.own,
            choices=tuple(self.choices),
        )

    def _link(self, source: str, target: str, edge: Edge, policy: Policy) -> None:
        self.links[self.numbers[source]].append((self.numbers[target], self._slot(edge, policy)))

    def _slot(self, edge: Edge, policy: Policy) -> int:
        return self.slots.setdefault((edge, policy), len(self.slots))

    def _all_steps(self) -> Iterator[Step]:
        for workflow in self.topology.workflows.values():
            yield from workflow.steps

    def _integrations(self) -> None:
        emissions = _emissions_by_integration(self._all_steps())
        for key, each in self.topology.integrations.items():
            identifier = f"integration:{key}"
            policy = _policy_of(each, tuple(sorted(emissions.get(identifier, ()))))
            self.own[self.numbers[identifier]] = policy
            self._link(each.target, identifier, Edge.TARGET, policy)
            self._link(each.source, identifier, Edge.SOURCE, policy)
            for via in each.via:
                self._link(via, identifier, Edge.VIA, policy)

    def _systems(self) -> None:
        for api in self.topology.apis.values():
            self._link(f"system:{api.system}", f"api:{api.key}", Edge.OFFERS, Policy())
        for system in self.topology.systems.values():
            self._needs(
                owner=f"system:{system.key}",
                needs=system.needs,
                workflow="",
                required_edge=Edge.SYSTEM_NEEDS,
                optional_edge=Edge.SYSTEM_OPTIONAL,
            )

    def _data(self) -> None:
        for each in self.topology.data.values():
            identifier = f"data:{each.key}"
            self.own[self.numbers[identifier]] = Policy(fresh_within=each.fresh_within)
            self._link(f"system:{each.system}", identifier, Edge.HOLDS, Policy())
            for feed in each.fed_by:
                self._link(feed, identifier, Edge.FEEDS, self._feed_policy(each, feed))

    def _feed_policy(self, data: Data, feed: str) -> Policy:
        integration = self._integration(feed)
        schedule = integration.schedule if integration else None
        return Policy(
            fresh_within=data.fresh_within, schedule=schedule, from_integration=integration is not None
        )

    def _steps(self) -> None:
        systems_of_people = {step.runs_on for step in self._all_steps() if _gives_task(step)}
        for workflow in self.topology.workflows.values():
            steps_on_site = _on_site(workflow, self.topology.systems)
            has_tasks = any(map(_gives_task, workflow.steps))
            policy = Policy(workflow=workflow.key)
            for step in workflow.steps:
                self._link(step.runs_on, step.id, Edge.RUNS_ON, policy)
                self._link(f"workflow:{workflow.key}", step.id, Edge.OF_WORKFLOW, policy)
                for data in step.reads:
                    risk = self.topology.data[data.partition(":")[2]].decision_risk
                    self._link(data, step.id, Edge.READS, policy._replace(decision_risk=risk))
                if step.key in steps_on_site:
                    # Where neither the workflow nor the step's system has tasks, nothing tells.
                    is_known = has_tasks or step.runs_on in systems_of_people
                    step_policy = policy._replace(by_people=_gives_task(step) or not is_known)
                    self.on_site.append((self.numbers[step.id], self._slot(Edge.AT_LOCATION, step_policy)))
                self._needs(
                    owner=step.id,
                    needs=step.needs,
                    workflow=workflow.key,
                    required_edge=Edge.STEP_NEEDS,
                    optional_edge=Edge.STEP_OPTIONAL,
                )

    def _needs(
        self, owner: str, needs: Needs, workflow: str, required_edge: Edge, optional_edge: Edge
    ) -> None:
        for need in needs.required:
            if isinstance(need, Choice):
                self.choices.append(self._choice(owner, need, workflow))
            else:
                self._link(
                    need,
                    owner,
                    required_edge,
                    Policy(workflow=workflow, from_integration=need.startswith("integration:")),
                )
        for need in needs.optional:
            integration = self._integration(need)
            timeout = integration.timeout if integration else None
            self._link(
                need,
                owner,
                optional_edge,
                Policy(
                    workflow=workflow,
                    timeout=timeout,
                    gives_up_after=_time_to_give_up(integration) if integration else 0,
                    from_integration=integration is not None,
                ),
            )

    def _choice(self, owner: str, choice: Choice, workflow: str) -> ChoiceNode:
        alternatives = tuple(
            self._alternative(members, choice.switch_after) for members in choice.alternatives
        )
        edge = Edge.STEP_NEEDS if workflow else Edge.SYSTEM_NEEDS
        return ChoiceNode(
            owner=self.numbers[owner],
            alternatives=alternatives,
            switch_after=choice.switch_after,
            edge=edge,
            policy=Policy(workflow=workflow),
        )

    def _alternative(self, members: Sequence[str], switch_after: Millis | None) -> Alternative:
        integrations = [integration for member in members if (integration := self._integration(member))]
        cost = (
            switch_after
            if switch_after is not None
            else max((_time_to_give_up(each) for each in integrations), default=0)
        )
        runs = [
            each.schedule
            for each in integrations
            if each.transport in (Transport.BATCH, Transport.FILE) and each.schedule
        ]
        numbers = tuple(self.numbers[member] for member in members)
        return Alternative(
            numbers,
            tuple(element_text(self.topology, member) for member in members),
            cost,
            runs[0] if runs else None,
        )

    def _integration(self, identifier: str) -> Integration | None:
        kind, _, key = identifier.partition(":")
        return self.topology.integrations.get(key) if kind == "integration" else None


def _emissions_by_integration(steps: Iterable[Step]) -> dict[str, set[tuple[str, str]]]:
    """Of each integration, the (type, kind) of the records that steps send over it."""
    emissions: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for step in steps:
        for emission in step.emits:
            if emission.via:
                emissions[emission.via].add((emission.type, emission.kind.value))
    return emissions


def _policy_of(integration: Integration, emissions: tuple[tuple[str, str], ...]) -> Policy:
    """Only what counts for its transport, so that integrations that behave alike share one policy."""
    common = Policy(
        transport=integration.transport,
        medium=integration.medium,
        retry=integration.retry,
        idempotent=integration.idempotent,
        carries=integration.carries,
        emissions=emissions,
    )
    match integration.transport:
        case Transport.SYNC:
            return common._replace(timeout=integration.timeout)
        case Transport.QUEUE | Transport.STREAM:
            return common._replace(buffer=integration.buffer, dead_letter=bool(integration.dead_letter))
        case Transport.BATCH | Transport.FILE:
            return common._replace(schedule=integration.schedule, dead_letter=bool(integration.dead_letter))


def _time_to_give_up(integration: Integration) -> Millis:
    """From the first attempt until the caller gives up: each attempt may take the whole time-out."""
    if integration.transport is not Transport.SYNC:
        return 0
    retry = integration.retry
    return max(
        patience_of(retry), retry.attempts * (integration.timeout or 0) + (retry.attempts - 1) * retry.backoff
    )


def _on_site(workflow: Workflow, systems: Mapping[str, System]) -> frozenset[str]:
    """Keys of the steps that take place at the location of the fulfillment; all steps if no system shows
    it.
    """
    keys = frozenset(
        step.key for step in workflow.steps if _is_on_site(systems[step.runs_on.partition(":")[2]])
    )
    return keys or frozenset(step.key for step in workflow.steps)


def _gives_task(step: Step) -> bool:
    return any(emission.kind is RecordKind.TASK for emission in step.emits)


def _is_on_site(system: System) -> bool:
    return system.per_location or system.kind in WORKS_ON_SITE
