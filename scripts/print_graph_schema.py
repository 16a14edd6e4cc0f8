"""Writes docs/graph-schema.md from the declarations of the graph.

python -m scripts.print_graph_schema
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from impactgraph.stores.neo4j.graph.kinds import NodeKind, Property, RelationKind
from impactgraph.stores.neo4j.graph.nodes import ELEMENTS, LISTED, NODES
from impactgraph.stores.neo4j.graph.relations import BETWEEN_VERSIONS, EDGES, RELATIONS

TARGET = Path(__file__).parent.parent / "docs" / "graph-schema.md"

HEAD = """\
# The graph in Neo4j

Over a Neo4j database (`--store neo4j://...`) the topology, the orders and the effects of failures are also stored as nodes and relations, beside
the log of record, for a Cypher prompt and for other programs. [Queries](cypher.md) has examples.

- **It is for reading only.** The log (`Block` and `Log` nodes) is the record; the graph follows it, usually within a second or two, and is
  rebuilt from it if it is missing. `MATCH (g:Graph) RETURN g.watermark, g.topology` shows its state: the number of the last event in it, and
  of the last version of the topology.
- **It holds the state as it is now.** Postings, messages, tasks and supplier orders are all there; of the steps only the one that a fulfillment
  is in. The complete timeline of an order, and its state at any past moment, are not in the graph: ask `impactgraph why ORDER --as-of MOMENT`.
- **Ids** are those of every answer: `order:O-1`, `system:oms`, `step:ship-from-store/pick`.
- **Moments** are `DATETIME` in UTC, spans are `DURATION`, money is a whole number of millionths of the currency's main unit:
  `sum(o.valueMicros) / 1000000.0`, a currency at a time.
- **Nothing of the topology is removed.** What a version no longer lists is retired (`retired`, `retiredIn`) and keeps its relations, so that
  orders that went through it still say where; `ADDED_IN` and `RETIRED_IN` lead to the versions. Relations of the topology are retired in the
  same way. Ask for `{retired: false}` to see what is in force.
- **A failure impairs elements while it is active**: `(:Failure)-[:IMPAIRS]->(:Element)` is written when the failure is reported or changes, and
  goes when it is resolved.

This page is printed from the declarations (`python -m scripts.print_graph_schema`); a test compares it.
"""


def page() -> str:
    """The whole page, as it is committed."""
    topology = [kind.label for kind in ELEMENTS]
    others = [relation for relation in RELATIONS if relation not in EDGES]
    parts = [
        HEAD,
        "## The topology\n",
        _picture(EDGES, topology),
        "## Orders and failures\n\nAn `Element` is any node of the topology.\n",
        _picture(others, []),
        "## Nodes\n\nUnique by what is marked *key*, and found quickly by what is marked *indexed*.\n",
        _listed("Every element, beside what is its own", LISTED),
        *(_node(kind) for kind in NODES),
        "## Relations\n",
        _listed("Every relation of the topology, beside what is its own", BETWEEN_VERSIONS),
        *_relations(),
    ]
    return "\n".join(parts)


def _picture(relations: Iterable[RelationKind], apart: list[str]) -> str:
    """One arrow between two labels, with the names of all relations that go there.

    The labels in `apart` come first, in their order.
    """
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for relation in relations:
        for source in relation.sources:
            for target in relation.targets:
                arrows[source, target].append(relation.name)
    lines = [
        *(f"  {label}" for label in apart),
        *(f"  {source} -->|{'<br>'.join(names)}| {target}" for (source, target), names in arrows.items()),
    ]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```", ""])


def _node(kind: NodeKind) -> str:
    label = f"`{kind.label}`" + (", `Element`" if kind.element else "")
    marks = {kind.key: " *key*"} | dict.fromkeys(kind.indexed, " *indexed*")
    rows = [
        f"| `{each.name}`{marks.get(each.name, '')} | {each.value.value} | {each.text} |"
        for each in kind.properties
    ]
    return "\n".join(
        [
            f"### {label}\n",
            f"{kind.text}\n",
            "| property | is | what it is |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _listed(title: str, properties: Iterable[Property]) -> str:
    return "\n".join(
        [
            f"{title}:\n",
            "| property | is | what it is |",
            "| --- | --- | --- |",
            *(_row(each) for each in properties),
            "",
        ]
    )


def _row(each: Property) -> str:
    return f"| `{each.name}` | {each.value.value} | {each.text} |"


def _relations() -> Iterator[str]:
    yield "| relation | from | to | what it is |\n| --- | --- | --- | --- |"
    for relation in RELATIONS:
        yield (
            f"| `{relation.name}` | {', '.join(relation.sources)} | {', '.join(relation.targets)} | "
            f"{relation.text} |"
        )
    yield ""
    for relation in RELATIONS:
        if relation.properties:
            yield _listed(f"`{relation.name}`", relation.properties)


if __name__ == "__main__":
    TARGET.write_text(page())
