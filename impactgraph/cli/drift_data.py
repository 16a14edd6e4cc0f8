"""Drift for programs: as JSON with GraphQL's names, or as rows."""

from graph_models.diagnosis import Drift
from graph_models.orders import Page
from impactgraph.cli.encode import Encoder, Json
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


def drift_json(page: Page[Drift]) -> Json:
    """GraphQL's DriftConnection."""
    return Encoder().connection(page)


def drift_rows(page: Page[Drift]) -> Rows:
    """A row for each drift."""
    encoder = Encoder()
    nodes = map(encoder.encode, page.items)
    return Rows(tuple(_KEYS), ({column: each[key] for column, key in _KEYS.items()} for each in nodes))
