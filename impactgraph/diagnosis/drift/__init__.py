"""Drift detection: steps, locations, modes and channels whose duration, error rate, reroutes, rejections or
cancellations changed.
"""

from impactgraph.diagnosis.drift.find import find_drift
from impactgraph.diagnosis.drift.group import group_drift

__all__ = ["find_drift", "group_drift"]
