"""What a diagnosis takes as usual: how long orders dwell in steps, and how long records take."""

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
    """`stays`: from entering a step to leaving it; `transports`: from a step to where its record is kept."""

    stays: DwellBaseline
    transports: Transports
    watermark: int
    """Of the columns it was learned from."""


def learn_diagnosis_baseline(
    topology: Topology,
    columns: Columns,
    held_spans: HeldSpans,
    declared_since: Mapping[RecordName, Millis],
    at: Millis,
) -> DiagnosisBaseline:
    """As known at `at`. Costs a pass over a sample of the fulfillments and one over the records."""
    stays = learn_dwell_baseline(
        topology, columns, at, lambda workflow, step: held_spans.get((workflow, step), ())
    )
    transports = replace(learn_transports(topology, columns), named_since=declared_since)
    return DiagnosisBaseline(stays, transports, columns.watermark)
