"""Fulfillments that are in their step for longer than its limit, declared or learned from history."""

from impactgraph.diagnosis.overdue.baseline import DwellBaseline, learn_dwell_baseline
from impactgraph.diagnosis.overdue.limits import limit_of, limit_table, limits, overdue_mask, overdue_rows
from impactgraph.diagnosis.overdue.opening import lasting, work_begins_at
from impactgraph.diagnosis.overdue.peers import peers_of
from impactgraph.diagnosis.overdue.runs import runs_of

__all__ = [
    "DwellBaseline",
    "lasting",
    "learn_dwell_baseline",
    "limit_of",
    "limit_table",
    "limits",
    "overdue_mask",
    "overdue_rows",
    "peers_of",
    "runs_of",
    "work_begins_at",
]
