"""A version of the topology as rows of nodes and relations."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from graph_models.topology import Topology, Transition, kind_of
from impactgraph.ports.store import TopologyVersion
from impactgraph.stores.neo4j.graph import cypher
from impactgraph.stores.neo4j.graph.kinds import NodeKind, RelationKind
from impactgraph.stores.neo4j.graph.nodes import ELEMENTS, VERSION
from impactgraph.stores.neo4j.graph.relations import EDGES
from impactgraph.topology.edges import EdgeKind, edges

T = TypeVar("T")
Row = dict[str, Any]
Statement = tuple[str, dict[str, Any]]

ROWS = 10_000
"""Of nodes or relations that are written in one transaction."""
_OLDER = "match (v:TopologyVersion) where v.number < $number set v.current = false"
_KINDS = {kind.label.upper(): kind for kind in ELEMENTS}


def statements(version: TopologyVersion, number: int, topology: Topology) -> Iterator[Statement]:
    """What makes version `number` the one that the graph shows, a transaction each. All may be done again."""
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
    said = {"id": f"topology:{version.key}", "key": version.key, "number": number}
    return said | {"appliedAt": version.applied_at, "elements": version.elements, "current": True}


def _elements(topology: Topology) -> Mapping[NodeKind, Sequence[Row]]:
    found: dict[NodeKind, list[Row]] = defaultdict(list)
    for element in topology.elements.values():
        kind = _KINDS[kind_of(element).value]
        found[kind].append(kind.row(element))
    return found


def _edges(topology: Topology) -> Mapping[RelationKind, Sequence[Row]]:
    """`place` tells several of a kind between the same two apart."""
    found: dict[RelationKind, list[Row]] = {}
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
    for relation in EDGES:
        assert relation.edge
        found[relation] = by_kind[relation.edge]
    return found


def _transitions(topology: Topology) -> Iterator[Row]:
    for workflow in topology.workflows.values():
        seen: dict[tuple[str, str], int] = defaultdict(int)
        for step in workflow.steps:
            for transition in step.then:
                pair = step.key, transition.step
                yield {
                    "source": f"step:{workflow.key}/{transition.step}",
                    "target": step.id,
                    "place": seen[pair],
                    **_condition(transition),
                }
                seen[pair] += 1


def _condition(transition: Transition) -> Row:
    when = transition.when
    said: Row = {"via": transition.via, "share": transition.share}
    if when:
        limits = {
            "channels": when.channels,
            "modes": when.modes,
            "locationKinds": when.location_kinds,
            "regions": when.regions,
        }
        said |= {name: list(values) for name, values in limits.items() if values}
    return said


def parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The rows, so many at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
