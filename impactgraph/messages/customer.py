"""The customer's language and time zone, each with where it is from."""

from collections.abc import Iterator

from graph_models.customer_message import Customer
from graph_models.orders import Order
from graph_models.topology import Location, Region, Topology
from graph_models.zones import UTC, is_zone
from impactgraph.topology.locale_fields import as_language

_SHOPS = ("store", "dark_store")
"""Kinds of locations that are near their customers."""
TIMEZONE, LANGUAGE = "timezone", "language"
"""Attributes of an order."""
DEFAULT_LANGUAGE = "en"


def customer_of(topology: Topology, order: Order, *, collects: bool = False) -> Customer:
    """By the order's own attributes, else its store, its region, another location of it, the topology.

    A store comes before the region of the order, since it is near the customer: where the customer
    `collects` there, or it is in that region. Other locations come after it. What is not the name of a zone
    or language is passed over.
    """
    zones = [
        (source, name) for source, name in _settings(topology, order, TIMEZONE, collects) if is_zone(name)
    ]
    languages = [
        (source, language)
        for source, name in _settings(topology, order, LANGUAGE, collects)
        if (language := as_language(name)) is not None
    ]
    zones.append(("default", UTC))
    languages.append(("default", DEFAULT_LANGUAGE))
    # a customer whose language has no messages reads those of the company, not those of the neighbours
    fallbacks = filter(None, (topology.language, DEFAULT_LANGUAGE))
    return Customer(
        timezone=zones[0][1],
        timezone_source=zones[0][0],
        languages=tuple(dict.fromkeys((languages[0][1], *fallbacks))),
        language_source=languages[0][0],
    )


def _settings(topology: Topology, order: Order, name: str, collects: bool) -> Iterator[tuple[str, str]]:
    """Where a time zone or language is stated, with its value, the best first."""
    if value := order.attributes.get(name):
        yield "order", value
    for source, place in _places(topology, order, collects):
        if value := getattr(place, name):
            yield source, value
    if value := getattr(topology, name):
        yield "topology", value


def _places(topology: Topology, order: Order, collects: bool) -> Iterator[tuple[str, Location | Region]]:
    keys = dict.fromkeys(part.location for part in order.fulfillments if part.location)
    locations = [topology.locations[key] for key in keys if key in topology.locations]
    shops = [
        location
        for location in locations
        if location.kind in _SHOPS and (collects or order.region in (None, location.region))
    ]
    yield from (("location", location) for location in shops)
    regions = dict.fromkeys(
        [*(shop.region for shop in shops), order.region, *(location.region for location in locations)]
    )
    yield from (("region", topology.regions[key]) for key in regions if key and key in topology.regions)
    yield from (("location", location) for location in locations if location not in shops)
