"""What the database has to have for the graph, step by step. Each may be applied again; an emptied database goes through all of them."""

from dataclasses import dataclass

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.graph.cypher import constraints, indexes
from impactgraph.stores.neo4j.graph.standing import CONSTRAINT, LABEL


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    text: str
    statements: tuple[str, ...]
    """Commands of the schema, or such as make their own transactions."""


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1, "One node of each id, and what nodes are looked for by", (CONSTRAINT, *constraints(), *indexes())
    ),
)
"""Only ever added to. One that needs the graph made anew ends with `clear()` of `cypher`, and all is projected again."""

LATEST = MIGRATIONS[-1].number
_APPLIED = f"match (g:{LABEL} {{key: 'graph'}}) return g.schema as schema"
_DONE = f"match (g:{LABEL} {{key: 'graph'}}) where g.schema < $number set g.schema = $number"


def applied(database: Database) -> int:
    """Number of the last migration that the database went through; 0 where it has no graph."""
    found = database.read(_APPLIED)
    return found[0]["schema"] if found else 0


def migrate(database: Database) -> None:
    """Several processes may do so at once. Raises StoreUnavailableError where a newer version of the product was here."""
    schema = applied(database)
    if schema > LATEST:
        raise StoreUnavailableError(
            f"The graph in Neo4j at {database.address} was made by a newer version of impactgraph (schema {schema}, this one knows {LATEST}): use that version."
        )
    for migration in MIGRATIONS:
        if migration.number > schema:
            for statement in migration.statements:
                database.command(statement)
            database.change(_DONE, number=migration.number)
