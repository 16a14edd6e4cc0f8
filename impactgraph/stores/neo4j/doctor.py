"""Whether a Neo4j database is fit to hold the record: each finding says what to do."""

from collections.abc import Callable, Iterator

from neo4j.exceptions import Neo4jError

from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.store import HealthCheck
from impactgraph.stores.neo4j.address import Address
from impactgraph.stores.neo4j.database import Database, rows
from impactgraph.stores.neo4j.graph.cypher import constraints
from impactgraph.stores.neo4j.graph.standing import CONSTRAINT, Lease
from impactgraph.stores.neo4j.log import CONSTRAINTS, Log

OLDEST = (5, 23)
"""The first that has all that our Cypher uses."""
MOST_APART: Millis = 5_000
"""Between the clocks of this machine and the database: events and answers are of moments."""


def examined(address: Address, now: Callable[[], Millis]) -> Iterator[HealthCheck]:
    """Nothing of the data is changed; what is tried is taken back. Raises StoreUnavailableError where the database cannot be reached."""
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
    found = database.read(
        "call dbms.components() yield name, versions, edition where name = 'Neo4j Kernel' return versions[0] as version, edition"
    )[0]
    told = f"{found['version']} ({found['edition']}) at {database.address}"
    numbers = tuple(int(part) for part in found["version"].split("-")[0].split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        return HealthCheck(
            "neo4j", "fail", f"{told}: version {'.'.join(map(str, OLDEST))} or later is needed"
        )
    return HealthCheck("neo4j", "ok", told)


def _clock(database: Database, now: Callable[[], Millis]) -> HealthCheck:
    before = now()
    there = int(database.read("return timestamp() as now")[0]["now"])
    after = now()
    apart = max(before - there, there - after, 0)
    if apart > MOST_APART:
        return HealthCheck(
            "neo4j clock",
            "warn",
            f"{apart / 1000:.0f} seconds from the clock here: set both by the same time server",
        )
    return HealthCheck(
        "neo4j clock",
        "ok",
        "as the clock here" if apart < 1000 else f"{apart / 1000:.1f} seconds from the clock here",
    )


class _TakenBack(Exception):
    pass


def _rights(database: Database) -> HealthCheck:
    """Tries a write, and takes it back."""

    def attempt(tx: object) -> None:
        rows(tx, "create (n:Log {key: 'doctor'}) set n.tried = true delete n")  # pyright: ignore[reportArgumentType] - a managed transaction
        raise _TakenBack

    try:
        database.write(attempt)
    except _TakenBack:
        return HealthCheck("neo4j rights", "ok", "reads and writes")
    except (Neo4jError, StoreUnavailableError) as error:
        user = database.address.user or "the user"
        return HealthCheck(
            "neo4j rights",
            "fail",
            f"{user} cannot write: {error}. Grant it the role `architect`, or write and schema rights on the database",
        )
    return HealthCheck("neo4j rights", "ok", "reads and writes")


def _constraints(database: Database) -> HealthCheck:
    wanted = {statement.split()[2] for statement in (*CONSTRAINTS, CONSTRAINT, *constraints())}
    found = {row["name"] for row in database.command("show constraints yield name return name")}
    missing = sorted(wanted - found)
    if missing:
        return HealthCheck(
            "neo4j constraints",
            "warn",
            f"{', '.join(missing)} missing: made when the store is opened, if the user may change the schema",
        )
    return HealthCheck("neo4j constraints", "ok", f"{len(found)} there")


def _indexes(database: Database) -> HealthCheck:
    found = database.command(
        "show indexes yield name, state, populationPercent return name, state, populationPercent as percent"
    )
    failed = sorted(row["name"] for row in found if row["state"] == "FAILED")
    if failed:
        return HealthCheck(
            "neo4j indexes",
            "fail",
            f"{', '.join(failed)} failed: drop them (DROP INDEX or DROP CONSTRAINT), they are made anew on opening",
        )
    building = [f"{row['name']} ({row['percent']:.0f} %)" for row in found if row["state"] != "ONLINE"]
    if building:
        return HealthCheck("neo4j indexes", "warn", f"{', '.join(building)} still being built: wait")
    return HealthCheck("neo4j indexes", "ok", f"{len(found)} online")


def _log(database: Database) -> HealthCheck:
    end = Log(database).end()
    if end is None:
        return HealthCheck("neo4j record", "warn", "none yet: made when the store is opened")
    return HealthCheck("neo4j record", "ok", f"{end.last:,} events in {end.position.block:,} blocks")


def _graph(database: Database) -> HealthCheck:
    """The graph to walk follows the log, as a rule within a second or two."""
    standing, end = Lease(database, "doctor").standing(), Log(database).end()
    if standing is None or end is None:
        return HealthCheck(
            "neo4j graph", "warn", "none yet: made by the first process that serves or takes events"
        )
    if standing.identity != end.position.identity:
        return HealthCheck(
            "neo4j graph", "warn", "of another log: made anew by the next process that serves or takes events"
        )
    behind = end.last - standing.watermark
    told = f"shows {standing.watermark:,} of {end.last:,} events"
    return (
        HealthCheck("neo4j graph", "warn", f"{told}: is a process serving? It follows the log while one does")
        if behind
        else HealthCheck("neo4j graph", "ok", told)
    )
