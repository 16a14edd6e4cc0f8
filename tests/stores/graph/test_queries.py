"""Every query of docs/cypher.md answers on the demo's data, and as the product does where the product answers
the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from graph_models.enums import OrderStatus, RecordKind
from graph_models.impairment import Impairment
from graph_models.money import to_micros
from graph_models.orders import Fulfillment, Order
from graph_models.time import HOUR, MINUTE, Millis, moment
from graph_models.topology import Integration, System
from impactgraph.demo.load import load_demo
from impactgraph.stores.neo4j.graph.failures import impairments
from impactgraph.topology.reach import dependencies, dependents
from tests.neo4j_server import Neo4jAddress, Neo4jServer, empty
from tests.stores.events import at, of
from tests.stores.graph.kept import Kept, keeping, plain
from tests.stores.graph.queries import queries

NOW: Millis = 1_772_546_400_000
QUERIES = queries()
MAY_BE_EMPTY = {
    "Which orders are at an element that is not in the topology?",
    "Which elements have no owner?",
}
"""Good news where they are."""


@pytest.fixture(scope="module")
def demo(neo4j_driver: tuple[Any, Neo4jAddress, Neo4jServer | None]) -> Iterator[Kept]:
    driver, address, server = neo4j_driver
    if server:
        server.start()
    empty(driver, address.database)
    with keeping(address, NOW) as kept:
        load_demo(kept.store, 1000, NOW, 7)
        kept.store.ingest([_failed(kept)])
        kept.follow()
        yield kept


def _failed(kept: Kept) -> bytes:
    """Something that goes wrong in the step that an order is in now; the demo tells of such as have
    passed.
    """
    found = kept.store.orders([f"O-{n:06d}" for n in range(1, 1100)]).values()
    part = next(
        part for order in found for part in order.fulfillments if _step(part) == "step:ship-from-store/pick"
    )
    return of("fulfillment.failed", (NOW - at(0)) / MINUTE - 5, part.key, step="pick", code="EMPTY_SHELF")


@pytest.fixture(scope="module")
def orders(demo: Kept) -> dict[str, Order]:
    with demo.store.columns() as columns:
        keys = [str(key) for key in columns.orders.ids]
    return {order.id: order for order in demo.store.orders(keys).values()}


@pytest.fixture(scope="module")
def parameters(orders: dict[str, Order]) -> dict[str, Any]:
    """An order that waits for what is late in the queues, and what else is asked about."""
    [waiting, *_] = [
        id_
        for id_, order in orders.items()
        for part in order.fulfillments
        if _step(part) == "step:ship-from-store/pick"
    ]
    return {
        "failure": "failure:F-queues",
        "impaired": "step:ship-from-store/allocate",
        "element": "system:oms",
        "step": "step:ship-from-store/pick",
        "order": waiting,
        "document": "INV-O-000001/1",
        "now": moment(NOW),
        "hours": 72,
    }


def _step(part: Fulfillment) -> str | None:
    return f"step:{part.workflow}/{part.step}" if part.step and part.status is OrderStatus.IN_FLIGHT else None


def answer(demo: Kept, title: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    query = QUERIES[title]
    return [
        plain(row) for row in demo.ask(query.text, **{name: parameters[name] for name in query.parameters})
    ]


def impaired(demo: Kept, failure: str) -> list[Impairment]:
    found = impairments(demo.store.topology(), demo.store.failures(), NOW)
    return [i for rows in found.values() for i in rows if failure in i.failures]


def touches(demo: Kept, impairment: Impairment, order: Order, part: Fulfillment) -> bool:
    """Failures of the demo are limited to regions, if at all."""
    regions = impairment.scope.values("regions")
    place = demo.store.topology().locations.get(part.location or "")
    return regions is None or ((place and place.region) or order.region) in regions


def test_there_are_ten_for_each_who_asks():
    assert min(Counter(query.who for query in QUERIES.values()).values()) >= 10
    assert {query.who for query in QUERIES.values()} == {"Incident responder", "Architect", "Service desk"}


@pytest.mark.parametrize("title", QUERIES)
def test_the_query_answers(demo: Kept, parameters: dict[str, Any], title: str):
    found = answer(demo, title, parameters)

    assert found or title in MAY_BE_EMPTY


def test_what_fails_is_what_the_store_says_is_active(demo: Kept, parameters: dict[str, Any]):
    found = answer(demo, "What is failing, and how much does it impair?", parameters)

    assert {row["failure"]: (row["elements"], row["since"]) for row in found} == {
        failure.id: (len({i.element for i in impaired(demo, failure.key)}), failure.started_at)
        for failure in demo.store.failures()
        if failure.active_at(NOW)
    }


def test_the_way_is_that_of_the_hops(demo: Kept, parameters: dict[str, Any]):
    [row] = answer(demo, "How does the failure reach this element?", parameters)
    [found] = [i for i in impaired(demo, "F-queues") if i.element == parameters["impaired"]]

    assert row["path"] == [hop.element for hop in found.hops]


@pytest.mark.parametrize("failure", ["F-queues", "F-stock"])
def test_orders_in_impaired_steps_are_counted_with_their_money(
    demo: Kept, orders: dict[str, Order], parameters: dict[str, Any], failure: str
):
    found = answer(
        demo,
        "Which orders are in an impaired step, and what are they worth?",
        parameters | {"failure": f"failure:{failure}"},
    )
    expected: dict[tuple[str, str, str], tuple[set[str], int]] = defaultdict(lambda: (set(), 0))
    rows = [
        (i, order, part)
        for i in impaired(demo, failure)
        for order in orders.values()
        for part in order.fulfillments
        if _step(part) == i.element
    ]
    for i, order, part in rows:
        if (
            touches(demo, i, order, part)
            and part.entered_at is not None
            and i.since <= part.entered_at < i.until
        ):
            ids, money = expected[i.element, i.effect.value, order.value.currency]
            expected[i.element, i.effect.value, order.value.currency] = (
                ids | {order.id},
                money + to_micros(part.value.amount),
            )

    assert {
        (row["step"], row["effect"], row["currency"]): (row["orders"], round(row["value"] * 1e6))
        for row in found
    } == {key: (len(ids), money) for key, (ids, money) in expected.items()}
    assert found or failure == "F-queues"


def test_orders_before_an_impaired_hand_over_are_counted(
    demo: Kept, orders: dict[str, Order], parameters: dict[str, Any]
):
    found = answer(demo, "Which orders wait for an impaired hand-off?", parameters)
    expected: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    steps = [step for workflow in demo.store.topology().workflows.values() for step in workflow.steps]
    ways = [
        (i, step, way.step)
        for i in impaired(demo, "F-queues")
        for step in steps
        for way in step.then
        if way.via == i.element
    ]
    for i, step, following in ways:
        for order in orders.values():
            if any(_step(part) == step.id and touches(demo, i, order, part) for part in order.fulfillments):
                expected[i.element, step.key, following].add(order.id)

    assert {(row["integration"], row["step"], row["next"]): row["orders"] for row in found} == {
        key: len(ids) for key, ids in expected.items()
    }
    assert found


@pytest.mark.parametrize(
    "element",
    [
        "system:oms",
        "system:erp",
        "integration:store-adjustments",
        "data:oms.store-availability",
        "system:store-queues",
    ],
)
def test_dependents_are_those_that_the_product_names(demo: Kept, parameters: dict[str, Any], element: str):
    found = answer(demo, "What depends on this, directly or indirectly?", parameters | {"element": element})

    assert [row["dependent"] for row in found] == sorted(dependents(demo.store.topology(), element))


@pytest.mark.parametrize(
    "step", ["step:ship-from-store/pick", "step:ship-from-store/ship", "step:collect-in-store/promise"]
)
def test_what_a_step_needs_is_what_the_product_names(demo: Kept, parameters: dict[str, Any], step: str):
    found = answer(demo, "What does this need, directly or indirectly?", parameters | {"step": step})

    assert [row["needed"] for row in found] == sorted(dependencies(demo.store.topology(), step))


def test_messages_are_lost_where_the_topology_has_no_dead_letters(demo: Kept, parameters: dict[str, Any]):
    found = answer(demo, "Where are rejected messages lost?", parameters)
    integrations = demo.store.topology().integrations

    assert [row["integration"] for row in found] == sorted(
        f"integration:{key}"
        for key, each in integrations.items()
        if each.dead_letter is None and each.transport.value != "sync"
    )


def test_what_has_no_owner_is_what_the_topology_gives_none(demo: Kept, parameters: dict[str, Any]):
    found = answer(demo, "Which elements have no owner?", parameters)
    elements = demo.store.topology().elements

    assert {row["element"] for row in found} == {
        id_ for id_, each in elements.items() if isinstance(each, System | Integration) and not each.owner
    }


def test_an_order_is_where_the_store_says(demo: Kept, orders: dict[str, Order], parameters: dict[str, Any]):
    found = answer(demo, "Where is this order?", parameters)

    assert [(row["part"], row["status"], row["since"]) for row in found] == [
        (part.id, part.status.value, part.entered_at) for part in orders[parameters["order"]].fulfillments
    ]


def test_the_records_of_an_order_are_those_of_its_story(demo: Kept, parameters: dict[str, Any]):
    story = demo.store.timeline("O-000001")
    assert story is not None

    found = answer(demo, "Which records does this order have?", parameters | {"order": "order:O-000001"})
    told = answer(demo, "Which messages has the customer received?", parameters | {"order": "order:O-000001"})

    assert sorted((row["at"], row["type"]) for row in found) == sorted(
        (record.at, record.type) for record in story.records
    )
    assert [row["message"] for row in told] == [
        record.type for record in story.records if record.kind is RecordKind.NOTIFICATION
    ]


def test_who_was_promised_earlier_is_who_the_store_says(
    demo: Kept, orders: dict[str, Order], parameters: dict[str, Any]
):
    found = answer(demo, "Which orders have missed their promise?", parameters)
    late = [
        o
        for o in orders.values()
        if o.promised_by
        and o.promised_by < NOW
        and any(p.status is OrderStatus.IN_FLIGHT for p in o.fulfillments)
    ]

    assert [row["order"] for row in found] == [
        order.id for order in sorted(late, key=lambda order: (order.promised_by or 0, order.id))
    ][:100]


def test_who_is_longer_in_a_step_than_it_may_is_counted(
    demo: Kept, orders: dict[str, Order], parameters: dict[str, Any]
):
    found = answer(demo, "Which orders are past the limit of their step?", parameters)
    limits = {
        step.id: step.within
        for workflow in demo.store.topology().workflows.values()
        for step in workflow.steps
    }
    over: dict[str, set[str]] = defaultdict(set)
    for order in orders.values():
        for part in order.fulfillments:
            step = _step(part)
            if (
                step
                and part.entered_at
                and (within := limits[step]) is not None
                and part.entered_at + within < NOW
            ):
                over[step].add(order.id)

    assert {row["step"]: row["orders"] for row in found} == {step: len(ids) for step, ids in over.items()}


def test_orders_in_the_same_step_at_the_same_location_are_named(
    demo: Kept, orders: dict[str, Order], parameters: dict[str, Any]
):
    found = answer(demo, "Which other orders are in the same step?", parameters)
    [mine] = [part for part in orders[parameters["order"]].fulfillments if _step(part) == parameters["step"]]
    beside = [
        o.id
        for o in orders.values()
        for p in o.fulfillments
        if (_step(p), p.location) == (_step(mine), mine.location)
    ]

    assert sorted(row["order"] for row in found) == sorted(beside)
    assert [row["order"] for row in found if row["thisOne"]] == [parameters["order"]]


def test_what_went_wrong_is_in_the_graph_while_the_order_is_there(demo: Kept, parameters: dict[str, Any]):
    assert answer(demo, "Which errors occurred in the current steps of orders?", parameters) == [
        {"step": "step:ship-from-store/pick", "code": "EMPTY_SHELF", "element": None, "fulfillments": 1}
    ]


def test_promises_at_stake_are_of_orders_in_what_is_impaired(
    demo: Kept, orders: dict[str, Order], parameters: dict[str, Any]
):
    found = answer(demo, "Which promises are at risk in the next hours?", parameters)
    steps = [step for workflow in demo.store.topology().workflows.values() for step in workflow.steps]
    at_stake: set[str] = set()
    for i in (*impaired(demo, "F-queues"), *impaired(demo, "F-stock")):
        places = {i.element, *(step.id for step in steps for way in step.then if way.via == i.element)}
        for order in orders.values():
            soon = (
                order.promised_by is not None and NOW <= order.promised_by < NOW + parameters["hours"] * HOUR
            )
            if soon and any(
                _step(part) in places and touches(demo, i, order, part) for part in order.fulfillments
            ):
                at_stake.add(order.id)

    assert {row["order"] for row in found} == at_stake
