"""Planned maintenance: failures of its elements in its time are expected."""

from collections.abc import Sequence

from graph_models.incidents import Alert, Incident
from graph_models.journal import Maintenance
from graph_models.time import Millis


def maintenance_of(incident: Incident, maintenance: Sequence[Maintenance], at: Millis) -> Maintenance | None:
    """The one for which all failures and alerts of the incident are expected; None where there is none.

    An alert that the likeliest cause explains is expected where the cause is. What lasts longer than the
    maintenance is not.
    """
    return next((each for each in maintenance if _expects(each, incident, at)), None)


def elements_of(maintenance: Sequence[Maintenance], at: Millis) -> frozenset[str]:
    """Full ids of elements under maintenance."""
    return frozenset(
        element for each in maintenance if each.starts_at <= at < each.ends_at for element in each.elements
    )


def _expects(plan: Maintenance, incident: Incident, at: Millis) -> bool:
    cause = incident.causes[0] if incident.is_explained else None
    is_of_cause = cause is not None and cause.element in plan.elements
    explained_alerts = {each.alert for each in cause.explains} if cause and is_of_cause else set[str]()
    return all(
        _is_in_time(plan, alert, at)
        and (alert.key in explained_alerts or not plan.elements or alert.element in plan.elements)
        for alert in incident.alerts
    )


def _is_in_time(plan: Maintenance, alert: Alert, at: Millis) -> bool:
    end = at if alert.ended_at is None else min(alert.ended_at, at)
    return (
        plan.starts_at <= alert.started_at < plan.ends_at
        and end <= plan.ends_at
        and alert.scope.is_within(plan.scope)
    )
