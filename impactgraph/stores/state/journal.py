"""The journal, folded from its events: of changes and maintenance the latest statement of a field wins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from graph_models.journal import (
    Change,
    ChangeKind,
    IncidentAction,
    IncidentActionKind,
    Journal,
    Maintenance,
    NoticeKind,
    NoticeLevel,
    NoticeRecord,
    NoticeState,
)
from graph_models.time import Millis
from impactgraph.ingest.journal_events import (
    ChangeData,
    IncidentData,
    JournalData,
    MaintenanceData,
    NoticeData,
)
from impactgraph.stores.state.event_kinds import TYPES, EventKind
from impactgraph.stores.state.failure_life import millis_of
from impactgraph.stores.state.failures import scope_of


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event of the journal."""

    at: Millis
    kind: EventKind
    source: str
    id: str
    data: JournalData

    @property
    def order(self) -> tuple[Millis, int, str, str]:
        return self.at, self.kind, self.source, self.id


def fold_journal(entries: Iterable[JournalEntry]) -> Journal:
    """The same whatever the order of the entries. Costs their number, sorted."""
    in_order = sorted(entries, key=lambda entry: entry.order)
    return Journal(
        actions=tuple(_action(each, each.data) for each in in_order if isinstance(each.data, IncidentData)),
        changes=_changes(in_order),
        maintenance=_maintenance(in_order),
        notices=tuple(_notice(each, each.data) for each in in_order if isinstance(each.data, NoticeData)),
    )


def _action(entry: JournalEntry, data: IncidentData) -> IncidentAction:
    return IncidentAction(
        kind=IncidentActionKind(TYPES[entry.kind].removeprefix("incident.")),
        incident=data.incident,
        at=entry.at,
        by=data.by or "",
        note=data.note or "",
        assignee=data.assignee or "",
        incidents=tuple(data.incidents or ()),
        failures=tuple(data.failures or ()),
        playbook=data.playbook or "",
        step=data.step or 0,
    )


def _changes(in_order: Sequence[JournalEntry]) -> tuple[Change, ...]:
    entries: dict[str, list[JournalEntry]] = {}
    for entry in in_order:
        if isinstance(entry.data, ChangeData):
            entries.setdefault(entry.data.change, []).append(entry)
    changes = [_change(key, each) for key, each in entries.items()]
    return tuple(sorted(changes, key=lambda each: (each.started_at, each.key)))


def _change(key: str, entries: Sequence[JournalEntry]) -> Change:
    fields: dict[str, object] = {}
    started_at = ended_at = None
    for entry in entries:
        data = cast(ChangeData, entry.data)
        values = {name: getattr(data, name) for name in data.__struct_fields__}
        fields |= {name: value for name, value in values.items() if value is not None}
        if entry.kind is EventKind.CHANGE_STARTED:
            started_at = millis_of(data.started_at) or entry.at
            ended_at = millis_of(data.ended_at)
        else:
            ended_at = millis_of(data.ended_at) or entry.at
            started_at = millis_of(data.started_at) or started_at
    last = ChangeData(**fields)  # pyright: ignore[reportArgumentType] - fields of events
    return Change(
        key=key,
        kind=ChangeKind(last.kind or ChangeKind.OTHER),
        # one whose start was never reported is known since its end
        started_at=started_at if started_at is not None else ended_at or entries[0].at,
        ended_at=ended_at,
        elements=tuple(last.elements or ()),
        scope=scope_of(last.scope),
        summary=last.summary or "",
        version=last.version or "",
        evidence=last.evidence,
        by=last.by or "",
    )


def _maintenance(in_order: Sequence[JournalEntry]) -> tuple[Maintenance, ...]:
    plans: dict[str, Maintenance] = {}
    for entry in in_order:
        data = entry.data
        if not isinstance(data, MaintenanceData):
            continue
        if entry.kind is EventKind.MAINTENANCE_CANCELLED:
            plans.pop(data.maintenance, None)
            continue
        assert data.ends_at is not None
        plans[data.maintenance] = Maintenance(
            key=data.maintenance,
            starts_at=millis_of(data.starts_at) or entry.at,
            ends_at=millis_of(data.ends_at) or entry.at,
            elements=tuple(data.elements or ()),
            scope=scope_of(data.scope),
            note=data.note or "",
            by=data.by or "",
        )
    return tuple(sorted(plans.values(), key=lambda each: (each.starts_at, each.key)))


def _notice(entry: JournalEntry, data: NoticeData) -> NoticeRecord:
    return NoticeRecord(
        notice=data.notice,
        incident=data.incident,
        rule=data.rule,
        at=entry.at,
        state=NoticeState(data.state),
        channel=data.channel or "",
        text=data.text or "",
        reason=data.reason or "",
        retry_at=millis_of(data.retry_at),
        kind=NoticeKind(data.kind or NoticeKind.NEW),
        level=NoticeLevel(data.level or NoticeLevel.NONE),
        cause=data.cause or "",
        link=data.link or "",
    )
