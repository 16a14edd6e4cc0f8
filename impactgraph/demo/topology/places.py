"""Locations of the retailer: stores, distribution centres, third-party warehouses and suppliers."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    key: str
    share: float
    """Share of the stores, and of the orders."""
    utc_offset: int
    """In hours, for the local time of its customers."""
    currencies: tuple[tuple[str, float], ...]
    """(code, share of the orders)."""
    carriers: tuple[str, ...]
    """The most frequent first."""
    cities: tuple[str, ...]
    timezone: str
    language: str
    """Of its customers, where `_CITIES` has none of the city."""


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    kind: str
    region: str
    name: str


REGIONS = (
    Region(
        key="emea-north",
        share=0.17,
        utc_offset=1,
        currencies=(("EUR", 1.0),),
        carriers=("northpost", "parcelline"),
        cities=("Hamburg", "Utrecht", "Malmo", "Aarhus", "Bremen", "Tampere"),
        timezone="Europe/Berlin",
        language="de",
    ),
    Region(
        key="emea-south",
        share=0.19,
        utc_offset=1,
        currencies=(("EUR", 1.0),),
        carriers=("parcelline", "northpost"),
        cities=("Lisbon", "Porto", "Sevilla", "Torino", "Lyon", "Athens"),
        timezone="Europe/Madrid",
        language="es",
    ),
    Region(
        key="uk",
        share=0.13,
        utc_offset=0,
        currencies=(("GBP", 1.0),),
        carriers=("swiftway", "parcelline"),
        cities=("Leeds", "Bristol", "Cardiff", "Glasgow", "Norwich"),
        timezone="Europe/London",
        language="en-GB",
    ),
    Region(
        key="amer-east",
        share=0.19,
        utc_offset=-5,
        currencies=(("USD", 1.0),),
        carriers=("swiftway", "couriernet"),
        cities=("Boston", "Raleigh", "Albany", "Tampa", "Toronto", "Columbus"),
        timezone="America/New_York",
        language="en-US",
    ),
    Region(
        key="amer-west",
        share=0.12,
        utc_offset=-8,
        currencies=(("USD", 1.0),),
        carriers=("couriernet", "swiftway"),
        cities=("Portland", "Sacramento", "Denver", "Tucson", "Boise"),
        timezone="America/Los_Angeles",
        language="en-US",
    ),
    Region(
        key="latam",
        share=0.09,
        utc_offset=-3,
        currencies=(("BRL", 1.0),),
        carriers=("couriernet",),
        cities=("Recife", "Curitiba", "Puebla", "Merida"),
        timezone="America/Sao_Paulo",
        language="pt-BR",
    ),
    Region(
        key="apac",
        share=0.11,
        utc_offset=9,
        currencies=(("JPY", 0.8), ("USD", 0.2)),
        carriers=("northpost", "couriernet"),
        cities=("Sendai", "Kobe", "Fukuoka", "Geelong", "Hobart"),
        timezone="Asia/Tokyo",
        language="ja",
    ),
)
_CITIES = {
    "Utrecht": ("Europe/Amsterdam", "nl"),
    "Malmo": ("Europe/Stockholm", "sv"),
    "Aarhus": ("Europe/Copenhagen", "da"),
    "Tampere": ("Europe/Helsinki", "fi"),
    "Lisbon": ("Europe/Lisbon", "pt"),
    "Porto": ("Europe/Lisbon", "pt"),
    "Torino": ("Europe/Rome", "it"),
    "Lyon": ("Europe/Paris", "fr"),
    "Athens": ("Europe/Athens", "el"),
    "Toronto": ("America/Toronto", "en-CA"),
    "Denver": ("America/Denver", "en-US"),
    "Tucson": ("America/Phoenix", "en-US"),
    "Boise": ("America/Boise", "en-US"),
    "Recife": ("America/Recife", "pt-BR"),
    "Puebla": ("America/Mexico_City", "es-MX"),
    "Merida": ("America/Merida", "es-MX"),
    "Geelong": ("Australia/Melbourne", "en-AU"),
    "Hobart": ("Australia/Hobart", "en-AU"),
}
"""(time zone, language) of the cities where they are not those of the region."""
STORES = 600
SUPPLIERS = (
    "oakfield",
    "brightloom",
    "kestrel",
    "harbour",
    "tallow",
    "juniper",
    "millrace",
    "sable",
    "copperline",
    "fernhill",
    "larkspur",
    "quarry",
)
_QUARTERS = (
    "Central",
    "Station",
    "Riverside",
    "Market",
    "Old Town",
    "Harbour",
    "North",
    "South",
    "Park",
    "Mill",
    "Lakeside",
    "Airport",
)
_DCS_PER_REGION = 2
_DARK_STORES_PER_REGION = 4


def stores() -> tuple[Place, ...]:
    """The 600 stores, spread over the regions by their share."""
    return tuple(
        _store(number, region, index) for number, (region, index) in enumerate(_store_regions(), start=1)
    )


def other_places() -> tuple[Place, ...]:
    """Every place that is not a store."""
    return tuple(place for region in REGIONS for place in _places_of(region)) + tuple(_suppliers())


def places() -> tuple[Place, ...]:
    """Every place: stores first, then the others."""
    return stores() + other_places()


def stores_csv() -> str:
    """The stores as a CSV file."""
    rows = (
        ",".join((place.key, place.kind, place.region, place.name, *_local_settings(place)))
        for place in stores()
    )
    return "\n".join(("id,kind,region,name,timezone,language", *rows)) + "\n"


def locations_yaml() -> str:
    """The other locations as a YAML document that includes the CSV file."""
    rows = (
        f"  {place.key}: {{kind: {place.kind}, region: {place.region}, name: {place.name}}}"
        for place in other_places()
    )
    return "\n".join(("impactgraph: 1", "locations_csv: stores.csv", "locations:", *rows)) + "\n"


def regions_yaml() -> str:
    """Time zones and languages of the regions, as a YAML document."""
    rows = (
        f"  {region.key}: {{timezone: {region.timezone}, language: {region.language}}}" for region in REGIONS
    )
    return "\n".join(("impactgraph: 1", "language: en", "regions:", *rows)) + "\n"


def _local_settings(place: Place) -> tuple[str, str]:
    """Time zone and language of a store; empty where they are those of its region."""
    return next((settings for city, settings in _CITIES.items() if place.name.startswith(city)), ("", ""))


def _store_regions() -> Iterator[tuple[Region, int]]:
    """Regions with the number of the store in its region, for all stores."""
    edges = [0.0]
    for region in REGIONS:
        edges.append(edges[-1] + region.share)
    for region, start, end in zip(REGIONS, edges, edges[1:], strict=False):
        yield from ((region, index) for index in range(round(end * STORES) - round(start * STORES)))


def _store(number: int, region: Region, index: int) -> Place:
    lap, city = divmod(index, len(region.cities))
    round_, quarter = divmod(lap, len(_QUARTERS))
    suffix = f" {round_ + 1}" if round_ else ""
    return Place(
        f"store-{number:03}", "store", region.key, f"{region.cities[city]} {_QUARTERS[quarter]}{suffix}"
    )


def _places_of(region: Region) -> Iterator[Place]:
    for number in range(1, _DCS_PER_REGION + 1):
        yield Place(
            f"dc-{region.key}-{number}", "dc", region.key, f"Distribution centre {region.cities[number - 1]}"
        )
    for number in range(1, _DARK_STORES_PER_REGION + 1):
        yield Place(
            f"dark-{region.key}-{number}", "dark_store", region.key, f"Dark store {region.cities[number - 1]}"
        )
    yield Place(f"3pl-{region.key}", "3pl", region.key, f"Third-party warehouse {region.cities[-1]}")


def _suppliers() -> Iterator[Place]:
    for index, name in enumerate(SUPPLIERS):
        yield Place(
            f"supplier-{name}", "supplier", REGIONS[index % len(REGIONS)].key, f"{name.title()} supplies"
        )
