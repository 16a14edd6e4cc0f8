"""Drift as rows."""

from impactgraph.cli.decode import nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows

_KEYS = {
    "kind": "kind",
    "dimension": "dimension",
    "value": "value",
    "since": "since",
    "before": "before",
    "after": "after",
    "p_value": "pValue",
    "orders": "orders",
}
"""Key of the JSON by column."""


def drift_rows(page: Json) -> Rows:
    """A row for each drift."""
    return Rows(
        tuple(_KEYS), ({column: each[key] for column, key in _KEYS.items()} for each in nodes_in(page))
    )
