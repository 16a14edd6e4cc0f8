"""What needs what, over a topology drawn in text."""

import gc
import weakref
from pathlib import Path

import pytest

from graph_models.topology import Topology
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.topology.edges import Edge, EdgeKind, edges
from impactgraph.topology.find import find, near
from impactgraph.topology.load import check_path, parse_topology
from impactgraph.topology.reach import dependencies, dependents, graph_of, paths

#   w/take -- hand (broker) --> w/give         stock (data of oms) <- feed <- pos
#     | runs on oms, reads stock   | runs on app, needs auth or backup, emits mail over post
DRAWN = """
teams: {t: {}}
systems:
  oms: {owner: t}
  app: {}
  pos: {}
  broker: {}
  auth: {}
  backup: {}
  mailer: {needs: [auth]}
  lonely: {optional: [auth]}
apis: {mailer.send: {system: mailer}}
integrations:
  hand: {from: oms, to: app, transport: queue, via: [broker]}
  feed: {from: pos, to: oms, transport: queue}
  post: {from: app, to: mailer.send, transport: sync, owner: t}
data: {stock: {system: oms, fed_by: [feed]}}
workflows:
  w:
    steps:
      take: {runs_on: oms, reads: [stock], then: [{step: give, via: hand}]}
      give: {runs_on: app, any_of: [[auth], [backup]],
             emits: {notifications: [{type: n, via: post}]}, then: [last]}
      last: {runs_on: app}
playbooks: {p: {steps: [{text: x}], for: {elements: ['system:oms']}}}
"""


@pytest.fixture(scope="module")
def drawn() -> Topology:
    return parse_topology({"drawn.yaml": DRAWN})


def test_every_relation_is_an_edge_of_its_kind(drawn: Topology) -> None:
    assert set(edges(drawn)) == {
        Edge("system:oms", "team:t", EdgeKind.OWNED_BY),
        Edge("system:mailer", "system:auth", EdgeKind.NEEDS),
        Edge("system:lonely", "system:auth", EdgeKind.OPTIONAL),
        Edge("api:mailer.send", "system:mailer", EdgeKind.OFFERED_BY),
        Edge("integration:hand", "system:oms", EdgeKind.FROM),
        Edge("integration:hand", "system:app", EdgeKind.TO),
        Edge("integration:hand", "system:broker", EdgeKind.VIA),
        Edge("integration:feed", "system:pos", EdgeKind.FROM),
        Edge("integration:feed", "system:oms", EdgeKind.TO),
        Edge("integration:post", "system:app", EdgeKind.FROM),
        Edge("integration:post", "api:mailer.send", EdgeKind.TO),
        Edge("integration:post", "team:t", EdgeKind.OWNED_BY),
        Edge("data:stock", "system:oms", EdgeKind.HELD_BY),
        Edge("data:stock", "integration:feed", EdgeKind.FED_BY),
        Edge("workflow:w", "step:w/take", EdgeKind.HAS_STEP),
        Edge("workflow:w", "step:w/give", EdgeKind.HAS_STEP),
        Edge("workflow:w", "step:w/last", EdgeKind.HAS_STEP),
        Edge("step:w/take", "system:oms", EdgeKind.RUNS_ON),
        Edge("step:w/take", "data:stock", EdgeKind.READS),
        Edge("step:w/give", "system:app", EdgeKind.RUNS_ON),
        Edge("step:w/give", "system:auth", EdgeKind.ANY_OF),
        Edge("step:w/give", "system:backup", EdgeKind.ANY_OF),
        Edge("step:w/give", "integration:post", EdgeKind.EMITS_VIA),
        Edge("step:w/give", "step:w/take", EdgeKind.FOLLOWS),
        Edge("step:w/give", "integration:hand", EdgeKind.HANDED_OVER),
        Edge("step:w/last", "system:app", EdgeKind.RUNS_ON),
        Edge("step:w/last", "step:w/give", EdgeKind.FOLLOWS),
        Edge("playbook:p", "system:oms", EdgeKind.COVERS),
    }


def test_every_edge_joins_two_elements() -> None:
    retailer = check_path(
        Path(__file__).parents[3] / "fixtures" / "topologies" / "retailer.yaml"
    ).require_topology()

    ends = {end for edge in edges(retailer) for end in edge[:2]}

    assert ends
    assert ends <= set(retailer.elements)


def test_dependencies_are_the_nearest_first(drawn: Topology) -> None:
    assert dependencies(drawn, "api:mailer.send") == ("system:mailer", "system:auth")


def test_dependencies_end_at_the_depth(drawn: Topology) -> None:
    assert dependencies(drawn, "api:mailer.send", 1) == ("system:mailer",)


def test_nothing_is_found_at_depth_nought(drawn: Topology) -> None:
    assert dependents(drawn, "system:auth", 0) == ()


