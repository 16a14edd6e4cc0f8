"""Records that should exist and do not, or differ from what is expected: concluded from the steps that were
completed.
"""

from impactgraph.diagnosis.records.causes import TO_REPAIR, Causes, cause_of_rate
from impactgraph.diagnosis.records.find import RecordSearch, find_records, learn_transports
from impactgraph.diagnosis.records.findings import RecordFindings
from impactgraph.diagnosis.records.presence import seen_in
from impactgraph.diagnosis.records.rates import find_rates
from impactgraph.diagnosis.records.sentences import say_listing, system_name
from impactgraph.diagnosis.records.slots import sorted_prefix_length
from impactgraph.diagnosis.records.transport import RecordName, Transports

__all__ = [
    "TO_REPAIR",
    "Causes",
    "RecordFindings",
    "RecordName",
    "RecordSearch",
    "Transports",
    "cause_of_rate",
    "find_rates",
    "find_records",
    "learn_transports",
    "say_listing",
    "seen_in",
    "sorted_prefix_length",
    "system_name",
]
