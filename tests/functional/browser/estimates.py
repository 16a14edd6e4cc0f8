"""Estimates as GraphQL has them and as the page shows them."""

from collections.abc import Mapping
from typing import Any

from graph_models.estimates import Estimate
from impactgraph.impact.estimate_text import say_number

ESTIMATE = "{ expected low high possible }"


def asked(*names: str) -> str:
    """The part of a query that asks for estimates of these names."""
    return f"estimates {{ {' '.join(f'{name} {ESTIMATE}' for name in names)} }}"


def shown(estimate: Mapping[str, Any]) -> str:
    """An expected number as the page shows it."""
    return say_number(Estimate(**estimate).expected)


def rounded(estimate: Mapping[str, Any]) -> int:
    return int(Estimate(**estimate).expected + 0.5)
