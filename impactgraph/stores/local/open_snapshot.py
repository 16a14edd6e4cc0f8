"""Opens the last snapshot of a record's state, and adds the events that were recorded or came due since."""

from dataclasses import dataclass

from graph_models.time import Millis
from impactgraph.stores.local.rebuild import add_records, catch_up
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.snapshot import load, read_meta
from impactgraph.stores.state.workflow_lookup import WorkflowLookup


@dataclass(frozen=True)
class OpenSnapshot:
    """A snapshot with what came after it."""

    instances: Instances
    watermark: int
    """Of the snapshot itself."""
    latest: Millis
    """The greatest time of an event in the state."""


def open_snapshot(
    record: Record,
    version: tuple[str, str],
    event_dictionaries: EventDictionaries,
    lookup: WorkflowLookup,
    present: Millis,
) -> OpenSnapshot | None:
    """None where there is no snapshot of this `version` (generation of the record, current topology), or one
    with events ahead of the clock.
    """
    folder = record.folder
    meta = read_meta(folder) if folder else None
    if folder is None or meta is None or meta.watermark > record.watermark():
        return None
    if meta.latest > present or (meta.identity, meta.topology) != version:
        return None
    instances = load(folder, meta, event_dictionaries, lookup.most_steps)
    if instances is None:
        return None
    instances.columns.watermark = meta.watermark
    due = record.seqs_between(meta.latest, present, meta.watermark)
    latest = max(
        meta.latest,
        add_records(record, instances, lookup, due, present),
        catch_up(record, instances, lookup, present),
    )
    return OpenSnapshot(instances, meta.watermark, latest)
