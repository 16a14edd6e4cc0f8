"""The graph of the simulated database: what each Cypher statement of the projection does to it."""

from collections.abc import Callable, Mapping
from typing import Any

from impactgraph.stores.neo4j.graph import cypher, failures, versions
from impactgraph.stores.neo4j.graph.nodes import ELEMENTS, FAILURE, NODES, RECORDS, VERSION
from impactgraph.stores.neo4j.graph.relations import EDGES

Row = dict[str, Any]


class DuplicateNodeError(Exception):
    """A node with this id exists: a constraint of the graph forbids another one."""


class SimulatedGraph:
    """Nodes by id, and records in the order of their creation: a record has no key, so each one that is
    written twice is there twice.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Row]] = {}
        """By label."""
        self.records: list[tuple[str, str, str]] = []
        """(label, fulfillment, content)"""
        self.edges: dict[tuple[str, str, str, int], Row] = {}
        self.impairments: list[str] = []

    def copy(self) -> "SimulatedGraph":
        """For one transaction; rows do not change, they are replaced."""
        copy = SimulatedGraph()
        copy.nodes = {label: dict(nodes) for label, nodes in self.nodes.items()}
        copy.records = list(self.records)
        copy.edges = dict(self.edges)
        copy.impairments = list(self.impairments)
        return copy

    def of(self, label: str) -> dict[str, Row]:
        return self.nodes.setdefault(label, {})

    def content(self) -> dict[str, Any]:
        """All of it, comparable."""
        return {
            "nodes": {label: nodes for label, nodes in self.nodes.items() if nodes},
            "records": sorted(self.records),
            "edges": self.edges,
            "impairments": sorted(self.impairments),
        }


Handler = Callable[[SimulatedGraph, Mapping[str, Any]], list[Row]]


def _create(graph: SimulatedGraph, label: str, row: Row) -> None:
    nodes = graph.of(label)
    if row["id"] in nodes:
        raise DuplicateNodeError(row["id"])
    nodes[row["id"]] = dict(row)


def _create_orders(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    for row in values["rows"]:
        order = {name: value for name, value in row.items() if name != "parts"}
        _create(graph, "Order", order)
        for part in row["parts"]:
            own = {name: value for name, value in part.items() if name not in RECORDS}
            _create(graph, "Fulfillment", {**own, "order": order["id"]})
            for word, kind in RECORDS.items():
                for record in part.get(word, ()):
                    _add_record(graph, kind.label, part["id"], record)
    return []


def _add_record(graph: SimulatedGraph, label: str, part: str, row: Row) -> None:
    content = {name: value for name, value in row.items() if name != "part"}
    graph.records.append((label, part, repr(sorted(content.items()))))


def _put(label: str, key: str) -> Handler:
    def put(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
        for row in values["rows"]:
            graph.of(label)[str(row[key])] = dict(row)
        return []

    return put


def _add_records(label: str) -> Handler:
    def add(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
        for row in values["rows"]:
            if row["part"] in graph.of("Fulfillment"):
                _add_record(graph, label, row["part"], row)
        return []

    return add


def _put_unlisted(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    for identifier in values["ids"]:
        graph.of("Element").setdefault(identifier, {"id": identifier, "retired": False})
    return []


def _put_elements(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    for row in values["rows"]:
        graph.of("Element")[row["id"]] = {**row, "listedIn": values["number"], "retired": False}
    return []


def _put_edges(name: str) -> Handler:
    def put(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
        for row in values["rows"]:
            key = name, row["source"], row["target"], row["place"]
            graph.edges[key] = {**row, "listedIn": values["number"], "retired": False}
        return []

    return put


def _retire_elements(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    elements = graph.of("Element")
    for key, row in list(elements.items()):
        if row.get("listedIn", values["number"]) < values["number"]:
            elements[key] = {**row, "retired": True}
    return []


def _retire_edges(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    for key, row in list(graph.edges.items()):
        if row["listedIn"] < values["number"]:
            graph.edges[key] = {**row, "retired": True}
    return []


def _make_older(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    versions_by_key = graph.of("TopologyVersion")
    for key, row in list(versions_by_key.items()):
        if row["number"] < values["number"]:
            versions_by_key[key] = {**row, "current": False}
    return []


def _delete_impairments(graph: SimulatedGraph, _: Mapping[str, Any]) -> list[Row]:
    graph.impairments = []
    return []


def _impair(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    graph.impairments += [repr(sorted(row.items(), key=lambda each: each[0])) for row in values["rows"]]
    return []


def _missing(graph: SimulatedGraph, values: Mapping[str, Any]) -> list[Row]:
    return [{"id": each} for each in values["ids"] if each not in graph.of("Fulfillment")]


def _nothing(_: SimulatedGraph, __: Mapping[str, Any]) -> list[Row]:
    return []


def _clear(label: str) -> Handler:
    def clear(graph: SimulatedGraph, _: Mapping[str, Any]) -> list[Row]:
        graph.nodes.pop(label, None)
        graph.records = [each for each in graph.records if each[0] != label]
        if label == cypher.ELEMENT:
            graph.edges = {}
        if label == FAILURE.label:
            graph.impairments = []
        return []

    return clear


def _handlers() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {
        cypher.create_orders(): _create_orders,
        cypher.update_orders(): _put("Order", "id"),
        cypher.update_fulfillments(): _put("Fulfillment", "id"),
        cypher.MISSING_FULFILLMENTS: _missing,
        cypher.put_nodes(VERSION): _put(VERSION.label, "id"),
        cypher.put_nodes(FAILURE): _put(FAILURE.label, "id"),
        cypher.RETIRE_ELEMENTS: _retire_elements,
        cypher.RETIRE_EDGES: _retire_edges,
        versions._OLDER: _make_older,
        failures._TARGET: _nothing,  # the row of the failure has its target
        failures._DELETE_IMPAIRMENTS: _delete_impairments,
        failures._impair(): _impair,
    }
    handlers |= {cypher.add_records(kind): _add_records(kind.label) for kind in RECORDS.values()}
    handlers |= {cypher.put_placeholders(label): _put_unlisted for label in ("Step", "Location")}
    handlers |= {cypher.put_elements(kind): _put_elements for kind in ELEMENTS}
    handlers |= {cypher.put_edges(kind): _put_edges(kind.name) for kind in EDGES}
    handlers |= dict.fromkeys((*cypher.constraints(), *cypher.indexes()), _nothing)
    labels = [*(kind.label for kind in reversed(NODES) if kind not in ELEMENTS), cypher.ELEMENT]
    handlers |= dict(zip(cypher.clear(), map(_clear, labels), strict=True))
    return handlers


HANDLERS = _handlers()
