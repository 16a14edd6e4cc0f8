"""In which systems an order was seen: by the steps that it entered, the records that were made, and lists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_models.enums import RecordKind
from graph_models.ids import split_id
from graph_models.orders import Order, OrderRecord, Presence, TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Emission, Step, Topology
from impactgraph.columns.system_lists import SystemLists
from impactgraph.diagnosis.records.presence_sources import system_of


@dataclass(frozen=True, slots=True)
class _Sight:
    """One time that it was seen in a system."""

    system: str
    at: Millis
    rank: int
    """Of several of one moment, the one with the highest has the state."""
    state: str | None
    confirms: bool = False


def seen_in(
    topology: Topology,
    order: Order,
    entries: Sequence[TimelineEntry],
    records: Sequence[OrderRecord],
    lists: Mapping[str, SystemLists],
) -> tuple[Presence, ...]:
    """By system, the one that had it first coming first; `entries` and `records` are those of its events."""
    by_system: dict[str, list[_Sight]] = {}
    for sight in (
        *_steps(topology, entries),
        *_records(topology, order, records),
        *_lists(order, records, lists),
    ):
        if sight.system in topology.systems:
            by_system.setdefault(sight.system, []).append(sight)
    presences = (_presence(system, sights) for system, sights in by_system.items())
    return tuple(sorted(presences, key=lambda each: (each.since, each.system)))


def _presence(system: str, sights: list[_Sight]) -> Presence:
    in_order = sorted(sights, key=lambda each: (each.at, each.rank))
    states = [each.state for each in in_order if each.state]
    return Presence(
        system=system,
        since=in_order[0].at,
        last_at=in_order[-1].at,
        state=states[-1] if states else None,
        confirmed=max((each.at for each in in_order if each.confirms), default=None),
    )


def _steps(topology: Topology, entries: Sequence[TimelineEntry]) -> Iterator[_Sight]:
    for entry in entries:
        step = topology.elements.get(entry.element or "")
        if isinstance(step, Step) and entry.kind in _ENTRIES:
            yield _Sight(split_id(step.runs_on)[1], entry.at, 0, step.name or step.key)


_ENTRIES = ("fulfillment.entered", "fulfillment.rerouted")


def _records(topology: Topology, order: Order, records: Sequence[OrderRecord]) -> Iterator[_Sight]:
    """A record without an integration is made within the system of its step."""
    workflow_of = {part.key: part.workflow for part in order.fulfillments}
    for record in records:
        workflow = topology.workflows.get(workflow_of.get(record.fulfillment, ""))
        steps = workflow.steps if workflow is not None else ()
        result = next(((step, each) for step in steps for each in step.emits if _is_of(each, record)), None)
        if result is not None:
            step, emission = result
            system = system_of(topology, emission.via) or split_id(step.runs_on)[1]
            yield _Sight(system, record.at, 1, record.type.replace("_", " "))


def _is_of(emission: Emission, record: OrderRecord) -> bool:
    return (emission.kind, emission.type) == (record.kind, record.type)


def _lists(
    order: Order, records: Sequence[OrderRecord], lists: Mapping[str, SystemLists]
) -> Iterator[_Sight]:
    documents = (each.document for each in records if each.document and each.kind is RecordKind.POSTING)
    ids = list(dict.fromkeys((order.key, *(part.key for part in order.fulfillments), *documents)))
    for system, system_list in lists.items():
        rows = system_list.rows
        for row in rows.find(ids).tolist():
            if row >= 0:
                yield _Sight(system, int(rows.first_at[row]), 2, None, confirms=True)
                state = rows.texts[int(rows.state[row])] or None
                yield _Sight(system, int(rows.at[row]), 2, state, confirms=True)
