"""The stories of orders: what happened, which failures touched them, and what is expected next."""

from collections.abc import Mapping

from graph_models.orders import TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.diagnosis.why.timeline import TimelineSources, timeline_of
from impactgraph.ports.store import Store
from impactgraph.usecases.diagnoses import Case


def timelines(
    store: Store, topology: Topology, cases: Mapping[str, Case], as_of: Millis | None
) -> dict[str, tuple[TimelineEntry, ...]]:
    """Of these cases, by bare key, oldest first. One question to the store for all whose events were not read yet."""
    unread = [key for key, case in cases.items() if case.story is None]
    found = {key: case.story for key, case in cases.items() if case.story is not None} | dict(
        store.timelines(unread, as_of) if unread else {}
    )
    return {
        key: timeline_of(
            TimelineSources(
                topology=topology,
                situation=case.situation,
                recorded_entries=found[key].entries,
                records=found[key].records,
                expected_steps=case.ways,
                affected_records=case.records,
            )
        )
        for key, case in cases.items()
        if key in found
    }
