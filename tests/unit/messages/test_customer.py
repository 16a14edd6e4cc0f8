"""The customer's time zone and language."""

from decimal import Decimal
from typing import Any

import pytest

from graph_models.enums import OrderStatus
from graph_models.money import Money
from graph_models.orders import Fulfillment, Order
from graph_models.topology import Location, Region, Topology
from impactgraph.messages.customer import customer_of

MONEY = Money(Decimal(10), "EUR")
TOPOLOGY = Topology(
    timezone="Europe/Paris",
    language="fr",
    regions={
        "emea": Region("emea", "", "Europe/Berlin", "de"),
        "apac": Region("apac", "", "Asia/Tokyo", "ja"),
        "amer": Region("amer"),
    },
    locations={
        "lisbon": Location("lisbon", "store", "emea", "Lisbon", "Europe/Lisbon", "pt"),
        "bremen": Location("bremen", "store", "emea", "Bremen"),
        "dc": Location("dc", "dc", "emea", "Hub", "Europe/Warsaw", "pl"),
        "boise": Location("boise", "store", "amer", "Boise"),
    },
)


def order(region: str | None = None, location: str | None = None, **attributes: str) -> Order:
    usual: dict[str, Any] = {
        "customer_tier": None,
        "value": MONEY,
        "placed_at": 0,
        "promised_by": None,
        "status": OrderStatus.IN_FLIGHT,
    }
    part = Fulfillment("O-1/1", "w", "pick", location, 0, MONEY, OrderStatus.IN_FLIGHT)
    return Order("O-1", "web", "ship", region, attributes=attributes, fulfillments=(part,), **usual)


@pytest.mark.parametrize(
    ("given", "zone", "source"),
    [
        (order("emea", "lisbon", timezone="Asia/Kolkata"), "Asia/Kolkata", "order"),
        (order("emea", "lisbon", timezone="Nowhere/Else"), "Europe/Lisbon", "location"),
        (order("emea", "lisbon"), "Europe/Lisbon", "location"),
        (order(None, "bremen"), "Europe/Berlin", "region"),
        (order("apac", "lisbon"), "Asia/Tokyo", "region"),
        (order("emea", "dc"), "Europe/Berlin", "region"),
        (order(None, "dc"), "Europe/Berlin", "region"),
        (order("amer", "boise"), "Europe/Paris", "topology"),
        (order("unknown", "unknown"), "Europe/Paris", "topology"),
    ],
)
def test_the_zone_is_that_of_the_nearest_that_has_one(given: Order, zone: str, source: str) -> None:
    found = customer_of(TOPOLOGY, given)

    assert (found.timezone, found.timezone_source) == (zone, source)


def test_who_collects_in_a_store_of_another_region_goes_by_its_clock() -> None:
    assert customer_of(TOPOLOGY, order("apac", "lisbon"), collects=True).timezone == "Europe/Lisbon"


def test_without_any_zone_it_is_utc_and_english() -> None:
    found = customer_of(Topology(), order("emea", "lisbon"))

    assert (found.timezone, found.timezone_source) == ("UTC", "default")
    assert (found.languages, found.language_source) == (("en",), "default")


@pytest.mark.parametrize(
    ("given", "languages"),
    [
        (order("emea", "lisbon", language="es_MX"), ("es-MX", "fr", "en")),
        (order("emea", "lisbon"), ("pt", "fr", "en")),  # not German, the language of the neighbours
        (order("emea", "bremen", language="?"), ("de", "fr", "en")),
        (order("amer"), ("fr", "en")),
    ],
)
def test_a_language_without_messages_gives_way_to_that_of_the_company(
    given: Order, languages: tuple[str, ...]
) -> None:
    assert customer_of(TOPOLOGY, given).languages == languages
