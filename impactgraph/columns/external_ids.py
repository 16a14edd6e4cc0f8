"""Attributes of orders that hold another system's id of the order."""

from collections.abc import Sequence

EXTERNAL_IDS = (
    "external_id", "external_order", "external_order_id", "external_reference", "external_ref",
    "order_reference", "client_reference", "idempotency_key", "cart_id", "checkout_id", "basket_id",
    "marketplace_order", "marketplace_order_id", "channel_order_id",
)  # fmt: skip
"""Names of such attributes."""


def matching_names(names: Sequence[str], candidates: Sequence[str]) -> list[str]:
    """The names that are among the candidates, ignoring case and how words are joined (`_`, `-`, `.`,
    nothing).
    """
    plain = {_plain(candidate) for candidate in candidates}
    return [name for name in names if _plain(name) in plain]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "").replace(".", "")
