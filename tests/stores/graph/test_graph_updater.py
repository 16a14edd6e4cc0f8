"""Processes over one database keep its graph with the log, whichever of them is at it."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.doctor import health_checks
from impactgraph.stores.neo4j.graph import graph_updater
from impactgraph.stores.neo4j.graph.graph_updater import GraphUpdater
from impactgraph.stores.neo4j.graph.projection import GraphUpdate, Projection
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.neo4j_gate import gate
from tests.neo4j_server import Neo4jAddress
from tests.stores.events import DOCUMENTS, at, entered, placed, topology

_AT = "match (f:Fulfillment)-[:AT]->(s) return f.id as id, s.key as step"


@pytest.fixture
def database(neo4j_address: Neo4jAddress) -> Iterator[Database]:
    """What others see."""
    database = Database(read_address(neo4j_address.url))
    yield database
    database.close()


def store(address: Neo4jAddress, cache: Path, *, graph: bool) -> Neo4jStore:
    return Neo4jStore.open(
        read_address(address.url), now=lambda: at(600), cache=cache, freshness=0, graph=graph
    )


def places(database: Database) -> dict[str, str]:
    return {row["id"]: row["step"] for row in database.read(_AT)}


def test_what_a_process_wrote_is_in_the_graph_when_it_ends(
    neo4j_address: Neo4jAddress, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(graph_updater, "CLOSING_SECONDS", 600)  # a busy machine is no failure
    with closing(store(neo4j_address, tmp_path, graph=True)) as writer:
        writer.apply_topology(topology(), DOCUMENTS, at(-60))
        writer.ingest([placed("O-1", 0), entered("pick", 5)])

    assert places(database) == {"fulfillment:O-1/1": "pick"}


def test_any_process_follows_what_another_wrote(
    neo4j_address: Neo4jAddress, database: Database, tmp_path: Path
):
    with (
        closing(store(neo4j_address, tmp_path, graph=False)) as writer,
        closing(store(neo4j_address, tmp_path, graph=False)) as reader,
    ):
        writer.apply_topology(topology(), DOCUMENTS, at(-60))
        writer.ingest([placed("O-1", 0), entered("promise", 1)])
        writer.graph.update()
        writer.ingest([entered("pick", 5)])
        reader.failures()  # a question: it has looked at the log

        followed = reader.graph.update()

        assert followed == GraphUpdate(orders=1)
        assert writer.graph.update() == GraphUpdate()
    assert places(database) == {"fulfillment:O-1/1": "pick"}


def test_a_loss_of_the_database_is_reported_and_made_up_for(
    neo4j_address: Neo4jAddress, database: Database, tmp_path: Path
):
    with gate(neo4j_address) as way, closing(store(way.address, tmp_path, graph=False)) as writer:
        writer.apply_topology(topology(), DOCUMENTS, at(-60))
        writer.ingest([placed("O-1", 0), entered("pick", 5)])
        way.shut()
        with pytest.raises(StoreUnavailableError, match="cannot be reached"):
            writer.graph.update()
        way.open()
        writer.graph.update()

    assert places(database) == {"fulfillment:O-1/1": "pick"}


@pytest.mark.parametrize(
    "problem",
    [StoreUnavailableError("The database is gone."), ValueError("a defect")],
    ids=["lost", "defect"],
)
def test_the_thread_goes_on_after_what_went_wrong(problem: Exception):
    turns: list[int] = []
    again = threading.Event()

    class Troubled:
        def update(self, identity: str, now: Millis) -> GraphUpdate:
            turns.append(now)
            if len(turns) == 1:
                raise problem
            again.set()
            return GraphUpdate()

        def stop(self) -> None: ...

    at_it = GraphUpdater(cast(Projection, Troubled()), lambda: "a-log", lambda: at(0), interval=0)
    at_it.start()
    went_on = again.wait(60)
    at_it.close()

    assert went_on
    assert at_it.problem is None


def test_the_doctor_reports_how_far_the_graph_is(neo4j_address: Neo4jAddress, tmp_path: Path):
    address = read_address(neo4j_address.url)

    def told() -> tuple[str, str]:
        return next(
            (check.state, check.detail)
            for check in health_checks(address, lambda: at(600))
            if check.check == "neo4j graph"
        )

    none = told()
    with closing(store(neo4j_address, tmp_path, graph=False)) as writer:
        writer.apply_topology(topology(), DOCUMENTS, at(-60))
        writer.ingest([placed("O-1", 0), entered("pick", 5)])
        writer.graph.update()
        current = told()
        writer.ingest([entered("hand-over", 9)])
        behind = told()

    assert none[0] == "warn" and none[1].startswith("none yet")
    assert current == ("ok", "shows 2 of 2 events")
    assert behind == ("warn", "shows 2 of 3 events: is a process serving? It follows the log while one does")
