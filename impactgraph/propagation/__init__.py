"""What a failure does to the elements of the topology: rules as a table, and the fixed point over it."""

from impactgraph.propagation.graph import FailureGraph
from impactgraph.propagation.rules import RULE_SUMMARIES
from impactgraph.propagation.solve import propagate

__all__ = ["RULE_SUMMARIES", "FailureGraph", "propagate"]
