"""Near names, for messages about a name that does not exist."""

from impactgraph.topology.near import nearest

__all__ = ["nearest"]
