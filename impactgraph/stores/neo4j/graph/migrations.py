"""Migrations of the graph's schema: each may be applied again; an emptied database goes through all of
them.
"""

from dataclasses import dataclass

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.graph.cypher import constraints, indexes
from impactgraph.stores.neo4j.graph.lease import CONSTRAINT, LABEL


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    text: str
    statements: tuple[str, ...]
    """Commands of the schema, or commands that make their own transactions."""


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1, "One node of each id, and what nodes are looked for by", (CONSTRAINT, *constraints(), *indexes())
    ),
)
"""Append only. One that needs a new graph ends with `clear()` of `cypher`, and all is projected again."""

LATEST = MIGRATIONS[-1].number
_READ_SCHEMA = f"match (g:{LABEL} {{key: 'graph'}}) return g.schema as schema"
_SET_SCHEMA = f"match (g:{LABEL} {{key: 'graph'}}) where g.schema < $number set g.schema = $number"


def current_schema(database: Database) -> int:
    """Number of the last migration applied; 0 where there is no graph."""
    rows = database.read(_READ_SCHEMA)
    return rows[0]["schema"] if rows else 0


def migrate(database: Database) -> None:
    """Applies the missing migrations; several processes may do so at once.

    Raises:
        StoreUnavailableError: a newer version of impactgraph made the graph.
    """
    schema = current_schema(database)
    if schema > LATEST:
        raise StoreUnavailableError(
            f"The graph in Neo4j at {database.address} was made by a newer version of impactgraph "
            f"(schema {schema}, this one knows {LATEST}): use that version."
        )
    for migration in MIGRATIONS:
        if migration.number > schema:
            for statement in migration.statements:
                database.command(statement)
            database.change(_SET_SCHEMA, number=migration.number)
