"""Why an order is where it is: the situation, the verdict by a table of rules, its causes, and the sentences
for it.
"""

from impactgraph.diagnosis.why.diagnose import diagnose
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, ReportedError, Situation
from impactgraph.diagnosis.why.verdict import RULES, Verdict, decide

__all__ = [
    "RULES",
    "FulfillmentState",
    "Impact",
    "ReportedError",
    "Situation",
    "Verdict",
    "decide",
    "diagnose",
]
