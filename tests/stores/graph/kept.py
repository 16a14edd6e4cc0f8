"""A store whose log a graph follows, and what that graph shows, as plain values."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from graph_models.time import Millis, millis
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.graph.projection import GraphUpdate, Projection
from tests.neo4j_server import Neo4jAddress

LOG = "a-log"


class Kept:
    """The store is of this process; the projection sees its replica of the log, as it sees that of a shared
    one.
    """

    def __init__(self, store: EmbeddedStore, database: Database, now: Millis) -> None:
        self.store, self.database, self.now = store, database, now
        self.projection = self.another("a-process")

    def another(self, holder: str) -> Projection:
        return Projection(self.database, self.store._reading, holder)

    def follow(self, log: str = LOG) -> GraphUpdate | None:
        return self.projection.update(log, self.now)

    def ask(self, query: str, **values: Any) -> list[dict[str, Any]]:
        return self.database.read(query, **values)

    def one(self, query: str, **values: Any) -> Any:
        """The only value of the only row."""
        [row] = self.ask(query, **values)
        [value] = row.values()
        return value

    def change(self, query: str, **values: Any) -> None:
        self.database.change(query, **values)


@contextmanager
def keeping(address: Neo4jAddress, now: Millis) -> Iterator[Kept]:
    """With a clock that stands at `now` until `Kept.now` is set."""
    database = Database(read_address(address.url))
    kept: Kept | None = None
    store = EmbeddedStore.in_memory(now=lambda: kept.now if kept else now)
    try:
        kept = Kept(store, database, now)
        yield kept
    finally:
        store.close()
        database.close()


def plain(value: Any) -> Any:
    """Moments and spans as milliseconds."""
    if hasattr(value, "to_native") and hasattr(value, "year"):
        return millis(value.to_native())
    if hasattr(value, "nanoseconds"):
        return (value.days * 86_400 + value.seconds) * 1000 + value.nanoseconds // 1_000_000
    return {name: plain(each) for name, each in value.items()} if isinstance(value, dict) else value


def orders(kept: Kept) -> dict[str, dict[str, Any]]:
    """Properties of every order."""
    return {row["o"]["id"]: plain(row["o"]) for row in kept.ask("match (o:Order) return properties(o) as o")}


def fulfillments(kept: Kept) -> dict[str, dict[str, Any]]:
    """Properties of every fulfillment, and where its relations lead."""
    found = kept.ask(
        "match (f:Fulfillment) return properties(f) as f, [(f)-[:PART_OF]->(o) | o.id] as orders, "
        "[(f)-[:AT]->(s) | s.id] as steps, [(f)-[:LOCATED_AT]->(l) | l.id] as locations"
    )
    return {row["f"]["id"]: plain(row.pop("f")) | row for row in found}


def records(kept: Kept) -> list[tuple[Any, ...]]:
    """(fulfillment, label, properties) of every posting, message, task and supplier order."""
    found = kept.ask(
        "match (f:Fulfillment)<-[:OF]-(r) return f.id as f, labels(r) as labels, properties(r) as r"
    )
    return sorted((row["f"], *row["labels"], tuple(sorted(plain(row["r"]).items()))) for row in found)


def everything(kept: Kept) -> dict[str, Any]:
    """All nodes but how far the graph is, and all relations, with their properties."""
    nodes = kept.ask("match (n) where not n:Graph return labels(n) as labels, properties(n) as said")
    relations = kept.ask(
        "match (a)-[r]->(b) return coalesce(a.id, a.seq) as a, type(r) as type, properties(r) as said, "
        "coalesce(b.id, b.seq) as b"
    )
    return {
        "nodes": sorted(
            (sorted(row["labels"]), sorted(map(str, plain(row["said"]).items()))) for row in nodes
        ),
        "relations": sorted(
            (str(row["a"]), row["type"], str(row["b"]), sorted(map(str, plain(row["said"]).items())))
            for row in relations
        ),
    }
