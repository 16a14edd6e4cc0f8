"""Sentences about incidents and their causes."""

from collections.abc import Callable, Sequence

from graph_models.incidents import CandidateCause, Incident
from graph_models.journal import Change, ChangeKind
from graph_models.time import Millis, say_duration
from impactgraph.topology.names import class_noun

MOST_NAMED = 3
"""Elements that a sentence names."""
Names = Callable[[str], str]
"""Name of an element by its full id."""


def incident_text(incident: Incident, name: Names) -> str:
    """What is probably behind the incident, or that nothing explains it."""
    reports = _reports(incident)
    if not incident.causes:
        return f"No element of the topology explains {reports}."
    cause = incident.causes[0]
    what = f"{class_noun(cause.failure_class)} of {name(cause.element)}"
    if not incident.is_explained:
        return f"No common cause is found for {reports}; the likeliest is an {what} ({_percent(cause)})."
    article = "An" if what[0] in "aeiou" else "A"
    return f"{article} {what} is the likeliest cause of {reports} ({_percent(cause)})."


def cause_text(incident: Incident, cause: CandidateCause, name: Names) -> str:
    """What speaks for a cause and what against it."""
    count, total = len(cause.explains), len(incident.alerts)
    kind = _kind(incident)
    if total == 1:
        text = f"It would explain the {kind}."
    elif count == total:
        text = f"It would explain all {total} {kind}s."
    else:
        text = f"It would explain {count} of {total} {kind}s."
    if cause.silent:
        verb = "has" if len(cause.silent) == 1 else "have"
        text += f" Against it: {_list([name(each) for each in cause.silent])} {verb} raised no alert."
    return text


def change_text(change: Change, started_at: Millis, name: Names) -> str:
    """A change before a failure, such as `Deployment 7.2 of Order management began 12 min before.`"""
    what = _KINDS[change.kind] + (f" {change.version}" if change.version else "")
    places = _list([name(each) for each in change.elements])
    before = say_duration(started_at - change.started_at)
    when = f"{before} before" if change.started_at < started_at else "at the same time"
    return f"{what} of {places} began {when}."


_KINDS = {
    ChangeKind.DEPLOYMENT: "Deployment",
    ChangeKind.CONFIGURATION: "New configuration",
    ChangeKind.PRICES: "New prices",
    ChangeKind.PROMOTION: "A promotion",
    ChangeKind.OTHER: "A change",
}


def _reports(incident: Incident) -> str:
    count, kind = len(incident.alerts), _kind(incident)
    if count > 1:
        return f"{count} {kind}s"
    return f"failure {incident.alerts[0].key}" if kind == "failure" else f"the alert {incident.alerts[0].key}"


def _kind(incident: Incident) -> str:
    """What people call its parts: failures where somebody reported all of them, else alerts."""
    return "failure" if all(alert.is_statement for alert in incident.alerts) else "alert"


def _percent(cause: CandidateCause) -> str:
    if cause.likelihood > 0.99:
        return "> 99 %"
    return f"{max(round(cause.likelihood * 100), 1)} %"


def _list(names: Sequence[str]) -> str:
    shown_names = [*names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        shown_names.append(f"{len(names) - MOST_NAMED} more")
    return " and ".join(
        [", ".join(shown_names[:-1]), shown_names[-1]] if len(shown_names) > 1 else shown_names
    )
