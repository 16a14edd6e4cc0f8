"""Records that failures have left missing or doubled, as the audit finds them: replay lists and the states of
incidents rest on the same findings.
"""

from collections.abc import Iterable

import numpy as np

from graph_models.failure import Failure
from impactgraph.diagnosis.records import TO_REPAIR, Causes
from impactgraph.repair.replay import WatchedRecords
from impactgraph.usecases.snapshot import Snapshot


def watch(s: Snapshot, failures: Iterable[Failure]) -> WatchedRecords:
    """Findings that these failures explain. Costs the audit of all records, once for a snapshot."""
    by_key = {failure.key: failure for failure in failures if failure.started_at <= s.at}
    causes = Causes(s.record_findings, s.impairments_of(by_key.values()), by_key, ())
    parts = [at for _, at in causes.explained(TO_REPAIR)]
    explained = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.intp)
    return WatchedRecords(s.record_findings, explained, causes.of, by_key)
