"""What failures do, beside them in the graph: as propagation has it, while they are active."""

from typing import Any

from graph_models.time import FOREVER
from impactgraph.stores.neo4j.graph.failures import ESTIMATE_LIFETIME, impairments
from tests.stores.events import TOPOLOGY, at, event, reported, topology
from tests.stores.graph.kept import Kept, plain

_IMPAIRED = (
    "match (f:Failure)-[r:IMPAIRS]->(e) return f.id as failure, e.id as element, properties(r) as said"
)


def impaired(kept: Kept) -> list[tuple[Any, ...]]:
    rows = [(row["failure"], row["element"], plain(row["said"])) for row in kept.ask(_IMPAIRED)]
    return sorted(
        (
            f,
            e,
            said["effect"],
            said["from"],
            said.get("until"),
            said["likelihood"],
            said["rule"],
            said["hops"],
        )
        for f, e, said in rows
    )


def expected(kept: Kept) -> list[tuple[Any, ...]]:
    found = impairments(kept.store.topology(), kept.store.failures(), kept.now)
    every = [(f"failure:{key}", i) for rows in found.values() for i in rows for key in i.failures]
    return sorted(
        (
            key,
            i.element,
            i.effect.value,
            i.since,
            i.until if i.until < FOREVER else None,
            i.likelihood,
            i.rule,
            len(i.hops) - 1,
        )
        for key, i in every
    )


def test_an_active_failure_has_its_impairments_beside_it(kept: Kept):
    kept.store.ingest(
        [
            reported(minutes=500),
            reported("F-2", 510, target="integration:oms-to-erp", **{"class": "latency", "delay": "20m"}),
        ]
    )

    kept.follow()

    assert impaired(kept) == expected(kept)
    assert {(f, e) for f, e, *_ in impaired(kept)} >= {
        ("failure:F-1", "system:oms"),
        ("failure:F-1", "step:collect/pick"),
        ("failure:F-2", "integration:oms-to-erp"),
    }


def test_a_failure_that_is_resolved_keeps_its_node_and_impairs_nothing(kept: Kept):
    kept.store.ingest([reported(minutes=500)])
    kept.follow()
    kept.store.ingest([event("failure.resolved", 590, failure="F-1")])

    kept.follow()

    assert impaired(kept) == []
    assert kept.one("match (f:Failure)-[:TARGETS]->(e) return [f.active, f.class, e.id]") == [
        False,
        "OUTAGE",
        "system:oms",
    ]


def test_a_failure_impairs_from_when_it_begins_though_no_event_says_so(kept: Kept):
    kept.store.ingest([reported(minutes=500, started_at="2026-03-02T23:00:00Z")])
    kept.follow()
    before = impaired(kept)
    kept.now = at(661)

    kept.follow()

    assert before == []
    assert impaired(kept) == expected(kept) != []


def test_an_end_that_is_an_estimate_is_looked_at_anew(kept: Kept):
    kept.store.ingest([reported(minutes=500)])
    kept.follow()
    early = {until for *_, until, _, _, _ in impaired(kept)}
    kept.now += 4 * 60 * 60_000

    followed = kept.follow()

    assert followed and followed.failures
    assert {until for *_, until, _, _, _ in impaired(kept)} != early
    kept.now += ESTIMATE_LIFETIME // 10
    assert not kept.follow()


def test_a_scope_is_a_property_for_each_dimension(kept: Kept):
    scope = {"locations": ["store-1"], "message_types": ["invoice"], "attributes": {"brand": ["x"]}}
    kept.store.ingest([reported(minutes=500, scope=scope)])

    kept.follow()
    said = kept.one("match (:Failure)-[r:IMPAIRS]->(:System {id: 'system:oms'}) return properties(r)")

    assert said["locations"] == ["store-1"]
    assert said["messageTypes"] == ["invoice"]
    assert said["attributes.brand"] == ["x"]
    assert said["scope"].startswith("attributes.brand: x; locations: store-1")


def test_a_new_version_of_the_topology_is_impaired_as_it_is_now(kept: Kept):
    kept.store.ingest([reported(minutes=500, target="system:erp")])
    kept.follow()
    before = impaired(kept)
    documents = {
        "shop.yaml": TOPOLOGY.replace(
            "erp: {name: Finance, owner: shop}", "erp: {name: Finance, owner: shop, needs: [oms]}"
        )
    }
    kept.store.apply_topology(topology(documents), documents, at(510))
    kept.store.ingest([reported("F-2", 520)])

    kept.follow()

    assert impaired(kept) == expected(kept) != before
    assert ("failure:F-2", "system:erp") in {(f, e) for f, e, *_ in impaired(kept)}


def test_a_failure_of_what_cannot_fail_has_a_node_and_impairs_nothing(kept: Kept):
    kept.store.ingest([reported(minutes=500, target="team:shop")])

    kept.follow()

    assert kept.one("match (f:Failure)-[:TARGETS]->(e) return [f.active, e.id]") == [True, "team:shop"]
    assert impaired(kept) == []


def test_a_failure_of_what_was_retired_impairs_nothing_any_more(kept: Kept):
    kept.store.ingest([reported(minutes=500, target="location:store-2")])
    kept.follow()
    before = impaired(kept)
    documents = {"shop.yaml": TOPOLOGY.replace("  store-2: {kind: store, region: apac}\n", "")}
    kept.store.apply_topology(topology(documents), documents, at(510))

    kept.follow()

    assert before != []
    assert impaired(kept) == []
    assert kept.one("match (:Failure)-[:TARGETS]->(e) return [e.id, e.retired]") == ["location:store-2", True]
