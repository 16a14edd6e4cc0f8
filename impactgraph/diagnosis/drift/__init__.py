"""What is no longer as it was."""

from impactgraph.diagnosis.drift.find import find_drift
from impactgraph.diagnosis.drift.group import grouped

__all__ = ["find_drift", "grouped"]
