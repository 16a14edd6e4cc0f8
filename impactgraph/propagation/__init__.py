"""Propagation of failures over the topology: rules as a table, and the fixed point over it."""

from impactgraph.propagation.graph import FailureGraph
from impactgraph.propagation.rules import RULE_SUMMARIES
from impactgraph.propagation.solve import propagate
from impactgraph.propagation.twins import DistinctFailures, distinct_failures, separate_episodes

__all__ = [
    "RULE_SUMMARIES",
    "DistinctFailures",
    "FailureGraph",
    "distinct_failures",
    "propagate",
    "separate_episodes",
]
