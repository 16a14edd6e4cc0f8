"""Cypher in every text of events and topologies is text in the graph, and never a statement."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stores.events import event
from tests.stores.graph.kept import Kept

ATTACKS = (
    "'}) DETACH DELETE n //",
    '"}) MATCH (m) DETACH DELETE m //',
    "`) SET n:Hacked //",
    "x` SET n.hacked = true WITH n MATCH (`y",
    "' OR 1=1 WITH 1 AS x CALL dbms.components() YIELD name RETURN name //",
    "\\' }) CREATE (:Hacked {a: \\'b",
    "$rows",
    "{hacked: true}",
    "*/ MATCH (n) DETACH DELETE n /*",
    "\u0027}) CREATE (:Hacked) //",
    "LOAD CSV FROM 'file:///etc/passwd' AS l",
    "'; DROP TABLE orders; --",
)
TEXTS = st.sampled_from(ATTACKS)
FIELDS = ("channel", "mode", "region", "customer_tier")


@st.composite
def batches(draw: st.DrawFn) -> list[bytes]:
    """Events of one order with attacks in some or all of their texts."""
    order = f"O-{draw(st.integers(0, 10**6))} {draw(TEXTS)}"
    terms: dict[str, Any] = {name: draw(TEXTS) for name in FIELDS if draw(st.booleans())}
    part = f"{order}/1"
    placed = {
        "order": order,
        "channel": "web",
        "mode": "bopis",
        "currency": "EUR",
        "value": "10.00",
        "attributes": {draw(TEXTS): draw(TEXTS)},
        "fulfillments": [
            {
                "fulfillment": part,
                "workflow": "collect",
                "location": draw(st.sampled_from(("store-1", *ATTACKS))),
            }
        ],
        **terms,
    }
    about = {"order": order, "fulfillment": part}
    return [
        event("order.placed", 0, **placed),
        event("fulfillment.entered", 1, **about, step=draw(st.sampled_from(("promise", *ATTACKS)))),
        event("fulfillment.failed", 2, **about, step="pick", code=draw(TEXTS), message=draw(TEXTS)),
        event(
            "posting.recorded", 3, **about, type=draw(TEXTS), amount="1", currency="EUR", document=draw(TEXTS)
        ),
        event("notification.sent", 4, **about, type=draw(TEXTS), channel=draw(TEXTS)),
        event(
            "failure.reported",
            5,
            failure=f"F {order}",
            target="system:oms",
            started_at=at_text(),
            summary=draw(TEXTS),
            scope={"channels": [draw(TEXTS)]},
            **{"class": "outage"},
        ),
        event("failure.resolved", 6, failure=f"F {order}", ended_at=at_text(6)),
    ]


def at_text(minutes: int = 5) -> str:
    return f"2026-03-02T12:{minutes:02d}:00Z"


def check(kept: Kept) -> None:
    """The graph has the orders of the store, and nothing that no code of ours writes."""
    with kept.store.columns() as columns:
        known = {f"order:{key}" for key in columns.orders.ids}
    assert {row["id"] for row in kept.ask("match (o:Order) return o.id as id")} == known
    assert kept.one("match (n:Hacked) return count(n) as n") == 0
    assert kept.one("match (n) where n.hacked is not null return count(n) as n") == 0


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(hostile=st.lists(batches(), min_size=15, max_size=25))
def test_cypher_in_events_changes_nothing_else(kept: Kept, hostile: list[list[bytes]]) -> None:
    kept.store.ingest([line for batch in hostile for line in batch])
    kept.follow()

    check(kept)


def test_cypher_in_texts_is_shown_as_it_was_sent(kept: Kept) -> None:
    for number, attack in enumerate(ATTACKS):
        kept.store.ingest(
            [
                event(
                    "order.placed",
                    number,
                    order=f"O-{number} {attack}",
                    channel=attack,
                    mode="bopis",
                    region=attack,
                    currency="EUR",
                    value="10.00",
                    attributes={attack: attack},
                    fulfillments=[{"fulfillment": f"O-{number} {attack}/1", "workflow": "collect"}],
                )
            ]
        )
    kept.follow()

    check(kept)
    (placed,) = kept.ask(
        "match (o:Order) where o.id = $id return o.channel as channel", id=f"order:O-0 {ATTACKS[0]}"
    )
    assert placed["channel"] == ATTACKS[0]
