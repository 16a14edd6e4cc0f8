"""Baseline of a diagnosis: dwell times in steps and delays of records."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.baselines.forecast_baseline import HeldSpans
from impactgraph.columns import Columns
from impactgraph.diagnosis.overdue import DwellBaseline, learn_dwell_baseline
from impactgraph.diagnosis.records import RecordName, Transports, learn_transports


@dataclass(frozen=True)
class DiagnosisBaseline:
    """`dwell_times`: dwell times in steps; `transports`: delays from a step to its record."""

    dwell_times: DwellBaseline
    transports: Transports


def learn_diagnosis_baseline(
    topology: Topology,
    columns: Columns,
    held_spans: HeldSpans,
    declared_since: Mapping[RecordName, Millis],
    at: Millis,
) -> DiagnosisBaseline:
    """The baseline at `at`. Cost: a pass over a sample of the fulfillments and one over the records."""
    dwell_times = learn_dwell_baseline(
        topology, columns, at, lambda workflow, step: held_spans.get((workflow, step), ())
    )
    transports = replace(learn_transports(topology, columns), named_since=declared_since)
    return DiagnosisBaseline(dwell_times, transports)
