"""What is no longer as it was."""

from impactgraph.diagnosis.drift.find import find_drift

__all__ = ["find_drift"]
