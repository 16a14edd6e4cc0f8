"""What should have been recorded and was not, or not so: found from the steps that were passed, not from an alert."""

from impactgraph.diagnosis.records.find import find_records, learn_transports
from impactgraph.diagnosis.records.findings import RecordFindings
from impactgraph.diagnosis.records.transport import Transports

__all__ = ["RecordFindings", "Transports", "find_records", "learn_transports"]
