from graph_models.topology import Topology
from impactgraph.demo.orders import CARRIERS, CHANNELS, MODES, PLACES, WORKFLOWS
from impactgraph.demo.topology import documents
from impactgraph.topology.load import check_documents


def test_the_topology_of_the_demo_has_neither_errors_nor_warnings():
    checked = check_documents(documents())

    assert (checked.errors, checked.warnings) == ((), ())


def test_there_are_600_stores_in_every_region_that_orders_come_from(topology: Topology):
    stores = [place for place in topology.locations.values() if place.kind == "store"]

    assert len(stores) == 600
    assert {place.region for place in stores} == {place.region for place in topology.locations.values()}


def test_the_places_of_orders_are_those_of_the_topology(topology: Topology):
    assert {place.key for place in PLACES} == set(topology.locations)


def test_every_mode_and_channel_of_a_workflow_is_one_that_orders_have(topology: Topology):
    assert {mode for workflow in topology.workflows.values() for mode in workflow.modes} == set(MODES)
    assert {channel for workflow in topology.workflows.values() for channel in workflow.channels} == set(
        CHANNELS
    )


def test_every_workflow_takes_the_mode_that_orders_of_it_have(topology: Topology):
    assert {key: topology.workflows[key].modes for key in WORKFLOWS} == {
        key: (mode,) for key, mode in zip(WORKFLOWS, MODES, strict=True)
    }


def test_every_carrier_of_an_order_is_a_system(topology: Topology):
    assert {topology.systems[carrier].kind for carrier in CARRIERS} == {"carrier"}


def test_every_system_and_integration_has_an_owner_who_can_be_called(topology: Topology):
    owners = {topology.owner_of(f"system:{key}") for key in topology.systems} | {
        topology.owner_of(f"integration:{key}") for key in topology.integrations
    }

    assert None not in owners
    assert all(topology.teams[owner].contact for owner in owners if owner)


def test_every_playbook_has_words_for_the_customer(topology: Topology):
    assert all(playbook.message for playbook in topology.playbooks.values())


def test_every_system_is_used_by_a_step_or_an_integration(topology: Topology):
    used = {step.runs_on for workflow in topology.workflows.values() for step in workflow.steps}
    for integration in topology.integrations.values():
        used.update((integration.source, integration.target, *integration.via))
    used.update(
        f"system:{topology.apis[key.partition(':')[2]].system}"
        for key in tuple(used)
        if key.startswith("api:")
    )

    assert {f"system:{key}" for key in topology.systems} <= used
