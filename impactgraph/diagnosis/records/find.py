"""What should have been recorded by now, held against what was: of all workflows, or of some fulfillments."""

import numpy as np

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.diagnosis.records.audit import WorkflowAudit
from impactgraph.diagnosis.records.findings import FindingRows, RecordFindings
from impactgraph.diagnosis.records.slots import Arrivals, Slot, slots_of
from impactgraph.diagnosis.records.transport import RecordName, Transports
from impactgraph.forecast.durations import Durations


def find_records(
    topology: Topology,
    columns: Columns,
    durations: Durations,
    at: Millis,
    rows: Codes | None = None,
    *,
    transports: Transports | None = None,
    sorted_prefix: int = 0,
) -> RecordFindings:
    """Of the fulfillments in `rows` (None: all), as known at `at`. What `transports` do not tell is learned where all rows are asked for, else as documented.

    `filed`: so many records, from the first on, are known to lie in the order of their fulfillments (`in_order`).
    Costs a look at every record and at every step that causes one, for all fulfillments together; for a few of them, a look at the records not filed.
    """
    slots = slots_of(topology, columns.dictionaries)
    watches = _watches(topology, columns, slots, at, rows, transports, sorted_prefix)
    parts = [watch.findings(durations) for watch in watches]
    found = FindingRows.concatenate(parts) if parts else FindingRows.empty()
    order = np.lexsort((found.effect, found.slot, found.row, found.due))
    return RecordFindings(
        topology,
        columns,
        at,
        slots,
        found.take(order),
        tuple(tally for watch in watches for tally in watch.tallies),
    )


def learn_transports(topology: Topology, columns: Columns) -> Transports:
    """How long every record took that came. Good for many questions."""
    slots = slots_of(topology, columns.dictionaries)
    limits: dict[RecordName, Millis] = {}
    for watch in _watches(topology, columns, slots, 0, None, None):
        limits |= watch.learn_limits()
    return Transports(limits)


def _watches(
    topology: Topology,
    columns: Columns,
    slots: tuple[Slot, ...],
    at: Millis,
    rows: Codes | None,
    transports: Transports | None,
    filed: int = 0,
) -> list[WorkflowAudit]:
    arrivals = Arrivals(columns, slots, rows, filed)
    workflow = columns.fulfillments.workflow if rows is None else columns.fulfillments.workflow[rows]
    found: list[WorkflowAudit] = []
    for number in dict.fromkeys(slot.workflow for slot in slots):
        mine = np.flatnonzero(workflow == number).astype(np.int32)
        if len(mine):
            chosen = mine if rows is None else rows[mine]
            found.append(
                WorkflowAudit(
                    topology,
                    columns,
                    number,
                    [s for s in slots if s.workflow == number],
                    chosen,
                    arrivals,
                    at,
                    transports,
                    learn=rows is None,
                )
            )
    return found
