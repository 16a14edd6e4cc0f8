"""What the overdue have in common against those that are not."""

from impactgraph.diagnosis.common.shared import Shared, in_common

__all__ = ["Shared", "in_common"]