def test_dependents_follow_data_to_the_step_that_reads_it_and_on_to_later_steps(drawn: Topology) -> None:
    assert dependents(drawn, "system:pos") == (
        "integration:feed",
        "data:stock",
        "step:w/take",
        "workflow:w",
        "step:w/give",
        "step:w/last",
    )


def test_what_hands_an_order_over_is_needed_by_the_step_after_it_alone(drawn: Topology) -> None:
    assert "step:w/take" not in dependents(drawn, "integration:hand")


def test_a_message_of_a_step_is_not_waited_for_by_later_steps(drawn: Topology) -> None:
    assert dependents(drawn, "integration:post") == ("step:w/give", "workflow:w")


def test_a_step_needs_what_carries_its_messages(drawn: Topology) -> None:
    assert "integration:post" in dependencies(drawn, "step:w/give", 1)


def test_later_steps_do_not_need_what_carries_the_messages_of_earlier_ones(drawn: Topology) -> None:
    assert "integration:post" not in dependencies(drawn, "step:w/last")


def test_a_team_is_no_dependency(drawn: Topology) -> None:
    assert dependents(drawn, "team:t") == ()


def test_a_circle_of_needs_ends() -> None:
    circle = parse_topology({"a.yaml": "systems: {a: {needs: [b]}, b: {needs: [c]}, c: {needs: [a]}}"})

    assert dependencies(circle, "system:a") == ("system:b", "system:c")


def test_paths_lead_to_what_is_needed_the_shortest_first(drawn: Topology) -> None:
    found = paths(drawn, "step:w/give", "system:oms")

    assert [route.ids for route in found] == [
        ("step:w/give", "integration:hand", "system:oms"),
        ("step:w/give", "step:w/take", "system:oms"),
        ("step:w/give", "step:w/take", "data:stock", "system:oms"),
        ("step:w/give", "step:w/take", "data:stock", "integration:feed", "system:oms"),
    ]


def test_a_path_says_how_each_two_are_related(drawn: Topology) -> None:
    (route,) = paths(drawn, "step:w/give", "system:mailer")

    assert (route.kinds, route.downward) == ((EdgeKind.EMITS_VIA, EdgeKind.TO, EdgeKind.OFFERED_BY), True)


def test_paths_lead_to_what_needs_it_where_there_is_no_other_way(drawn: Topology) -> None:
    (route,) = paths(drawn, "system:mailer", "step:w/give")

    assert (route.ids, route.kinds, route.downward) == (
        ("system:mailer", "api:mailer.send", "integration:post", "step:w/give"),
        (EdgeKind.OFFERED_BY, EdgeKind.TO, EdgeKind.EMITS_VIA),
        False,
    )


def test_no_more_paths_are_given_than_asked_for(drawn: Topology) -> None:
    assert len(paths(drawn, "step:w/give", "system:oms", 2)) == 2


def test_there_is_no_path_between_what_is_not_related(drawn: Topology) -> None:
    assert paths(drawn, "system:lonely", "system:pos") == ()


def test_an_unknown_id_is_reported_with_near_ones(drawn: Topology) -> None:
    with pytest.raises(NotFoundError) as caught:
        dependents(drawn, "system:brokr")

    assert str(caught.value) == "There is no 'system:brokr'. Did you mean system:broker?"


def test_near_ids_are_looked_for_among_the_kind_that_is_named(drawn: Topology) -> None:
    assert near(drawn, "integration:fed") == ("integration:feed",)


def test_near_ids_are_looked_for_among_all_kinds_where_none_is_named(drawn: Topology) -> None:
    assert near(drawn, "mailer.sent")[0] == "api:mailer.send"


@pytest.mark.parametrize(
    ("written", "kinds", "found"),
    [
        ("system:oms", (), "system:oms"),
        ("SYSTEM:oms", (), "system:oms"),
        ("oms", (), "system:oms"),
        ("give", (), None),
        ("w/give", ("step",), "step:w/give"),
    ],
)
def test_a_bare_key_is_enough_where_it_is_clear(
    drawn: Topology, written: str, kinds: tuple[str, ...], found: str | None
) -> None:
    try:
        assert find(drawn, written, *kinds) == found
    except NotFoundError:
        assert found is None


def test_a_bare_key_that_fits_several_kinds_is_refused() -> None:
    both = parse_topology({"a.yaml": "systems: {a: {}}\nteams: {a: {}}"})

    with pytest.raises(BadInputError) as caught:
        find(both, "a")

    assert str(caught.value) == "'a' may be system:a or team:a: write which."


def test_an_id_of_another_kind_than_asked_for_is_not_found(drawn: Topology) -> None:
    with pytest.raises(NotFoundError):
        find(drawn, "system:oms", "team")


def test_the_graph_of_a_topology_is_made_once_and_does_not_outlive_it() -> None:
    topology = parse_topology({"a.yaml": "systems: {a: {}}"})
    first = graph_of(topology)
    graph, owner = weakref.ref(first), weakref.ref(topology)

    assert graph_of(topology) is first
    del topology, first
    gc.collect()
    assert (graph(), owner()) == (None, None)
