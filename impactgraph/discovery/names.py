"""Words in names of columns, object types and activities that say what they are."""

import re
from collections.abc import Mapping
from functools import lru_cache
from unicodedata import combining, normalize

ROLES: Mapping[str, tuple[str, ...]] = {
    "time": ("timestamp", "event time", "occurred", "time", "datetime", "date", "zeitpunkt", "at"),
    "activity": ("activity", "concept name", "event type", "event", "status", "action", "step", "state"),
    "id": ("event id", "entry id", "id", "uuid", "row id", "message id", "sequence"),
    "order": ("order", "case", "sales document", "auftrag", "bestellung", "purchase order", "po", "so"),
    "fulfillment": ("fulfillment", "fulfilment", "delivery", "shipment", "parcel", "package", "consignment"),
    "channel": ("channel", "sales channel", "kanal", "storefront"),
    "mode": ("mode", "fulfillment mode", "delivery type", "delivery method", "shipping method"),
    "currency": ("currency", "curr", "waehrung", "wahrung", "currency code"),
    "value": (
        "value",
        "total",
        "order value",
        "order total",
        "grand total",
        "net",
        "price",
        "amount",
        "betrag",
        "wert",
    ),
    "region": ("region", "country", "market", "sales region"),
    "customer_tier": ("tier", "customer tier", "loyalty", "customer segment", "segment", "customer group"),
    "promised_by": ("promised", "promise", "due", "deliver by", "promised by", "expected delivery", "eta"),
    "workflow": ("workflow", "process", "flow"),
    "location": ("location", "plant", "store", "warehouse", "site", "node", "werk", "facility", "lager"),
    "carrier": ("carrier", "shipping carrier"),
    "supplier": ("supplier", "vendor"),
    "payload_version": ("payload version", "schema version"),
    "amount": ("amount", "posted amount", "posting amount", "betrag"),
    "document": ("document", "document number", "doc number", "doc no", "belegnummer", "invoice number"),
}
"""Names by role, the best first."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAK = re.compile(r"[\W_]+")


@lru_cache(maxsize=10_000)
def words_of(name: str) -> str:
    """The words of a name, in lower case, without accents, with one space between: `order_id` and `OrderID`
    give `order id`.
    """
    plain = normalize("NFKD", _CAMEL.sub(" ", name).casefold())
    return _BREAK.sub(" ", "".join(c for c in plain if not combining(c))).strip()


def name_fit(name: str, role: str) -> float:
    """How well a name fits a role: 1 where it is one of its names (with `id`, `no` and the like or without),
    less where it only contains one, 0 where it does not.
    """
    words = words_of(name)
    bare = re.sub(r" (id|no|nr|number|key|code|ref|name)$", "", words)
    best = 0.0
    for place, word in enumerate(ROLES[role]):
        rank = 0.02 * place
        if word in (words, bare):
            best = max(best, 1.0 - rank)
        elif re.search(rf"\b{re.escape(word)}s?\b", words):
            best = max(best, 0.6 - rank)
    return best
