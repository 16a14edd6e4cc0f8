"""The graph is declared once: the page, the constraints and the indexes are made from it."""

from pathlib import Path

import pytest

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.graph.migrations import LATEST, MIGRATIONS, current_schema, migrate
from impactgraph.stores.neo4j.graph.nodes import ELEMENTS, NODES
from impactgraph.stores.neo4j.graph.relations import EDGES, RELATIONS
from impactgraph.topology.edges import EdgeKind
from scripts.print_graph_schema import page
from tests.neo4j_server import Neo4jAddress
from tests.stores.events import at, placed
from tests.stores.graph.kept import Kept, keeping

ROOT = Path(__file__).parents[3]
_KEYS = (
    "show constraints yield labelsOrTypes, properties, type where type contains 'UNIQUE' return "
    "labelsOrTypes[0] as label, properties[0] as name"
)
_INDEXES = (
    "show indexes yield labelsOrTypes, properties, owningConstraint where owningConstraint is null and "
    "labelsOrTypes is not null "
)


def test_the_page_of_the_graph_is_printed_from_the_declarations():
    assert (ROOT / "docs" / "graph-schema.md").read_text() == page()


def test_every_kind_of_edge_of_a_topology_is_declared_as_a_relation():
    assert [relation.edge for relation in EDGES] == list(EdgeKind)


def test_relations_lead_from_and_to_labels_that_are_declared():
    labels = {"Element", *(kind.label for kind in NODES)}

    assert {label for relation in RELATIONS for label in (*relation.sources, *relation.targets)} <= labels
    assert len({relation.name for relation in RELATIONS}) == len(RELATIONS)


def test_what_is_indexed_and_what_is_key_are_properties():
    wrong = [
        kind.label
        for kind in NODES
        if not {*kind.indexed, *filter(None, [kind.key])} <= {each.name for each in kind.properties}
    ]

    assert wrong == []
    assert all(kind.key == "id" for kind in ELEMENTS)


def test_a_new_database_gets_the_keys_and_indexes_that_are_declared(new_neo4j_address: Neo4jAddress):
    with keeping(new_neo4j_address, at(0)) as kept:
        kept.follow()

        keys = {(row["label"], row["name"]) for row in kept.database.command(_KEYS)}
        indexes = {
            (row["label"], row["name"])
            for row in kept.database.command(
                _INDEXES + "return labelsOrTypes[0] as label, properties[0] as name"
            )
        }
        assert keys == {
            ("Graph", "key"),
            ("Element", "id"),
            *((kind.label, kind.key) for kind in NODES if kind.key),
        }
        assert indexes == {(kind.label, name) for kind in NODES for name in kind.indexed}
        assert current_schema(kept.database) == LATEST


def test_migrations_are_numbered_in_order():
    assert [migration.number for migration in MIGRATIONS] == list(range(1, LATEST + 1))


def test_a_migration_may_be_applied_again(kept: Kept):
    kept.follow()
    kept.change("match (g:Graph) set g.schema = 0")

    migrate(kept.database)

    assert current_schema(kept.database) == LATEST


def test_a_database_that_was_emptied_is_set_up_and_filled_afresh(kept: Kept):
    kept.store.ingest([placed("O-1", 0), placed("O-2", 5)])
    kept.follow()
    kept.change("match (n) detach delete n")

    kept.follow()

    assert kept.one("match (o:Order) return count(o)") == 2
    assert kept.one("match (s:Step) return count(s)") == 6


def test_a_graph_of_a_newer_version_is_left_alone(kept: Kept):
    kept.follow()
    kept.change("match (g:Graph) set g.schema = $number", number=LATEST + 1)
    kept.store.ingest([placed("O-1", 0)])

    with pytest.raises(StoreUnavailableError, match="newer version of impactgraph"):
        kept.follow()
    assert kept.one("match (o:Order) return count(o)") == 0
