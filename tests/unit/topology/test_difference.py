"""What is other in one version than in the one before."""

from graph_models.needs import Needs
from graph_models.topology import Topology
from impactgraph.topology.difference import Change, difference
from impactgraph.topology.load import parse_topology

BEFORE = (
    "systems: {a: {tier: 1}, b: {}}\nworkflows: {w: {steps: {x: {runs_on: a, within: 1h}, y: {runs_on: a}}}}"
)


def parsed(text: str) -> Topology:
    return parse_topology({"a.yaml": text})


def test_a_topology_does_not_differ_from_itself() -> None:
    assert difference(parsed(BEFORE), parsed(BEFORE)).nothing


def test_the_order_of_sections_makes_no_difference() -> None:
    swapped = "\n".join(reversed(BEFORE.splitlines()))

    assert difference(parsed(BEFORE), parsed(swapped)).nothing


def test_what_is_new_and_what_is_gone_is_named() -> None:
    found = difference(parsed(BEFORE), parsed(BEFORE.replace("b: {}", "c: {}")))

    assert (found.added, found.removed, found.changed) == (("system:c",), ("system:b",), ())


def test_each_field_that_changed_is_named_with_both_values() -> None:
    found = difference(parsed(BEFORE), parsed(BEFORE.replace("tier: 1", "tier: 2, needs: [b]")))

    assert found.changed == (
        Change("system:a", "tier", 1, 2),
        Change("system:a", "needs", Needs(), Needs(("system:b",))),
    )


def test_a_change_within_a_step_is_reported_for_the_step_alone() -> None:
    found = difference(parsed(BEFORE), parsed(BEFORE.replace("1h", "2h")))

    assert found.changed == (Change("step:w/x", "within", 3_600_000, 7_200_000),)


def test_a_new_step_is_reported_for_the_workflow_too() -> None:
    found = difference(
        parsed(BEFORE), parsed(BEFORE.replace("y: {runs_on: a}", "y: {runs_on: a}, z: {runs_on: a}"))
    )

    assert found.added == ("step:w/z",)
    assert found.changed == (
        Change("workflow:w", "steps", ("step:w/x", "step:w/y"), ("step:w/x", "step:w/y", "step:w/z")),
    )


def test_what_is_touched_is_named_once() -> None:
    found = difference(
        parsed(BEFORE), parsed(BEFORE.replace("tier: 1", "tier: 2, kind: erp").replace("b: {}", "c: {}"))
    )

    assert found.affected_ids == ("system:c", "system:b", "system:a")
