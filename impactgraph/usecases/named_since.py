"""Since when the topology names each record that steps emit: what was passed before caused none."""

from collections.abc import Mapping
from threading import Lock
from weakref import WeakKeyDictionary

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.records import RecordName
from impactgraph.ports.store import Store

MOST_VERSIONS = 8
"""Versions that are looked at; what the oldest of them names was always named."""
_kept: WeakKeyDictionary[Store, dict[str, Mapping[RecordName, Millis]]] = WeakKeyDictionary()
_lock = Lock()


def named_since(store: Store, topology: Topology) -> Mapping[RecordName, Millis]:
    """By record, when the first of the versions was applied that name it without a gap up to this one; without those that the oldest names already."""
    with _lock:
        kept = _kept.setdefault(store, {})
        if topology.version not in kept:
            kept[topology.version] = _look(store, topology)
        return kept[topology.version]


def _look(store: Store, topology: Topology) -> Mapping[RecordName, Millis]:
    newest_first = list(store.topologies())
    here = next(
        (place for place, version in enumerate(newest_first) if version.key == topology.version), None
    )
    if here is None:
        return {}
    open_, since, found = _names(topology), newest_first[here].applied_at, dict[RecordName, Millis]()
    for version in newest_first[here + 1 : here + MOST_VERSIONS]:
        names = _names(store.topology_version(version.key))
        found |= dict.fromkeys(open_ - names, since)
        open_, since = open_ & names, version.applied_at
        if not open_:
            break
    return found


def _names(topology: Topology) -> set[RecordName]:
    return {
        (workflow.key, e.kind, e.type, step.key)
        for workflow in topology.workflows.values()
        for step in workflow.steps
        for e in step.emits
    }
