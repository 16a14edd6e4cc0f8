"""Units beyond their limit: declared, else learned from the past."""

from impactgraph.diagnosis.overdue.limits import limit_of, limit_table, limits, overdue_mask, overdue_rows
from impactgraph.diagnosis.overdue.peers import peers_of
from impactgraph.diagnosis.overdue.runs import runs_of
from impactgraph.diagnosis.overdue.usual import Usual, usual_stays

__all__ = [
    "Usual",
    "limit_of",
    "limit_table",
    "limits",
    "overdue_mask",
    "overdue_rows",
    "peers_of",
    "runs_of",
    "usual_stays",
]
