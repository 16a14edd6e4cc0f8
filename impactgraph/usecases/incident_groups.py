"""Groups of failures that are one incident, after merges and splits by people: now, or over a longer time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from graph_models.failure import Failure
from graph_models.incidents import Alert, Incident
from graph_models.journal import Change, IncidentAction
from graph_models.time import Millis
from impactgraph.diagnosis.incidents import Monitoring, correlate_as_one
from impactgraph.diagnosis.incidents.symptoms import symptoms_of
from impactgraph.operations.grouping import regrouped
from impactgraph.usecases.incident_facts import alert_of
from impactgraph.usecases.snapshot import Snapshot

PastIncident: TypeAlias = tuple[Incident, tuple[Failure, ...]]
"""An incident with its failures as they were in it."""


def explained_as_one(
    s: Snapshot,
    alerts: Sequence[Alert],
    monitoring: Monitoring | None = None,
    changes: Sequence[Change] = (),
) -> Incident:
    """The incident of all these alerts, the earliest first, with its likely causes. Costs a correlation."""
    known = [alert for alert in alerts if alert.element in s.graph.numbers]
    if not known:
        return without_cause(alerts)
    symptoms = partial(symptoms_of, s.graph)
    incident = correlate_as_one(
        s.graph, known, now=s.at, monitoring=monitoring, symptoms=symptoms, changes=changes
    )
    if len(known) == len(alerts):
        return incident
    return replace(incident, key=alerts[0].key, alerts=tuple(alerts))


def without_cause(alerts: Sequence[Alert]) -> Incident:
    """Of elements that the topology does not have any more."""
    return Incident(alerts[0].key, tuple(alerts), (), 1.0)


def regrouped_past(s: Snapshot, incidents: Sequence[PastIncident]) -> Iterator[PastIncident]:
    """As people have merged and split them. An action means each failure as it occurred last before it."""
    failures = {_name(each): each for _, members in incidents for each in members}
    known = {frozenset(map(_name, members)): (incident, members) for incident, members in incidents}
    first_starts = {each.key: each.episodes[0].started_at for each in s.failures}
    times = _Times.of(failures.values(), first_starts)
    actions = map(times.named, s.journal.actions)
    starts = {name: failure.started_at for name, failure in failures.items()}
    for group in regrouped(tuple(known), starts, actions):
        yield known.get(group) or _as_one(s, [failures[name] for name in group])


def each_once(failures: Collection[Failure]) -> tuple[Failure, ...]:
    """Each failure from the first time that it occurred until the end of the last, the earliest first."""
    by_key: dict[str, Failure] = {}
    for each in sorted(failures, key=lambda each: (each.started_at, each.key)):
        first = by_key.get(each.key, each)
        by_key[each.key] = replace(each, started_at=first.started_at, reported_at=first.reported_at)
    return tuple(by_key.values())


def _as_one(s: Snapshot, failures: Collection[Failure]) -> PastIncident:
    members = each_once(failures)
    return explained_as_one(s, [alert_of(each) for each in members]), members


def _name(failure: Failure) -> str:
    """Of one time that it occurred."""
    return f"{failure.started_at} {failure.key}"


@dataclass(frozen=True)
class _Times:
    """When each failure occurred."""

    by_key: Mapping[str, Sequence[Failure]]
    """Those that are known here, oldest first."""
    first_starts: Mapping[str, Millis]
    """Of all, also those that are not known here."""

    @staticmethod
    def of(failures: Collection[Failure], first_starts: Mapping[str, Millis]) -> "_Times":
        by_key: dict[str, list[Failure]] = {}
        for each in sorted(failures, key=lambda each: each.started_at):
            by_key.setdefault(each.key, []).append(each)
        return _Times(by_key, first_starts)

    def named(self, action: IncidentAction) -> IncidentAction:
        """The action with the names of the times that it means."""
        name = partial(self._name, at=action.at)
        return replace(
            action,
            incident=name(action.incident),
            incidents=tuple(map(name, action.incidents)),
            failures=tuple(map(name, action.failures)),
        )

    def _name(self, key: str, at: Millis) -> str:
        """The key itself where the time that is meant is not known here."""
        times = self.by_key.get(key, ())
        last = next((each for each in reversed(times) if each.started_at <= at), None)
        if last is None and times and self.first_starts[key] > at:
            last = times[0]
        return _name(last) if last is not None else key
