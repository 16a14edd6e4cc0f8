"""Since when the topology declares each record that steps emit: steps passed before that caused none."""

from collections.abc import Callable, Mapping, Sequence

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.records import RecordName

MOST_VERSIONS = 8
"""Versions that are compared; what the oldest of them declares was always declared."""
Version = tuple[str, Millis]
"""Key, and when it was applied."""


def declared_since(
    topology: Topology, versions: Sequence[Version], read: Callable[[str], Topology]
) -> Mapping[RecordName, Millis]:
    """By record, when the first of the versions was applied that declare it without a gap up to `topology`.

    Records that the oldest version declares are left out. `versions`: all, the newest first; `read` gives one by key.
    """
    index = next((n for n, (key, _) in enumerate(versions) if key == topology.version), None)
    if index is None:
        return {}
    undated, since, declarations = _declared(topology), versions[index][1], dict[RecordName, Millis]()
    for key, applied_at in versions[index + 1 : index + MOST_VERSIONS]:
        before = _declared(read(key))
        declarations |= dict.fromkeys(undated - before, since)
        undated, since = undated & before, applied_at
        if not undated:
            break
    return declarations


def _declared(topology: Topology) -> set[RecordName]:
    return {
        (workflow.key, emission.kind, emission.type, step.key)
        for workflow in topology.workflows.values()
        for step in workflow.steps
        for emission in step.emits
    }
