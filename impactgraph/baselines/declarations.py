"""Time since which the topology declares each record of a step; earlier visits do not emit it."""

from collections.abc import Callable, Mapping, Sequence

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.records import RecordName

MOST_VERSIONS = 8
"""Number of versions to compare; records of the oldest of them count as always declared."""
Version = tuple[str, Millis]
"""Key, and when it was applied."""


def declared_since(
    topology: Topology, versions: Sequence[Version], read: Callable[[str], Topology]
) -> Mapping[RecordName, Millis]:
    """By record: when the first version was applied that declares it without a gap up to `topology`.

    Records of the oldest version are left out. `versions`: all, the newest first; `read`: topology by key.
    """
    index = next((n for n, (key, _) in enumerate(versions) if key == topology.version), None)
    if index is None:
        return {}
    declarations: dict[RecordName, Millis] = {}
    open_names = _declarations(topology)
    since = versions[index][1]
    for key, applied_at in versions[index + 1 : index + MOST_VERSIONS]:
        before = _declarations(read(key))
        declarations |= dict.fromkeys(open_names - before, since)
        open_names = open_names & before
        since = applied_at
        if not open_names:
            break
    return declarations


def _declarations(topology: Topology) -> set[RecordName]:
    return {
        (workflow.key, emission.kind, emission.type, step.key)
        for workflow in topology.workflows.values()
        for step in workflow.steps
        for emission in step.emits
    }
