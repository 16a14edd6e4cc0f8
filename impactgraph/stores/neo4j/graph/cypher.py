"""Cypher made from the declarations. What has to be written of a node or a relation is sent as rows: maps with the names of the properties."""

from collections.abc import Iterable
from itertools import chain

from impactgraph.stores.neo4j.graph.kinds import NodeKind, Property, RelationKind, Value
from impactgraph.stores.neo4j.graph.nodes import ELEMENTS, FULFILLMENT, NODES, ORDER, RECORDS
from impactgraph.stores.neo4j.graph.relations import AT, EDGES, LOCATED_AT, OF, PART_OF

ELEMENT = "Element"


def constraints() -> Iterable[str]:
    """One node of each key, which is an index too."""
    yield _unique("element_id", ELEMENT, "id")
    for kind in NODES:
        if kind.key:
            yield _unique(f"{kind.label.lower()}_{kind.key}", kind.label, kind.key)


def indexes() -> Iterable[str]:
    for kind in NODES:
        for name in kind.indexed:
            yield f"create index {kind.label.lower()}_{name.lower()} if not exists for (n:{kind.label}) on (n.{name})"


def _unique(name: str, label: str, key: str) -> str:
    return f"create constraint {name} if not exists for (n:{label}) require n.{key} is unique"


def typed(row: str, properties: Iterable[Property]) -> str:
    """A map of the properties, out of a row in which moments and spans are milliseconds."""
    return "{" + ", ".join(f"`{each.name}`: {_typed(f'{row}.`{each.name}`', each.value)}" for each in properties) + "}"


def _typed(sent: str, value: Value) -> str:
    if value is Value.MOMENT:
        return f"case when {sent} is null then null else datetime({{epochMillis: {sent}}}) end"
    if value is Value.SPAN:
        return f"case when {sent} is null then null else duration({{milliseconds: {sent}}}) end"
    return sent


def put_nodes(kind: NodeKind) -> str:
    """Makes or renews nodes: all their properties are those of the rows."""
    return f"unwind $rows as row merge (n:{kind.label} {{{kind.key}: row.{kind.key}}}) set n = {typed('row', kind.properties)}"


# The topology


def put_elements(kind: NodeKind) -> str:
    """Elements that version $number lists; one that is new, or was retired, is tied to the version."""
    return f"""
unwind $rows as row
merge (n:{ELEMENT} {{id: row.id}})
with n, row, n.listedIn is null or coalesce(n.retired, false) as added
set n:{kind.label}, n = {typed("row", kind.properties)}, n.listedIn = $number, n.retired = false
with n where added
match (v:TopologyVersion {{number: $number}})
merge (n)-[:ADDED_IN]->(v)
"""


def put_edges(kind: RelationKind) -> str:
    return f"""
unwind $rows as row
match (a:{ELEMENT} {{id: row.source}})
match (b:{ELEMENT} {{id: row.target}})
merge (a)-[r:{kind.name} {{place: row.place, retired: false}}]->(b)
on create set r.since = $number
set r += {typed("row", kind.properties)}, r.listedIn = $number
"""


RETIRE_ELEMENTS = f"""
match (v:TopologyVersion {{number: $number}})
match (n:{ELEMENT}) where n.listedIn < $number and not n.retired
set n.retired = true, n.retiredIn = $number
merge (n)-[:RETIRED_IN]->(v)
"""
RETIRE_EDGES = f"""
match (:{ELEMENT})-[r:{"|".join(kind.name for kind in EDGES)}]->() where r.listedIn < $number and not r.retired
set r.retired = true, r.retiredIn = $number
"""


def put_strangers(label: str) -> str:
    """Elements that orders or failures name and no version of the topology lists."""
    return (
        f"unwind $ids as id merge (n:{ELEMENT} {{id: id}}) on create set n:{label}, n.key = substring(id, {len(label) + 1}), n.name = n.key, n.retired = false"
    )


# Orders

ANY_ORDER = f"match (o:{ORDER.label}) return o.id as id limit 1"
_ATTRIBUTES = "attributes"


def create_orders() -> str:
    """Orders that the graph does not have, with all that is theirs. A row is an order with its `parts`, each with its records by the word of their kind."""
    records = "\n".join(
        f"foreach (r in part.{word} | create (f)<-[:{OF.name}]-(n:{kind.label}) set n = {typed('r', kind.properties)})" for word, kind in RECORDS.items()
    )
    return f"""
unwind $rows as row
create (o:{ORDER.label}) set o = {typed("row", ORDER.properties)}, o += row.{_ATTRIBUTES}
with o, row unwind row.parts as part
create (f:{FULFILLMENT.label})-[:{PART_OF.name}]->(o) set f = {typed("part", FULFILLMENT.properties)}
with f, part
call (f, part) {{ match (s:Step {{id: part.step}}) create (f)-[:{AT.name}]->(s) }}
call (f, part) {{ match (l:Location {{id: part.location}}) create (f)-[:{LOCATED_AT.name}]->(l) }}
{records}
"""


def renew_orders() -> str:
    """The same for orders that the graph may have, in another state."""
    records = "\n".join(
        f"foreach (r in part.{word} | merge (f)<-[:{OF.name}]-(n:{kind.label} {{seq: r.seq}}) set n = {typed('r', kind.properties)})"
        for word, kind in RECORDS.items()
    )
    return f"""
unwind $rows as row
merge (o:{ORDER.label} {{id: row.id}}) set o = {typed("row", ORDER.properties)}, o += row.{_ATTRIBUTES}
with o, row unwind row.parts as part
merge (f:{FULFILLMENT.label} {{id: part.id}}) set f = {typed("part", FULFILLMENT.properties)}
merge (f)-[:{PART_OF.name}]->(o)
with f, part
call (f, part) {{ match (f)-[r:{AT.name}]->(s) where part.step is null or s.id <> part.step delete r }}
call (f, part) {{ match (s:Step {{id: part.step}}) merge (f)-[:{AT.name}]->(s) }}
call (f, part) {{ match (f)-[r:{LOCATED_AT.name}]->(l) where part.location is null or l.id <> part.location delete r }}
call (f, part) {{ match (l:Location {{id: part.location}}) merge (f)-[:{LOCATED_AT.name}]->(l) }}
{records}
"""


def clear() -> Iterable[str]:
    """Removes the whole graph, some thousand nodes a transaction; the log of record is not touched."""
    for label in chain((kind.label for kind in reversed(NODES) if kind not in ELEMENTS), (ELEMENT,)):
        yield f"match (n:{label}) call (n) {{ detach delete n }} in transactions of 10000 rows"
