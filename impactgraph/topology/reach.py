"""What an element needs, what needs it, and by which way."""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from graph_models.ids import full_id, split_id
from graph_models.topology import Topology
from impactgraph.topology.edges import EdgeKind, dependency_edges
from impactgraph.topology.find import find

RECORDS = "\0"
"""Behind a step's id: its postings, messages and tasks. Later steps wait for the step, never for these."""


@dataclass(frozen=True)
class Graph:
    """The dependencies of a topology, both ways; ids are full, and a step's records are a node of their own."""

    needs: Mapping[str, Mapping[str, tuple[EdgeKind, ...]]]
    """Of each node, what it depends on and how."""
    needed_by: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one element to another; `kinds[i]` says how ids[i] and ids[i+1] are related."""

    ids: tuple[str, ...]
    kinds: tuple[EdgeKind, ...]
    downward: bool
    """True: each depends on the next one. False: each is needed by the next one."""


def graph_of(topology: Topology) -> Graph:
    """Made once for a topology, and kept as long as it is."""
    kept = _GRAPHS.get(id(topology))
    if kept is None:
        kept = _GRAPHS[id(topology)] = _graph(topology)
        weakref.finalize(topology, _GRAPHS.pop, id(topology), None)
    return kept


def dependencies(topology: Topology, identifier: str, depth: int | None = None) -> tuple[str, ...]:
    """Full ids of what the element needs, the nearest first, up to `depth` edges away (None: all). Raises NotFoundError."""
    return _elements(_spread(graph_of(topology).needs, find(topology, identifier), depth))


def dependents(topology: Topology, identifier: str, depth: int | None = None) -> tuple[str, ...]:
    """Full ids of what needs the element, the nearest first, up to `depth` edges away (None: all). Raises NotFoundError."""
    return _elements(_spread(graph_of(topology).needed_by, find(topology, identifier), depth))


def paths(topology: Topology, source: str, target: str, first: int = 10) -> tuple[Route, ...]:
    """Up to `first` ways without a loop from `source` to what it needs, the shortest first; where there is none, to what needs it.

    Raises NotFoundError for an id that is not in the topology.
    """
    start, end = find(topology, source), find(topology, target)
    if start == end or first < 1:
        return ()
    graph = graph_of(topology)
    if down := _shortest(graph, start, end, first):
        return tuple(_route(graph, nodes, downward=True) for nodes in down)
    return tuple(_route(graph, nodes, downward=False) for nodes in _shortest(graph, end, start, first))


def _route(graph: Graph, nodes: tuple[str, ...], *, downward: bool) -> Route:
    """Of nodes that each depend on the next one."""
    ids, kinds = tuple(map(_element, nodes)), tuple(graph.needs[a][b][0] for a, b in pairwise(nodes))
    return Route(ids, kinds, True) if downward else Route(ids[::-1], kinds[::-1], False)


def _graph(topology: Topology) -> Graph:
    needs: dict[str, dict[str, tuple[EdgeKind, ...]]] = {identifier: {} for identifier in topology.elements}
    for source, target, kind in dependency_edges(topology):
        targets = needs.setdefault(source + RECORDS if kind is EdgeKind.EMITS_VIA else source, {})
        kinds = targets.get(target, ())
        if kind not in kinds:
            targets[target] = (*kinds, kind)
    for records in [node for node in needs if node.endswith(RECORDS)]:
        needs[_workflow_of(records)][records] = (EdgeKind.HAS_STEP,)
    needed_by: dict[str, list[str]] = {node: [] for node in needs}
    for source, targets in needs.items():
        for target in targets:
            needed_by[target].append(source)
    return Graph(needs, needed_by)


def _workflow_of(step: str) -> str:
    return full_id("workflow", split_id(step)[1].partition("/")[0])


def _element(node: str) -> str:
    return node.removesuffix(RECORDS)


def _elements(nodes: Iterable[str]) -> tuple[str, ...]:
    """Their ids, each once; the first of `nodes` is where the question began and is left out."""
    found = dict.fromkeys(map(_element, nodes))
    return tuple(found)[1:]


def _spread(
    ways: Mapping[str, Mapping[str, object] | Sequence[str]], start: str, depth: int | None
) -> tuple[str, ...]:
    """Nodes that the ways lead to, breadth first, from the element itself (and its records) on."""
    edge = [node for node in (start, start + RECORDS) if node in ways]
    seen = dict.fromkeys(edge)
    while edge and (depth is None or depth > 0):
        edge = list(dict.fromkeys(other for node in edge for other in ways[node] if other not in seen))
        seen.update(dict.fromkeys(edge))
        depth = None if depth is None else depth - 1
    return tuple(seen)


def _shortest(graph: Graph, start: str, end: str, first: int) -> list[tuple[str, ...]]:
    """The shortest ways between two elements. Only what lies between them is looked at, however large the rest is."""
    between = set(_spread(graph.needs, start, None)) & set(_spread(graph.needed_by, end, None))
    found = [
        nodes
        for node in (start, start + RECORDS)
        if node in between
        for nodes in _simple_paths(graph, between, node, end, first)
    ]
    return sorted(found, key=len)[:first]


def _simple_paths(graph: Graph, between: set[str], start: str, end: str, first: int) -> list[tuple[str, ...]]:
    import networkx as nx

    part: nx.DiGraph[str] = nx.DiGraph()
    part.add_nodes_from(sorted(between | {end}))
    part.add_edges_from(
        (node, other) for node in sorted(between) for other in graph.needs[node] if other in between
    )
    return (
        [tuple(nodes) for nodes in islice(nx.shortest_simple_paths(part, start, end), first)]
        if nx.has_path(part, start, end)
        else []
    )


_GRAPHS: dict[int, Graph] = {}
