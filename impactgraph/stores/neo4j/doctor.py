"""Health checks of a Neo4j database: whether it can hold the record; each finding says what to do."""

from collections.abc import Callable, Iterator

from neo4j.exceptions import Neo4jError

from graph_models.counts import say_count
from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.condition import HealthCheck
from impactgraph.stores.neo4j.address import Address
from impactgraph.stores.neo4j.database import Database, rows
from impactgraph.stores.neo4j.graph.cypher import constraints
from impactgraph.stores.neo4j.graph.lease import CONSTRAINT, Lease
from impactgraph.stores.neo4j.log import CONSTRAINTS, Log

OLDEST = (5, 23)
"""Oldest version that supports all the Cypher used here."""
MAX_CLOCK_DIFFERENCE: Millis = 5_000
"""Between the clocks of this machine and the database, beyond which answers are off."""


def health_checks(address: Address, now: Callable[[], Millis]) -> Iterator[HealthCheck]:
    """Runs the checks one by one; the data stays as it is, the trial write is rolled back.

    Raises:
        StoreUnavailableError: the database cannot be reached.
    """
    database = Database(address)
    try:
        yield _version(database)
        yield _clock(database, now)
        yield _rights(database)
        yield _constraints(database)
        yield _indexes(database)
        yield _log(database)
        yield _graph(database)
    finally:
        database.close()


def _version(database: Database) -> HealthCheck:
    query = """
        call dbms.components() yield name, versions, edition where name = 'Neo4j Kernel'
        return versions[0] as version, edition
    """
    kernel = database.read(query)[0]
    detail = f"{kernel['version']} ({kernel['edition']}) at {database.address}"
    numbers = tuple(int(part) for part in kernel["version"].split("-")[0].split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        oldest_version = ".".join(map(str, OLDEST))
        return HealthCheck("neo4j", "fail", f"{detail}: version {oldest_version} or later is needed")
    return HealthCheck("neo4j", "ok", detail)


def _clock(database: Database, now: Callable[[], Millis]) -> HealthCheck:
    before = now()
    database_time = int(database.read("return timestamp() as now")[0]["now"])
    after = now()
    difference = max(before - database_time, database_time - after, 0)
    detail = f"{difference / 1000:.1f} seconds from the clock here"
    if difference > MAX_CLOCK_DIFFERENCE:
        detail = f"{difference / 1000:.0f} seconds from the clock here: set both by the same time server"
        return HealthCheck("neo4j clock", "warn", detail)
    return HealthCheck("neo4j clock", "ok", "as the clock here" if difference < 1000 else detail)


class _RollbackError(Exception):
    """Raised to roll back the trial write."""


def _rights(database: Database) -> HealthCheck:
    """Tries a write, and rolls it back."""

    def attempt(tx: object) -> None:
        query = "create (n:Log {key: 'doctor'}) set n.tried = true delete n"
        rows(tx, query)  # pyright: ignore[reportArgumentType] - the driver types it as object
        raise _RollbackError

    try:
        database.write(attempt)
    except _RollbackError:
        return HealthCheck("neo4j rights", "ok", "reads and writes")
    except (Neo4jError, StoreUnavailableError) as error:
        user = database.address.user or "the user"
        return HealthCheck(
            "neo4j rights",
            "fail",
            f"{user} cannot write: {error}. "
            "Grant it the role `architect`, or write and schema rights on the database",
        )
    return HealthCheck("neo4j rights", "ok", "reads and writes")


def _constraints(database: Database) -> HealthCheck:
    required_names = {statement.split()[2] for statement in (*CONSTRAINTS, CONSTRAINT, *constraints())}
    existing = {row["name"] for row in database.command("show constraints yield name return name")}
    missing = sorted(required_names - existing)
    if missing:
        return HealthCheck(
            "neo4j constraints",
            "warn",
            f"{', '.join(missing)} missing: made when the store is opened, if the user may change the schema",
        )
    return HealthCheck("neo4j constraints", "ok", f"{len(existing)} there")


def _indexes(database: Database) -> HealthCheck:
    indexes = database.command(
        "show indexes yield name, state, populationPercent return name, state, populationPercent as percent"
    )
    failed_indexes = sorted(row["name"] for row in indexes if row["state"] == "FAILED")
    if failed_indexes:
        return HealthCheck(
            "neo4j indexes",
            "fail",
            f"{', '.join(failed_indexes)} failed: "
            "drop them (DROP INDEX or DROP CONSTRAINT), they are made anew on opening",
        )
    building = [f"{row['name']} ({row['percent']:.0f} %)" for row in indexes if row["state"] != "ONLINE"]
    if building:
        return HealthCheck("neo4j indexes", "warn", f"{', '.join(building)} still being built: wait")
    return HealthCheck("neo4j indexes", "ok", f"{len(indexes)} online")


def _log(database: Database) -> HealthCheck:
    end = Log(database).end()
    if end is None:
        return HealthCheck("neo4j record", "warn", "none yet: made when the store is opened")
    return HealthCheck(
        "neo4j record", "ok", f"{say_count(end.last, 'event')} in {say_count(end.position.block, 'block')}"
    )


def _graph(database: Database) -> HealthCheck:
    """The graph lags behind the log by a second or two while a process serves."""
    state = Lease(database, "doctor").state()
    end = Log(database).end()
    if state is None or end is None:
        detail = "none yet: made by the first process that serves or takes events"
        return HealthCheck("neo4j graph", "warn", detail)
    if state.identity.partition("-")[0] != end.position.identity:  # behind it: ingests that were taken back
        detail = "of another log: made anew by the next process that serves or takes events"
        return HealthCheck("neo4j graph", "warn", detail)
    detail = f"shows {state.watermark:,} of {say_count(end.last, 'event')}"
    if end.last > state.watermark:
        detail = f"{detail}: is a process serving? It follows the log while one does"
        return HealthCheck("neo4j graph", "warn", detail)
    return HealthCheck("neo4j graph", "ok", detail)
