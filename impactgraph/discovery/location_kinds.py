"""Kinds of locations, guessed from their names."""

import re
from functools import lru_cache

_WORDS = {
    "dark_store": ("dark", "darkstore"),
    "store": ("store", "shop", "outlet", "branch", "filiale", "boutique", "str"),
    "dc": (
        "dc",
        "cdc",
        "rdc",
        "warehouse",
        "wh",
        "whs",
        "fc",
        "depot",
        "lager",
        "hub",
        "fulfilment",
        "fulfillment",
    ),
    "3pl": ("3pl", "tpl", "threepl"),
    "supplier": ("supplier", "vendor", "lieferant", "dropship"),
}
_PARTS = re.compile(r"[0-9]?[a-z]+")


@lru_cache(maxsize=100_000)
def location_kind(location: str) -> str | None:
    """The kind of a location whose name says it, such as `dc` of `dc-north-1`; None where it does not."""
    parts = _PARTS.findall(location.casefold())
    return next((kind for kind, words in _WORDS.items() for part in parts if part in words), None)
