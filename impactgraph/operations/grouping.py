"""Merges and splits by hand: constraints on which failures are one incident.

The groups of the correlation are changed by each action, oldest first, so that later actions win. Costs
O(actions * alerts).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from graph_models.incidents import Alert, Incident
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.time import Millis

_CHANGES_GROUPS = (IncidentActionKind.MERGED, IncidentActionKind.SPLIT)
Group = frozenset[str]
"""Keys of the alerts of an incident."""


def constrained(
    incidents: Sequence[Incident],
    actions: Sequence[IncidentAction],
    explain: Callable[[Sequence[Alert]], Incident],
) -> tuple[Incident, ...]:
    """The incidents as people have merged and split them; each alert stays in exactly one.

    `actions` are oldest first. `explain` names the causes of alerts that are one incident; it is called for
    each incident that is other than the correlation has it.
    """
    alerts = {alert.key: alert for incident in incidents for alert in incident.alerts}
    incident_by_alerts = {frozenset(alert.key for alert in each.alerts): each for each in incidents}
    starts = {key: alert.started_at for key, alert in alerts.items()}
    return tuple(
        incident_by_alerts[group]
        if group in incident_by_alerts
        else explain(_in_order(alerts[key] for key in group))
        for group in regrouped(tuple(incident_by_alerts), starts, actions)
    )


def regrouped(
    groups: Sequence[Group], starts: Mapping[str, Millis], actions: Iterable[IncidentAction]
) -> Sequence[Group]:
    """The groups of the correlation as people have merged and split them.

    `starts`: when each alert began, by its key; `actions`: oldest first.
    """
    current = _Groups(starts, groups)
    for action in actions:
        if action.kind in _CHANGES_GROUPS:
            current.apply(action)
    return current.groups


def _in_order(alerts: Iterable[Alert]) -> Sequence[Alert]:
    return sorted(alerts, key=lambda alert: (alert.started_at, alert.key))


class _Groups:
    def __init__(self, starts: Mapping[str, Millis], groups: Sequence[Group]) -> None:
        self._starts = starts
        self._correlation = {key: group for group in groups for key in group}
        self.groups = list(groups)

    def apply(self, action: IncidentAction) -> None:
        if action.kind is IncidentActionKind.MERGED:
            self._merge((action.incident, *action.incidents))
        else:
            self._split(action)

    def _merge(self, keys: Collection[str]) -> None:
        """Those that have one of the keys are one, in the place of the first."""
        parts = [group for group in self.groups if not group.isdisjoint(keys)]
        if len(parts) > 1:
            place = self.groups.index(parts[0])
            self.groups[place] = frozenset().union(*parts)
            self.groups = [group for group in self.groups if group not in parts[1:]]

    def _split(self, action: IncidentAction) -> None:
        group = next((group for group in self.groups if action.incident in group), None)
        if group is None:
            return
        leaving = group & set(action.failures)
        leaving |= {key for key in group - leaving if self._follows(key, group, leaving, action)}
        if leaving and leaving != group:
            self.groups[self.groups.index(group)] = group - leaving
            self.groups.append(leaving)

    def _follows(self, key: str, group: Group, leaving: Group, action: IncidentAction) -> bool:
        """Whether an alert that began after the split goes with those that left: the correlation has it with
        none but them.
        """
        if self._starts[key] <= action.at:
            return False
        earlier = {other for other in self._correlation[key] & group if self._starts[other] <= action.at}
        return bool(earlier) and earlier <= leaving
