"""Cypher statements generated from the declarations; rows are maps with the names of the properties."""

from collections.abc import Iterable
from itertools import chain

from impactgraph.stores.neo4j.graph.kinds import NodeKind, Property, RelationKind, Value
from impactgraph.stores.neo4j.graph.nodes import ELEMENTS, FULFILLMENT, NODES, ORDER, RECORDS
from impactgraph.stores.neo4j.graph.relations import AT, EDGES, LOCATED_AT, OF, PART_OF

ELEMENT = "Element"


def constraints() -> Iterable[str]:
    """Uniqueness constraints on the keys; each is an index too."""
    yield _unique("element_id", ELEMENT, "id")
    for kind in NODES:
        if kind.key:
            yield _unique(f"{kind.label.lower()}_{kind.key}", kind.label, kind.key)


def indexes() -> Iterable[str]:
    for kind in NODES:
        for name in kind.indexed:
            yield (
                f"create index {kind.label.lower()}_{name.lower()} if not exists for (n:{kind.label}) on "
                f"(n.{name})"
            )


def _unique(name: str, label: str, key: str) -> str:
    return f"create constraint {name} if not exists for (n:{label}) require n.{key} is unique"


def map_of(row: str, properties: Iterable[Property]) -> str:
    """A map of the properties, from a row in which moments and spans are milliseconds."""
    return (
        "{"
        + ", ".join(
            f"`{each.name}`: {_with_types(f'{row}.`{each.name}`', each.value)}" for each in properties
        )
        + "}"
    )


def _with_types(parameter: str, value: Value) -> str:
    if value is Value.MOMENT:
        return f"case when {parameter} is null then null else datetime({{epochMillis: {parameter}}}) end"
    if value is Value.SPAN:
        return f"case when {parameter} is null then null else duration({{milliseconds: {parameter}}}) end"
    return parameter


def put_nodes(kind: NodeKind) -> str:
    """Creates nodes or replaces all their properties by those of the rows."""
    merge = f"merge (n:{kind.label} {{{kind.key}: row.{kind.key}}})"
    return f"unwind $rows as row {merge} set n = {map_of('row', kind.properties)}"


# The topology


def put_elements(kind: NodeKind) -> str:
    """Writes the elements that version $number lists; one that is new, or was retired, is linked to the
    version.
    """
    return f"""
unwind $rows as row
merge (n:{ELEMENT} {{id: row.id}})
with n, row, n.listedIn is null or coalesce(n.retired, false) as added
set n:{kind.label}, n = {map_of("row", kind.properties)}, n.listedIn = $number, n.retired = false
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
set r += {map_of("row", kind.properties)}, r.listedIn = $number
"""


RETIRE_ELEMENTS = f"""
match (v:TopologyVersion {{number: $number}})
match (n:{ELEMENT}) where n.listedIn < $number and not n.retired
set n.retired = true, n.retiredIn = $number
merge (n)-[:RETIRED_IN]->(v)
"""
RETIRE_EDGES = f"""
match (:{ELEMENT})-[r:{"|".join(kind.name for kind in EDGES)}]->()
where r.listedIn < $number and not r.retired
set r.retired = true, r.retiredIn = $number
"""


def put_placeholders(label: str) -> str:
    """Creates elements that orders or failures name and no version of the topology lists."""
    key = f"substring(id, {len(label) + 1})"
    return (
        f"unwind $ids as id merge (n:{ELEMENT} {{id: id}}) "
        f"on create set n:{label}, n.key = {key}, n.name = n.key, n.retired = false"
    )


# Orders

_ATTRIBUTES = "attributes"
MISSING_FULFILLMENTS = f"""
unwind $ids as id optional match (f:{FULFILLMENT.label} {{id: id}}) with id, f where f is null return id
"""


def create_orders() -> str:
    """Creates orders that are not in the graph, with their fulfillments and records.

    A row is an order with its `parts`, each with its records by their kind.
    """
    records = "\n".join(
        f"foreach (r in part.{word} | create (f)<-[:{OF.name}]-(n:{kind.label}) {_set_all(kind, 'r')})"
        for word, kind in RECORDS.items()
    )
    return f"""
unwind $rows as row
create (o:{ORDER.label}) set o = {map_of("row", ORDER.properties)}, o += row.{_ATTRIBUTES}
with o, row unwind row.parts as part
create (f:{FULFILLMENT.label})-[:{PART_OF.name}]->(o) set f = {map_of("part", FULFILLMENT.properties)}
with f, part
call (f, part) {{ match (s:Step {{id: part.step}}) create (f)-[:{AT.name}]->(s) }}
call (f, part) {{ match (l:Location {{id: part.location}}) create (f)-[:{LOCATED_AT.name}]->(l) }}
{records}
"""


def update_orders() -> str:
    """Creates or updates orders, without their fulfillments."""
    properties = map_of("row", ORDER.properties)
    return f"""
unwind $rows as row merge (o:{ORDER.label} {{id: row.id}})
set o = {properties}, o += row.{_ATTRIBUTES}
"""


def update_fulfillments() -> str:
    """Creates or updates fulfillments of orders in the graph."""
    return f"""
unwind $rows as part
merge (f:{FULFILLMENT.label} {{id: part.id}}) set f = {map_of("part", FULFILLMENT.properties)}
with f, part
call (f, part) {{
  with f, part where not exists {{ (f)-[:{PART_OF.name}]->() }}
  match (o:{ORDER.label} {{id: part.order}}) create (f)-[:{PART_OF.name}]->(o)
}}
{_move_relation(AT, "Step", "step")}
{_move_relation(LOCATED_AT, "Location", "location")}
"""


def _move_relation(relation: RelationKind, label: str, name: str) -> str:
    """Moves a fulfillment's one relation to the node that the row names; nothing is written where it is there
    already.
    """
    return f"""
call (f, part) {{
  match (f)-[r:{relation.name}]->(was) where part.{name} is null or was.id <> part.{name} delete r
}}
call (f, part) {{
  with f, part where not exists {{ (f)-[:{relation.name}]->() }}
  match (n:{label} {{id: part.{name}}}) create (f)-[:{relation.name}]->(n)
}}
"""


def add_records(kind: NodeKind) -> str:
    """Creates records of fulfillments in the graph."""
    match = f"match (f:{FULFILLMENT.label} {{id: row.part}})"
    create = f"create (f)<-[:{OF.name}]-(n:{kind.label})"
    return f"unwind $rows as row {match} {create} {_set_all(kind, 'row')}"


def _set_all(kind: NodeKind, row: str) -> str:
    return f"set n = {map_of(row, kind.properties)}"


def clear() -> Iterable[str]:
    """Removes the whole graph, some thousand nodes a transaction, and leaves the log."""
    for label in chain((kind.label for kind in reversed(NODES) if kind not in ELEMENTS), (ELEMENT,)):
        yield f"match (n:{label}) call (n) {{ detach delete n }} in transactions of 10000 rows"
