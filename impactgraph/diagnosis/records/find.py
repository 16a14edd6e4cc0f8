"""Search for records that should have arrived and have not, or differ: of all workflows, or of some
fulfillments.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.columns.system_lists import SystemLists
from impactgraph.diagnosis.records.audit import AuditScope, WorkflowAudit
from impactgraph.diagnosis.records.expected import ListingScope
from impactgraph.diagnosis.records.findings import FindingRows, RecordFindings, SystemFindings
from impactgraph.diagnosis.records.listed import DocumentLookup
from impactgraph.diagnosis.records.listings import find_listings
from impactgraph.diagnosis.records.slots import Arrivals, slots_of
from impactgraph.diagnosis.records.transport import RecordName, Transports
from impactgraph.forecast.durations import Durations


@dataclass(frozen=True)
class RecordSearch:
    """Which fulfillments are searched: `rows` (None: all), and how many records lie in a known order.

    `sorted_prefix`: that many records, from the first on, are sorted by fulfillment (`sorted_prefix_length`).
    """

    rows: Codes | None = None
    sorted_prefix: int = 0
    lists: Mapping[str, SystemLists] = field(default_factory=dict[str, SystemLists])
    """By bare key, what systems list: what they lack or have otherwise are findings, too."""
    documents: DocumentLookup = lambda numbers: {}


EVERYTHING = RecordSearch()


def find_records(
    topology: Topology,
    columns: Columns,
    durations: Durations,
    at: Millis,
    search: RecordSearch = EVERYTHING,
    *,
    transports: Transports | None = None,
) -> RecordFindings:
    """The findings as known at `at`, the longest due first.

    Transport times that `transports` does not have are learned where all fulfillments are searched, else
    taken from the topology. Costs a look at every record and at every step that causes one, for all
    fulfillments together; for a few of them, a look at the records after the sorted prefix.
    """
    scope = AuditScope(topology, columns, at, transports, learn=search.rows is None)
    slots = slots_of(topology, columns.dictionaries)
    arrivals = Arrivals(columns, slots, search.rows, search.sorted_prefix)
    audits = list(audits_of(scope, arrivals, search.rows))
    parts = [audit.findings(durations) for audit in audits]
    listings = _listings(scope, durations, search, audits, len(slots)) if search.lists else []
    parts += [each.rows for each in listings]
    slots = (*slots, *(slot for each in listings for slot in each.slots))
    rows = FindingRows.concatenate(parts) if parts else FindingRows.empty()
    order = np.lexsort((rows.effect, rows.slot, rows.row, rows.due))
    tallies = tuple(tally for audit in audits for tally in audit.tallies)
    return RecordFindings(
        topology, columns, at, slots, rows.take(order), tallies, search.lists, tuple(listings)
    )


def _listings(
    of: AuditScope,
    durations: Durations,
    search: RecordSearch,
    audits: Sequence[WorkflowAudit],
    first_slot: int,
) -> list[SystemFindings]:
    """What the lists of each system of the topology come to; slots are numbered from `first_slot` on."""
    every = np.arange(len(of.columns.fulfillments), dtype=np.int32)
    rows = every if search.rows is None else np.sort(search.rows)
    scope = ListingScope(of.topology, of.columns, durations, of.at, rows)
    findings: list[SystemFindings] = []
    for lists in search.lists.values():
        if lists.system in of.topology.systems:
            findings.append(find_listings(scope, audits, lists, first_slot, search.documents))
            first_slot += len(findings[-1].slots)
    return findings


def learn_transports(topology: Topology, columns: Columns) -> Transports:
    """How long records take, learned from all that arrived. Valid for many questions."""
    scope = AuditScope(topology, columns, 0, None, learn=False)
    arrivals = Arrivals(columns, slots_of(topology, columns.dictionaries), None)
    limits: dict[RecordName, Millis] = {}
    for audit in audits_of(scope, arrivals, None):
        limits |= audit.learn_limits()
    return Transports(limits)


def audits_of(scope: AuditScope, arrivals: Arrivals, rows: Codes | None) -> Iterator[WorkflowAudit]:
    """One audit per workflow of the topology with fulfillments."""
    f = scope.columns.fulfillments
    workflow = f.workflow if rows is None else f.workflow[rows]
    for number, known_workflow in enumerate(scope.columns.dictionaries.workflows):
        if known_workflow.key not in scope.topology.workflows:
            continue
        positions = np.flatnonzero(workflow == number).astype(np.int32)
        if len(positions):
            own_rows = positions if rows is None else rows[positions]
            yield WorkflowAudit(scope, number, own_rows, arrivals)
