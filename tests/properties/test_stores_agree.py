"""Whatever store has the events, and in whatever order and batches it got them: the same answers, to the
last digit.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import Driver

from graph_models.enums import FailureClass, OrderSort, RecordKind
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.orders import ANY_ORDER
from graph_models.time import HOUR, MINUTE, Millis, moment
from graph_models.topology import Topology
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local import topologies
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.failure_events import failure_data
from tests.listing import orders_of, records_of
from tests.neo4j_server import Neo4jAddress, Neo4jServer, empty
from tests.properties.small_worlds import AS_OF, worlds
from tests.stores.seen import everything
from tests.worlds import Journey, World

_DOCUMENTS = {"world.yaml": "a topology that was drawn"}
_COPIES = 6
_HOT = (
    "system:oms",
    "system:wms",
    "integration:hand",
    "integration:book",
    "integration:tell",
    "step:ship/pick",
)
_CLASSES = (FailureClass.OUTAGE, FailureClass.LATENCY, FailureClass.BACKLOG)
_RECORDS = {
    "ship": [
        ("task.closed", "picked"),
        ("posting.recorded", "issue"),
        ("posting.recorded", "invoice"),
        ("notification.sent", "sent"),
    ],
    "fetch": [],
}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Topology]:
    """The topology that documents are read as, by every process."""
    current: dict[str, Topology] = {}

    def parse(_: Mapping[str, str]) -> Topology:
        return current["topology"]

    monkeypatch.setattr(topologies, "parse_topology", parse)
    return current


def _event(type_: str, at: Millis, number: int, data: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": str(number),
            "source": "/drawn",
            "type": type_,
            "time": moment(at).isoformat(),
            "data": data,
        }
    ).encode()


def _told(world: World, chance: random.Random) -> list[bytes]:
    """The events that make the world, with records, errors, reroutes and ends here and there."""
    said: list[tuple[str, Millis, dict[str, Any]]] = []
    for key in dict.fromkeys(journey.order for journey in world.journeys):
        said += _order(key, [journey for journey in world.journeys if journey.order == key])
    for journey in world.journeys:
        said += _happened(journey, chance)
    said += [
        ("failure.reported", failure.started_at, failure_data(replace(failure, source="/drawn")))
        for failure in world.failures
    ]
    return [_event(type_, at, number, data) for number, (type_, at, data) in enumerate(said)]


def _order(key: str, parts: Sequence[Journey]) -> Iterator[tuple[str, Millis, dict[str, Any]]]:
    first = parts[0]
    fulfillments = [
        {"fulfillment": p.fulfillment, "workflow": p.workflow, "location": p.location, "value": str(p.value)}
        for p in parts
    ]
    data = {
        "order": key,
        "channel": first.channel,
        "mode": "bopis",
        "currency": "EUR",
        "value": str(sum(p.value for p in parts)),
        "fulfillments": fulfillments,
    }
    promised = {"promised_by": moment(first.promised_by).isoformat()} if first.promised_by else {}
    yield "order.placed", min(p.stays[0][1] for p in parts) - MINUTE, data | promised


def _happened(journey: Journey, chance: random.Random) -> Iterator[tuple[str, Millis, dict[str, Any]]]:
    about = {"order": journey.order, "fulfillment": journey.fulfillment}
    for step, at in journey.stays:
        yield "fulfillment.entered", at, about | {"step": step}
        if chance.random() < 0.3:
            yield (
                "fulfillment.failed",
                at + MINUTE,
                about | {"step": step, "code": chance.choice("AB"), "element": "integration:hand"},
            )
        for type_, name in _RECORDS[journey.workflow]:
            if chance.random() < 0.2:
                amount = (
                    {"amount": str(chance.randrange(1, 99999) / 100), "currency": "EUR"}
                    if type_ == "posting.recorded"
                    else {}
                )
                yield type_, at + 2 * MINUTE, about | {"type": name} | amount
    if chance.random() < 0.15:
        yield (
            "fulfillment.rerouted",
            journey.stays[-1][1] + 3 * MINUTE,
            about | {"workflow": "fetch", "step": "release", "location": "there"},
        )
    if chance.random() < 0.15:
        yield (
            chance.choice(["fulfillment.completed", "fulfillment.cancelled"]),
            journey.stays[-1][1] + 4 * MINUTE,
            about,
        )


def _busy(world: World, chance: random.Random) -> World:
    """Many orders on the same ways, and a failure that hits some of them for sure."""
    more = [
        replace(
            journey,
            order=f"{journey.order}-{replica}",
            stays=tuple((step, at - shift) for step, at in journey.stays),
            value=chance.randrange(1, 900),
        )
        for replica in range(_COPIES)
        for journey in world.journeys
        for shift in (replica * chance.randrange(1, 9) * MINUTE,)
    ]
    hot = Failure(
        "HOT",
        chance.choice(_HOT),
        chance.choice(_CLASSES),
        AS_OF - chance.choice([90, 20]) * MINUTE,
        expected_end=AS_OF + 5 * HOUR,
        delay=HOUR,
    )
    return replace(world, journeys=tuple(more), failures=(*world.failures, hot))


@contextmanager
def _stores(address: Neo4jAddress, driver: Driver) -> Iterator[list[Store]]:
    """An embedded one, and two over one database."""
    empty(driver, address.database)
    with ExitStack() as opened:
        stores: list[Store] = [opened.enter_context(closing(EmbeddedStore.in_memory(now=lambda: AS_OF)))]
        for _ in range(2):
            stores.append(
                opened.enter_context(
                    closing(
                        Neo4jStore.open(
                            read_address(address.url), now=lambda: AS_OF, cache=None, freshness=0, graph=False
                        )
                    )
                )
            )
        yield stores


def _fill(stores: Sequence[Store], world: World, chance: random.Random) -> None:
    lines = _told(world, chance)
    for store in stores[:2]:
        store.apply_topology(world.topology, _DOCUMENTS, AS_OF - 48 * HOUR)
    stores[0].ingest(lines)
    shuffled = [*lines, *chance.sample(lines, len(lines) // 4)]
    chance.shuffle(shuffled)
    while shuffled:
        size = chance.choice([1, 7, 40, 150])
        chance.choice(stores[1:]).ingest(shuffled[:size])
        shuffled = shuffled[size:]


def _answer(answer: BlastRadius) -> dict[str, Any]:
    listed = {kind: records_of(answer, kind) for kind in RecordKind}
    return {
        "totals": answer.totals,
        "orders": orders_of(answer),
        "records": listed,
        "forecast": answer.totals.expected_orders,
    }


def _asked(store: Store, world: World, as_of: Millis) -> dict[str, Any]:
    """All that can be asked of it."""
    page = store.find_orders(ANY_ORDER, OrderSort.VALUE_DESC, first=100, after=None, as_of=as_of)
    keys = [order.key for order in page.items]
    question = Question(
        failures=tuple(failure.key for failure in world.failures if failure.started_at <= as_of),
        min_likelihood=0.0,
        as_of=as_of,
    )
    seen: dict[str, Any] = everything(store, as_of) | {
        "orders": page.items,
        "stories": [store.timeline(key, as_of) for key in keys],
    }
    if question.failures:
        with blast_radius(store, question, AS_OF) as answer:
            seen["answer"] = _answer(answer)
    return seen


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(worlds(), st.randoms(use_true_random=False), st.sampled_from([0, 25, 90]))
def test_both_stores_give_the_same_answers(
    neo4j_driver: tuple[Driver, Neo4jAddress, Neo4jServer | None],
    drawn: dict[str, Topology],
    world: World,
    chance: random.Random,
    before: int,
) -> None:
    driver, address, server = neo4j_driver
    if server:
        server.start()
    drawn["topology"] = world.topology
    world = _busy(world, chance)
    with _stores(address, driver) as stores:
        _fill(stores, world, chance)
        for as_of in dict.fromkeys((AS_OF, AS_OF - before * MINUTE)):
            plain, *others = (_asked(store, world, as_of) for store in stores)

            for other in others:
                for name in plain:
                    assert other[name] == plain[name], name
