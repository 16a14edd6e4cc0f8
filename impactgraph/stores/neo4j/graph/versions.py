"""Rows and statements that write a version of the topology into the graph."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from graph_models.topology import Topology, Transition, kind_of
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.stores.neo4j.graph import cypher
from impactgraph.stores.neo4j.graph.kinds import NodeKind, RelationKind
from impactgraph.stores.neo4j.graph.nodes import ELEMENTS, VERSION
from impactgraph.stores.neo4j.graph.relations import EDGES
from impactgraph.topology.edges import EdgeKind, edges

T = TypeVar("T")
Row = dict[str, Any]
Statement = tuple[str, dict[str, Any]]

ROWS = 10_000
"""Nodes or relations of one transaction."""
_OLDER = "match (v:TopologyVersion) where v.number < $number set v.current = false"
_KINDS = {kind.label.upper(): kind for kind in ELEMENTS}


def statements(version: TopologyVersion, number: int, topology: Topology) -> Iterator[Statement]:
    """Statements that make version `number` the current one in the graph, one transaction each;
    repeatable.
    """
    yield cypher.put_nodes(VERSION), {"rows": [_version(version, number)]}
    for kind, rows in _elements(topology).items():
        for part in parts(rows, ROWS):
            yield cypher.put_elements(kind), {"rows": part, "number": number}
    for relation, rows in _edges(topology).items():
        for part in parts(rows, ROWS):
            yield cypher.put_edges(relation), {"rows": part, "number": number}
    yield cypher.RETIRE_EDGES, {"number": number}
    yield cypher.RETIRE_ELEMENTS, {"number": number}
    yield _OLDER, {"number": number}


def _version(version: TopologyVersion, number: int) -> Row:
    row = {"id": f"topology:{version.key}", "key": version.key, "number": number}
    return row | {"appliedAt": version.applied_at, "elements": version.elements, "current": True}


def _elements(topology: Topology) -> Mapping[NodeKind, Sequence[Row]]:
    rows: dict[NodeKind, list[Row]] = defaultdict(list)
    for element in topology.elements.values():
        kind = _KINDS[kind_of(element).value]
        rows[kind].append(kind.row(element))
    return rows


def _edges(topology: Topology) -> Mapping[RelationKind, Sequence[Row]]:
    """Rows by relation; `place` distinguishes several of a kind between the same two elements."""
    by_kind: dict[EdgeKind, list[Row]] = {kind: [] for kind in EdgeKind}
    for source, target, kind in dict.fromkeys(edges(topology)):
        if kind is not EdgeKind.FOLLOWS:
            place = (
                topology.workflows[source.partition(":")[2]].position(target.rpartition("/")[2])
                if kind is EdgeKind.HAS_STEP
                else 0
            )
            by_kind[kind].append({"source": source, "target": target, "place": place})
    by_kind[EdgeKind.FOLLOWS] = list(_transitions(topology))
    return {relation: by_kind[relation.edge] for relation in EDGES if relation.edge}


def _transitions(topology: Topology) -> Iterator[Row]:
    for workflow in topology.workflows.values():
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for step in workflow.steps:
            for transition in step.then:
                pair = step.key, transition.step
                yield {
                    "source": f"step:{workflow.key}/{transition.step}",
                    "target": step.id,
                    "place": counts[pair],
                    **_condition(transition),
                }
                counts[pair] += 1


def _condition(transition: Transition) -> Row:
    when = transition.when
    row: Row = {"via": transition.via, "share": transition.share}
    if when:
        limits = {
            "channels": when.channels,
            "modes": when.modes,
            "locationKinds": when.location_kinds,
            "regions": when.regions,
        }
        row |= {name: list(values) for name, values in limits.items() if values}
    return row


def parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The rows in slices of `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
