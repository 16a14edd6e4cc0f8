"""Sentences name elements as the topology does: neither id nor key of an element with a name is in them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from hypothesis import HealthCheck, given, settings

from graph_models.failure import Failure
from graph_models.topology import Api, Data, Integration, Location, System, Topology, Workflow
from impactgraph.impact.paths import path_to
from tests.drawing import hit
from tests.properties.small_topologies import several_failures, topologies

E = TypeVar("E", Api, Data, Integration, Location, System)
_KEY = re.compile(r"\b(?:[saidw]\d|here|there|(?:system|api|integration|data|step|location|workflow):\S*)")


def named(elements: Mapping[str, E]) -> dict[str, E]:
    return {key: replace(each, name=f"Name {n}") for n, (key, each) in enumerate(elements.items())}


def with_names(topology: Topology) -> Topology:
    workflows: dict[str, Workflow] = {}
    for n, workflow in enumerate(topology.workflows.values()):
        steps = tuple(replace(step, name=f"Name {m}") for m, step in enumerate(workflow.steps))
        workflows[workflow.key] = replace(workflow, name=f"Name {n}", steps=steps)
    return replace(
        topology,
        systems=named(topology.systems),
        apis=named(topology.apis),
        integrations=named(topology.integrations),
        data=named(topology.data),
        locations=named(topology.locations),
        workflows=workflows,
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(topologies(step_choices=True, system_choices=True), several_failures())
def test_no_path_and_no_absorption_has_the_id_of_a_named_element(
    topology: Topology, reported: list[Failure]
) -> None:
    topology = with_names(topology)
    by_key = {failure.key: failure for failure in reported}

    impairments = hit(topology, *reported)

    sentences = [
        path_to(each, by_key, topology).sentence
        for group in impairments.by_element.values()
        for each in group
    ]
    details = [each.detail for group in impairments.by_element.values() for each in group]
    absorbed = [each.detail for each in impairments.absorbed if each.rule not in ("scope", "unknown")]
    assert [text for text in (*sentences, *details, *absorbed) if _KEY.search(text)] == []
