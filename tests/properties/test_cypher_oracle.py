"""The affected set in plain Cypher, which shares no code with the columns, the forecast or the match.

Compared are the orders that a standing outage hits, whatever the chance: those in, or on their way to, an
impaired step or hand-over, or with a record still to come through an impaired integration, within scope.
Outages have begun by ten o'clock and last for a year, so it does not matter when somebody arrives; what
passed before they began is left out, as no graph of the present tells of it. So are delays below the
tolerance: who misses a batch by one of them is an hour late, which takes the forecast to tell.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from neo4j import Driver

from graph_models.enums import FailureClass
from graph_models.impact import Question
from graph_models.time import DAY, HOUR, MINUTE, moment
from graph_models.topology import Topology
from impactgraph.stores.local import topologies
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.failure_events import failure_data
from tests.listing import orders_of
from tests.neo4j_server import Neo4jAddress, Neo4jServer, empty
from tests.properties.small_worlds import AS_OF, worlds
from tests.stores.graph.kept import Kept, keeping
from tests.worlds import World

QUERY = (Path(__file__).parents[1] / "oracle" / "affected.cypher").read_text()
TOLERANCE = 5 * MINUTE


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Topology]:
    """The topology that documents are read as."""
    current: dict[str, Topology] = {}

    def parse(_: Mapping[str, str]) -> Topology:
        return current["topology"]

    monkeypatch.setattr(topologies, "parse_topology", parse)
    return current


def standing(world: World) -> World:
    """Its failures as outages that stand; of what lies behind an order only the step that it is in."""
    outages = (
        replace(
            f,
            failure_class=FailureClass.OUTAGE,
            started_at=AS_OF - 4 * HOUR,
            expected_end=AS_OF + 365 * DAY,
            source="/drawn",
        )
        for f in world.failures
    )
    return replace(
        world,
        failures=tuple(outages),
        journeys=tuple(replace(journey, stays=journey.stays[-1:]) for journey in world.journeys),
    )


def told(world: World) -> Iterator[bytes]:
    """The events that make the world."""
    for order in dict.fromkeys(journey.order for journey in world.journeys):
        parts = [journey for journey in world.journeys if journey.order == order]
        fulfillments = [
            {"fulfillment": part.fulfillment, "workflow": part.workflow, "location": part.location}
            for part in parts
        ]
        about = {
            "order": order,
            "channel": parts[0].channel,
            "mode": "bopis",
            "currency": "EUR",
            "value": "10.00",
            "fulfillments": fulfillments,
        }
        yield _event("order.placed", min(part.stays[0][1] for part in parts) - MINUTE, about)
        for part in parts:
            yield _event(
                "fulfillment.entered",
                part.stays[0][1],
                {"order": order, "fulfillment": part.fulfillment, "step": part.stays[0][0]},
            )
    for failure in world.failures:
        yield _event("failure.reported", failure.started_at, failure_data(failure))


def _event(type_: str, at: int, data: object) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": json.dumps([type_, data], default=str),
            "source": "/drawn",
            "type": type_,
            "time": moment(at).isoformat(),
            "data": data,
        }
    ).encode()


def by_columns(kept: Kept, world: World) -> set[str]:
    keys = tuple(failure.key for failure in world.failures)
    question = Question(
        failures=keys, min_likelihood=0.0, as_of=AS_OF, horizon=365 * DAY, tolerance=TOLERANCE
    )
    with blast_radius(kept.store, question, AS_OF) as answer:
        return {f"order:{affected.order}" for affected in orders_of(answer)}


def by_cypher(kept: Kept) -> set[str]:
    return {row["order"] for row in kept.ask(QUERY, tolerance=TOLERANCE)}


# A failing example is not made smaller: over a server that would take many minutes.
@settings(
    max_examples=15,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(world=worlds(most_failures=2, most_orders=12))
def test_the_affected_orders_are_those_that_cypher_finds(
    neo4j_driver: tuple[Driver, Neo4jAddress, Neo4jServer | None], drawn: dict[str, Topology], world: World
) -> None:
    driver, address, server = neo4j_driver
    if server:
        server.start()
    world = standing(world)
    drawn["topology"] = world.topology
    empty(driver, address.database)
    with keeping(address, AS_OF) as kept:
        kept.store.apply_topology(
            world.topology, {"drawn.yaml": "a topology that was drawn"}, AS_OF - 48 * HOUR
        )
        assert not kept.store.ingest(list(told(world))).quarantined
        kept.follow()
        assume(
            kept.one(
                "match (:Failure)-[i:IMPAIRS]->() return coalesce(max(i.from), $now) <= $now",
                now=moment(AS_OF),
            )
        )
        assume(
            not kept.one(
                "match ()-[i:IMPAIRS]->() where 0 < i.delay.milliseconds <= $most return count(i)",
                most=TOLERANCE,
            )
        )
        found = by_cypher(kept)

        event(
            "none"
            if not found
            else "all"
            if len(found) == len({journey.order for journey in world.journeys})
            else "some"
        )
        assert by_columns(kept, world) == found
