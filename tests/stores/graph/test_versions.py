"""Versions of the topology in the graph: what is in force, what was, and when it came and went."""

from graph_models.time import MINUTE
from impactgraph.topology.edges import edges
from tests.stores.events import DOCUMENTS, MORE, TOPOLOGY, at, entered, placed, topology
from tests.stores.graph.kept import Kept, everything, fulfillments, plain

LESS = {
    "shop.yaml": TOPOLOGY.replace(
        "pack: {runs_on: oms, takes: 10m, then: [deliver], emits: {notifications: [{type: shipped}]}}", ""
    ).replace("[pack]", "[deliver]")
}
"""Without the step `pack`."""
IN_FORCE = "match (n:Element {retired: false}) return n.id as id"
EDGES_IN_FORCE = (
    "match (a:Element)-[r {retired: false}]->(b:Element) return a.id as source, b.id as target, "
    "toLower(type(r)) as kind"
)


def apply(kept: Kept, documents: dict[str, str], minutes: float = 0) -> None:
    kept.store.apply_topology(topology(documents), documents, at(minutes))
    kept.follow()


def ids(kept: Kept, query: str = IN_FORCE) -> set[str]:
    return {row["id"] for row in kept.ask(query)}


def test_the_graph_has_the_elements_and_edges_of_the_topology(kept: Kept):
    kept.follow()
    expected = kept.store.topology()

    assert ids(kept) == set(expected.elements)
    assert {tuple(row.values()) for row in kept.ask(EDGES_IN_FORCE)} == set(edges(expected))


def test_an_element_says_what_the_topology_says_of_it(kept: Kept):
    kept.follow()

    step = plain(kept.one("match (s:Step {id: 'step:collect/hand-over'}) return properties(s)"))

    assert step == {
        "id": "step:collect/hand-over",
        "key": "hand-over",
        "name": "hand-over",
        "workflow": "collect",
        "takes": 60 * MINUTE,
        "emits": ["posting:invoice", "notification:thanks"],
        "listedIn": 1,
        "retired": False,
    }


def test_a_transition_says_for_whom_it_is(bare: Kept):
    condition = (
        "[{step: pick, when: {channels: [web], location_kinds: [store]}}, {step: hand-over, share: 0.25}]"
    )
    apply(
        bare,
        {"shop.yaml": TOPOLOGY.replace("takes: 1m, then: [pick]}", f"takes: 1m, then: {condition}" + "}", 1)},
    )

    query = "match (s)-[r:FOLLOWS]->(:Step {id: 'step:collect/promise'}) "
    found = bare.ask(
        query
        + (
            "return s.key as step, r.channels as channels, r.locationKinds as kinds, r.share as share order "
            "by step"
        )
    )

    assert found == [
        {"step": "hand-over", "channels": None, "kinds": None, "share": 0.25},
        {"step": "pick", "channels": ["web"], "kinds": ["store"], "share": None},
    ]


def test_what_a_version_no_longer_lists_is_retired_and_stays(kept: Kept):
    kept.follow()
    apply(kept, LESS)

    gone = kept.one(
        "match (s:Step {id: 'step:ship/pack'})-[:RETIRED_IN]->(v:TopologyVersion) return [s.retired, "
        "s.retiredIn, s.listedIn, v.number]"
    )

    assert gone == [True, 2, 1, 2]
    assert ids(kept) == set(kept.store.topology().elements)
    assert {tuple(row.values()) for row in kept.ask(EDGES_IN_FORCE)} == set(edges(kept.store.topology()))
    assert kept.one(
        "match (:Step {id: 'step:ship/pack'})-[r:RUNS_ON]->(:System {id: 'system:oms'}) return [r.retired, "
        "r.retiredIn, r.since]"
    ) == [True, 2, 1]


def test_an_order_in_a_step_that_was_retired_is_still_there(kept: Kept):
    kept.store.ingest([placed("O-1", 0, workflow="ship"), entered("pack", 5)])
    kept.follow()
    apply(kept, LESS)

    assert fulfillments(kept)["fulfillment:O-1/1"]["steps"] == ["step:ship/pack"]


def test_what_comes_back_is_in_force_again_and_its_past_is_reported(kept: Kept):
    kept.follow()
    apply(kept, LESS)
    apply(kept, DOCUMENTS, 5)

    story = kept.ask(
        "match (:Step {id: 'step:ship/pack'})-[r:ADDED_IN|RETIRED_IN]->(v) return type(r) as what, v.number "
        "as number order by number"
    )

    assert [tuple(row.values()) for row in story] == [("ADDED_IN", 1), ("RETIRED_IN", 2), ("ADDED_IN", 3)]
    assert ids(kept) == set(kept.store.topology().elements)
    periods = kept.ask(
        "match (:Step {id: 'step:ship/pack'})-[r:RUNS_ON]->() return r.since as since, r.retiredIn as until "
        "order by since"
    )
    assert [tuple(row.values()) for row in periods] == [(1, 2), (3, None)]


def test_versions_that_were_missed_are_brought_in_one_after_the_other(kept: Kept):
    for minutes, documents in enumerate([MORE, LESS, DOCUMENTS]):
        kept.store.apply_topology(topology(documents), documents, at(minutes))

    followed = kept.follow()

    assert followed and followed.versions == 4
    assert [row["n"] for row in kept.ask("match (v:TopologyVersion) return v.number as n order by n")] == [
        1,
        2,
        3,
        4,
    ]
    assert kept.one("match (v:TopologyVersion {current: true}) return v.number") == 4
    assert kept.one("match (:Step {id: 'step:ship/wrap'})-[:RETIRED_IN]->(v) return v.number") == 3


def test_a_version_that_is_written_twice_is_as_if_written_once(kept: Kept):
    apply(kept, LESS)
    apply(kept, DOCUMENTS, 5)
    before = everything(kept)
    kept.change("match (g:Graph) set g.topology = 2")

    kept.follow()

    assert everything(kept) == before
