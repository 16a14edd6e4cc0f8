"""Fulfillments that should be in a system, each by the presence source that makes it due first."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from graph_models.enums import RecordKind
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.columns.declare import Flags
from impactgraph.diagnosis.records.audit import WorkflowAudit
from impactgraph.diagnosis.records.presence_sources import PresenceSource, presence_sources
from impactgraph.diagnosis.records.slots import FAR, Slot
from impactgraph.forecast.durations import Durations


@dataclass
class Expected:
    """Arrays are by position among the rows in question; FAR where no source makes it due."""

    since: Ints
    due: Ints
    limit: Ints
    """When it counts as missing where it is not there."""
    shown_at: Ints
    """When an event of the same source showed it there."""
    slot: Codes
    """Number of the slot that names the source; -1: none."""
    emitter: Codes
    """Index of the emitter in the slot."""
    shown_since: Flags
    """Whether an event after the list shows that it is there."""

    @staticmethod
    def nothing(count: int) -> "Expected":
        since, due, limit, shown_at = (np.full(count, FAR, np.int64) for _ in range(4))
        slot, emitter = (np.full(count, -1, np.int32) for _ in range(2))
        return Expected(since, due, limit, shown_at, slot, emitter, np.zeros(count, bool))

    def add(self, positions: Codes, source: PresenceSource, slot: int, emitter: int) -> None:
        """Takes the way of these positions where it is an earlier one."""
        which = np.flatnonzero(source.limit < self.limit[positions])
        target = positions[which]
        for name in ("since", "due", "limit", "shown_at"):
            getattr(self, name)[target] = getattr(source, name)[which]
        self.slot[target] = slot
        self.emitter[target] = emitter


@dataclass(frozen=True)
class ListingScope:
    """What the findings on the lists of all systems of one question share.

    `rows`: the fulfillments in question, ascending.
    """

    topology: Topology
    columns: Columns
    durations: Durations
    at: Millis
    rows: Codes

    def positions(self, rows: Codes) -> Codes:
        return np.searchsorted(self.rows, rows).astype(np.int32)


def expected_in(
    scope: ListingScope, audits: Iterable[WorkflowAudit], system: str, listed_at: Ints, first_slot: int
) -> tuple[Expected, tuple[Slot, ...]]:
    """What should be in a system, with a slot for each workflow, and one for fulfillments without.

    `listed_at`: by position, the moment of the list in question; the slots are numbered from `first_slot` on.
    """
    listings = Expected.nothing(len(scope.rows))
    slots: list[Slot] = []
    for audit in audits:
        positions = scope.positions(audit.rows)
        sources = list(
            presence_sources(audit, scope.topology, scope.columns.fulfillments, scope.durations, system)
        )
        number = first_slot + len(slots)
        for index, source in enumerate(sources):
            listings.add(positions, source, number, index)
            is_shown = (source.shown_at > listed_at[positions]) & (source.shown_at <= scope.at)
            listings.shown_since[positions[is_shown]] = True
        emitters = tuple(source.emitter for source in sources)
        slots.append(Slot(number, audit.number, RecordKind.LISTING, system, emitters))
    slots.append(Slot(first_slot + len(slots), -1, RecordKind.LISTING, system, ()))
    return listings, tuple(slots)
