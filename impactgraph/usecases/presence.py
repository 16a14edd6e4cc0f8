"""Presence of orders in systems: since when, and when a list last confirmed it."""

from collections.abc import Mapping, Sequence

from graph_models.orders import Presence
from impactgraph.diagnosis.records import seen_in
from impactgraph.usecases.snapshot import Snapshot


def presences(s: Snapshot, keys: Sequence[str]) -> Mapping[str, tuple[Presence, ...]]:
    """Of the orders that are on record, by bare key: one question to the store for all."""
    return {
        key: seen_in(s.topology, events.order, events.entries, events.records, s.system_lists)
        for key, events in s.store.timelines(keys, s.as_of).items()
    }
