"""Factors that overdue fulfillments have in common, compared with those that are on time."""

from impactgraph.diagnosis.common.factors import OverdueState, SharedFactor, common_factors

__all__ = ["OverdueState", "SharedFactor", "common_factors"]
