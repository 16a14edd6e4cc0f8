"""Topology of the demo's retailer, as the documents that a user would keep in a repository."""

from impactgraph.demo.landscape.integrations import INTEGRATIONS
from impactgraph.demo.landscape.places import locations_yaml, regions_yaml, stores_csv
from impactgraph.demo.landscape.playbooks import PLAYBOOKS
from impactgraph.demo.landscape.rates import RATES
from impactgraph.demo.landscape.systems import SYSTEMS
from impactgraph.demo.landscape.workflows import WORKFLOWS
from impactgraph.demo.landscape.workflows_partners import PARTNER_WORKFLOWS


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
