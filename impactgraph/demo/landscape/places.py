"""Where the retailer stands: 600 stores, and the distribution centres, dark stores, third parties and suppliers around them."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    key: str
    share: float
    """Of the stores, and of the orders."""
    utc_offset: int
    """Hours: when its customers are awake."""
    currencies: tuple[tuple[str, float], ...]
    """(code, share of the orders)."""
    carriers: tuple[str, ...]
    """The most used first."""
    cities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    kind: str
    region: str
    name: str


REGIONS = (
    Region(
        "emea-north",
        0.17,
        1,
        (("EUR", 1.0),),
        ("northpost", "parcelline"),
        ("Hamburg", "Utrecht", "Malmo", "Aarhus", "Bremen", "Tampere"),
    ),
    Region(
        "emea-south",
        0.19,
        1,
        (("EUR", 1.0),),
        ("parcelline", "northpost"),
        ("Lisbon", "Porto", "Sevilla", "Torino", "Lyon", "Athens"),
    ),
    Region(
        "uk",
        0.13,
        0,
        (("GBP", 1.0),),
        ("swiftway", "parcelline"),
        ("Leeds", "Bristol", "Cardiff", "Glasgow", "Norwich"),
    ),
    Region(
        "amer-east",
        0.19,
        -5,
        (("USD", 1.0),),
        ("swiftway", "couriernet"),
        ("Boston", "Raleigh", "Albany", "Tampa", "Toronto", "Columbus"),
    ),
    Region(
        "amer-west",
        0.12,
        -8,
        (("USD", 1.0),),
        ("couriernet", "swiftway"),
        ("Portland", "Sacramento", "Denver", "Tucson", "Boise"),
    ),
    Region("latam", 0.09, -3, (("BRL", 1.0),), ("couriernet",), ("Recife", "Curitiba", "Puebla", "Merida")),
    Region(
        "apac",
        0.11,
        9,
        (("JPY", 0.8), ("USD", 0.2)),
        ("northpost", "couriernet"),
        ("Sendai", "Kobe", "Fukuoka", "Geelong", "Hobart"),
    ),
)
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
_DCS_A_REGION, _DARK_STORES_A_REGION = 2, 4


def stores() -> tuple[Place, ...]:
    """The 600 stores, spread over the regions by their share."""
    return tuple(
        _store(number, region, index) for number, (region, index) in enumerate(_store_regions(), start=1)
    )


def others() -> tuple[Place, ...]:
    """Every place that is not a store."""
    return tuple(place for region in REGIONS for place in _around(region)) + tuple(_suppliers())


def places() -> tuple[Place, ...]:
    return stores() + others()


def stores_csv() -> str:
    rows = (f"{place.key},{place.kind},{place.region},{place.name}" for place in stores())
    return "\n".join(("id,kind,region,name", *rows)) + "\n"


def locations_yaml() -> str:
    rows = (
        f"  {place.key}: {{kind: {place.kind}, region: {place.region}, name: {place.name}}}"
        for place in others()
    )
    return "\n".join(("impactgraph: 1", "locations_csv: stores.csv", "locations:", *rows)) + "\n"


def _store_regions() -> Iterator[tuple[Region, int]]:
    edges = [0.0]
    for region in REGIONS:
        edges.append(edges[-1] + region.share)
    for region, since, until in zip(REGIONS, edges, edges[1:], strict=False):
        yield from ((region, index) for index in range(round(until * STORES) - round(since * STORES)))


def _store(number: int, region: Region, index: int) -> Place:
    lap, city = divmod(index, len(region.cities))
    round_, quarter = divmod(lap, len(_QUARTERS))
    suffix = f" {round_ + 1}" if round_ else ""
    return Place(
        f"store-{number:03}", "store", region.key, f"{region.cities[city]} {_QUARTERS[quarter]}{suffix}"
    )


def _around(region: Region) -> Iterator[Place]:
    for number in range(1, _DCS_A_REGION + 1):
        yield Place(
            f"dc-{region.key}-{number}", "dc", region.key, f"Distribution centre {region.cities[number - 1]}"
        )
    for number in range(1, _DARK_STORES_A_REGION + 1):
        yield Place(
            f"dark-{region.key}-{number}", "dark_store", region.key, f"Dark store {region.cities[number - 1]}"
        )
    yield Place(f"3pl-{region.key}", "3pl", region.key, f"Third-party warehouse {region.cities[-1]}")


def _suppliers() -> Iterator[Place]:
    for index, name in enumerate(SUPPLIERS):
        yield Place(
            f"supplier-{name}", "supplier", REGIONS[index % len(REGIONS)].key, f"{name.title()} supplies"
        )
