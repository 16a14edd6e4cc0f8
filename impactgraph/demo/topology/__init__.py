"""Topology of the demo's retailer, as the documents that a user would keep in a repository."""

from impactgraph.demo.topology.integrations import INTEGRATIONS
from impactgraph.demo.topology.places import locations_yaml, regions_yaml, stores_csv
from impactgraph.demo.topology.playbooks import PLAYBOOKS
from impactgraph.demo.topology.rates import RATES
from impactgraph.demo.topology.systems import SYSTEMS
from impactgraph.demo.topology.workflows import WORKFLOWS
from impactgraph.demo.topology.workflows_partners import PARTNER_WORKFLOWS


def documents() -> dict[str, str]:
    """Text by file name; the same every time, whatever the seed of the orders."""
    return {
        "locations.yaml": locations_yaml(),
        "regions.yaml": regions_yaml(),
        "stores.csv": stores_csv(),
        "systems.yaml": SYSTEMS,
        "integrations.yaml": INTEGRATIONS,
        "fulfilment.yaml": WORKFLOWS,
        "partners.yaml": PARTNER_WORKFLOWS,
        "playbooks.yaml": PLAYBOOKS,
        "rates.yaml": RATES,
    }
