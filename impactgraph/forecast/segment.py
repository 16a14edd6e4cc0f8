"""Segment: orders that pass a workflow in the same way."""

from dataclasses import dataclass

from graph_models.hours import Site
from graph_models.scope import Scope
from graph_models.topology import When

_LIFTED = ("message_types",)
"""Scope dimensions of messages, not of orders: decided when the plan is made."""


@dataclass(frozen=True)
class Segment:
    """Orders with the same scopes, branches, and times of their location."""

    scopes: frozenset[Scope]
    branches: frozenset[When]
    site: Site = Site()
    """Of what the workflow depends on; see `impactgraph/topology/sites.py`."""


def order_scope(scope: Scope) -> Scope:
    """The part of a scope that is about orders and fulfillments."""
    return scope.without(*_LIFTED)
