"""Reachability in the dependency graph: dependencies, dependents and paths of elements."""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from graph_models.ids import full_id, split_id
from graph_models.topology import Topology
from impactgraph.topology.edges import EdgeKind, dependency_edges
from impactgraph.topology.find import find

RECORDS = "\0"
"""Suffix of the node of a step's postings, messages and tasks: later steps wait for the step, not for these.
"""


@dataclass(frozen=True)
class Graph:
    """The dependencies of a topology in both directions; a step's records are a node of their own."""

    needs: Mapping[str, Mapping[str, tuple[EdgeKind, ...]]]
    """By node: its dependencies and their kinds."""
    needed_by: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """A path between two elements; `kinds[i]` is the kind of the edge between ids[i] and ids[i+1]."""

    ids: tuple[str, ...]
    kinds: tuple[EdgeKind, ...]
    downward: bool
    """True: each element depends on the next one. False: the next one depends on it."""


def graph_of(topology: Topology) -> Graph:
    """Returns the graph of a topology, built once and cached as long as the topology exists."""
    graph = _GRAPHS.get(id(topology))
    if graph is None:
        graph = _GRAPHS[id(topology)] = _graph(topology)
        weakref.finalize(topology, _GRAPHS.pop, id(topology), None)
    return graph


def dependencies(topology: Topology, identifier: str, depth: int | None = None) -> tuple[str, ...]:
    """Returns full ids of the dependencies, nearest first, up to `depth` edges away (None: all).

    Raises: NotFoundError.
    """
    return _elements(_spread(graph_of(topology).needs, find(topology, identifier), depth))


def dependents(topology: Topology, identifier: str, depth: int | None = None) -> tuple[str, ...]:
    """Returns full ids of the dependents, nearest first, up to `depth` edges away (None: all).

    Raises: NotFoundError.
    """
    return _elements(_spread(graph_of(topology).needed_by, find(topology, identifier), depth))


def paths(topology: Topology, source: str, target: str, first: int = 10) -> tuple[Route, ...]:
    """Returns up to `first` simple paths from an element to its dependency, or else to its dependent,
    shortest first.

    Raises: NotFoundError for an unknown id.
    """
    start = find(topology, source)
    end = find(topology, target)
    if start == end or first < 1:
        return ()
    graph = graph_of(topology)
    if down := _shortest(graph, start, end, first):
        return tuple(_route(graph, nodes, downward=True) for nodes in down)
    return tuple(_route(graph, nodes, downward=False) for nodes in _shortest(graph, end, start, first))


def _route(graph: Graph, nodes: tuple[str, ...], *, downward: bool) -> Route:
    """Returns the route along nodes of which each depends on the next one."""
    ids = tuple(map(_element, nodes))
    kinds = tuple(graph.needs[a][b][0] for a, b in pairwise(nodes))
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
    """Returns their ids, each once, without the first node, where the search began."""
    return tuple(dict.fromkeys(map(_element, nodes)))[1:]


def _spread(
    ways: Mapping[str, Mapping[str, object] | Sequence[str]], start: str, depth: int | None
) -> tuple[str, ...]:
    """Returns the reachable nodes in breadth-first order, starting with the element (and its records)."""
    edge = [node for node in (start, start + RECORDS) if node in ways]
    reachable = dict.fromkeys(edge)
    while edge and (depth is None or depth > 0):
        edge = list(dict.fromkeys(other for node in edge for other in ways[node] if other not in reachable))
        reachable.update(dict.fromkeys(edge))
        depth = None if depth is None else depth - 1
    return tuple(reachable)


def _shortest(graph: Graph, start: str, end: str, first: int) -> list[tuple[str, ...]]:
    """Returns the shortest paths between two elements. Costs the edges of the nodes between them."""
    between = set(_spread(graph.needs, start, None)) & set(_spread(graph.needed_by, end, None))
    routes = [
        nodes
        for node in (start, start + RECORDS)
        if node in between
        for nodes in _simple_paths(graph, between, start=node, end=end, first=first)
    ]
    return sorted(routes, key=len)[:first]


def _simple_paths(
    graph: Graph, between: set[str], *, start: str, end: str, first: int
) -> list[tuple[str, ...]]:
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
