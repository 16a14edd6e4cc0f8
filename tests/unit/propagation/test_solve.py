"""The fixed point: cycles, several failures, causes, the limit, and what is not known."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from graph_models.enums import FailureClass
from graph_models.scope import Scope
from graph_models.time import HOUR
from graph_models.topology import Api, System, Team, Topology
from impactgraph.propagation import FailureGraph, propagate
from tests.drawing import EIGHT, call, drawn, effects, failure, hit, only, queue, step


def chain(length: int) -> Topology:
    """s0 is needed by s1, which is needed by s2, and so on."""
    systems = (
        System(f"s{n}", f"s{n}", needs=step("x", "s", *([f"system:s{n - 1}"] if n else [])).needs)
        for n in range(length)
    )
    return drawn(*systems)


def ring(length: int) -> Topology:
    return drawn(
        *(
            System(f"s{n}", f"s{n}", needs=step("x", "s", f"system:s{(n - 1) % length}").needs)
            for n in range(length)
        )
    )


def test_a_ring_of_needs_is_walked_once_around() -> None:
    found = hit(ring(4), failure("system:s0"))

    assert {key: len(each[0].hops) for key, each in found.by_element.items()} == {
        "system:s0": 1,
        "system:s1": 2,
        "system:s2": 3,
        "system:s3": 4,
    }


def test_a_system_that_needs_itself_is_affected_once() -> None:
    assert only(hit(ring(1), failure("system:s0")), "system:s0").cause is None


def test_what_needs_the_failed_element_is_affected_and_what_it_needs_is_not() -> None:
    found = hit(chain(3), failure("system:s1"))

    assert set(found.by_element) == {"system:s1", "system:s2"}


def test_the_shortest_way_explains() -> None:
    topology = drawn(
        call("long", "oms", "erp.post"),
        Api("erp.post", "erp"),
        step("ship", "oms", "integration:long", "api:erp.post"),
    )

    found = next(each for each in hit(topology, failure("system:erp")).by_element["step:ship/ship"])

    assert [each.element for each in found.hops] == ["system:erp", "api:erp.post", "step:ship/ship"]


def test_of_equally_short_ways_the_first_by_id_explains() -> None:
    topology = drawn(
        call("b", "oms", "erp"),
        call("a", "oms", "erp"),
        step("ship", "oms", "integration:b", "integration:a"),
    )

    found = only(hit(topology, failure("system:erp")), "step:ship/ship")

    assert [each.element for each in found.hops] == ["system:erp", "integration:a", "step:ship/ship"]


def test_every_cause_is_one_hop_nearer_and_ends_at_the_failure() -> None:
    found = hit(ring(4), failure("system:s0"))

    for impairment in (each for several in found.by_element.values() for each in several):
        assert impairment.hops[0].element == "system:s0"
        assert impairment.hops[-1] == impairment


def test_the_order_of_failures_does_not_matter() -> None:
    failures = [
        failure("system:s0", key="A"),
        failure("system:s1", FailureClass.LATENCY, key="B"),
        failure("system:s2", key="C", lasts=HOUR),
    ]

    answers = [hit(ring(4), *each) for each in permutations(failures)]

    assert all(answer == answers[0] for answer in answers)


def test_two_failures_of_one_element_are_both_reported() -> None:
    found = hit(chain(2), failure("system:s0", key="A"), failure("system:s0", key="B"))

    assert sorted(each.failures for each in found.by_element["system:s1"]) == [("A",), ("B",)]


def test_one_effect_reached_in_two_ways_is_reported_once() -> None:
    topology = drawn(call("link", "oms", "erp"), step("ship", "oms", "integration:link", "system:erp"))

    assert effects(hit(topology, failure("system:erp")), "step:ship/ship") == ["BLOCKED"]


def test_a_scope_that_two_failures_do_not_share_is_not_joined() -> None:
    a, b = (
        failure("system:s0", key="A", scope=Scope.of(regions=["emea"])),
        failure("system:s0", key="B", scope=Scope.of(regions=["apac"])),
    )

    found = hit(chain(2), a, b)

    assert {each.scope.values("regions") for each in found.by_element["system:s1"]} == {("emea",), ("apac",)}


def test_a_failure_that_ended_before_it_began_does_nothing() -> None:
    assert not hit(chain(2), failure("system:s0", lasts=0)).by_element


def test_a_failure_of_something_unknown_does_nothing_and_is_reported() -> None:
    found = hit(chain(2), failure("system:gone"))

    assert not found.by_element
    assert [(each.element, each.rule) for each in found.absorbed] == [("system:gone", "unknown")]


def test_a_failure_of_a_team_does_nothing_and_is_reported() -> None:
    found = hit(Topology(teams={"care": Team("care", "Care")}), failure("team:care"))

    assert [each.rule for each in found.absorbed] == ["unknown"]


@pytest.mark.parametrize("limit", range(5))
def test_a_limit_stops_and_names_what_was_not_followed(limit: int) -> None:
    found = hit(chain(8), failure("system:s0"), limit=limit)

    assert len(found.by_element) == limit
    assert (found.complete, found.frontier) == (False, (f"system:s{limit}",))


@pytest.mark.parametrize("limit", range(1, 6))
def test_a_limit_names_all_that_was_not_followed(limit: int) -> None:
    needs = step("x", "s", "system:s0").needs
    fan = drawn(System("s0", "s0"), *(System(f"s{n}", f"s{n}", needs=needs) for n in range(1, 5)))

    found = hit(fan, failure("system:s0"), limit=limit)

    assert len(found.by_element) == limit
    assert {*found.by_element, *found.frontier} == {f"system:s{n}" for n in range(5)}
    assert found.complete == (limit == 5)


def test_a_limit_counts_an_element_once_however_many_failures_reach_it() -> None:
    failures = [failure("system:s0", key=key, scope=Scope.of(regions=[key])) for key in ("emea", "apac")]

    found = hit(chain(3), *failures, limit=2)

    assert {key: len(each) for key, each in found.by_element.items()} == {"system:s0": 2, "system:s1": 2}
    assert found.frontier == ("system:s2",)


def test_without_a_limit_the_answer_is_complete() -> None:
    assert hit(chain(8), failure("system:s0")).complete


def test_a_limit_that_is_not_reached_leaves_the_answer_complete() -> None:
    assert hit(chain(8), failure("system:s0"), limit=8).complete


def test_a_graph_answers_many_questions() -> None:
    graph = FailureGraph.of(chain(3))

    def ask() -> Iterator[str]:
        yield from propagate(graph, [failure("system:s1")], recovery=lambda each: EIGHT + HOUR).by_element

    assert list(ask()) == list(ask()) == ["system:s1", "system:s2"]


def test_what_is_not_touched_is_not_in_the_answer() -> None:
    found = hit(drawn(queue("link", "oms", "erp")), failure("system:oms"))

    assert "system:erp" not in found.by_element
    assert "nonsense" not in found.by_element
    with pytest.raises(KeyError):
        found.by_element["system:erp"]
