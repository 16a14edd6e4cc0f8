"""Keys as JSON, as stores keep them."""

import json
from dataclasses import asdict
from typing import Any

from graph_models.access import Role, RowFilter
from impactgraph.credentials.keys import ApiKey, KeySecret


def key_to_json(key: ApiKey) -> dict[str, Any]:
    return asdict(key)


def key_from_json(values: dict[str, Any]) -> ApiKey:
    """Raises ValueError, TypeError or KeyError where it is no key."""
    rows = RowFilter(**{name: tuple(keys) for name, keys in values["rows"].items()})
    secrets = tuple(KeySecret(**secret) for secret in values["secrets"])
    fields: dict[str, Any] = {"role": Role(values["role"]), "rows": rows, "secrets": secrets}
    return ApiKey(**{**values, **fields})


def key_to_text(key: ApiKey) -> str:
    return json.dumps(key_to_json(key))


def key_from_text(text: str) -> ApiKey:
    """Raises as `key_from_json` does."""
    return key_from_json(json.loads(text))
