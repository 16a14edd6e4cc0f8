"""Requests to carry out a step of a playbook: one is sent when a person starts a step that is automated.

The request is recorded as a notice that waits, in the same commit as the start: neither is there without the
other. The server that sends notices sends it, and tries again until its receiver has taken it.
"""

import hashlib
from collections.abc import Iterable

from graph_models.incident_life import ChecklistStep
from graph_models.journal import IncidentAction, NoticeKind, NoticeLevel, NoticeRecord
from impactgraph.operations.lifecycle import start_number
from impactgraph.usecases.notices import Notice, NoticeStatus, statuses_of


def request_for(
    step: ChecklistStep, action: IncidentAction, actions: Iterable[IncidentAction]
) -> Notice | None:
    """The request that goes with the start of a step; None where people do all of it. `actions`: of its
    incident so far.
    """
    if step.automation is None:
        return None
    note = f": {action.note}" if action.note else ""
    return Notice(
        key=_request_key(action, actions),
        incident=action.incident,
        rule=f"{action.playbook}/{action.step}",
        channel=step.automation,
        kind=NoticeKind.STEP,
        level=NoticeLevel.NONE,
        cause="",
        text=f"{step.text}\nStarted by {action.by}{note}\nIncident {action.incident}.",
        link="",
    )


def request_of(
    step: ChecklistStep, actions: Iterable[IncidentAction], records: Iterable[NoticeRecord]
) -> NoticeStatus | None:
    """The outcome of the request of a step; None where it was not started, or is not automated. `actions`: of
    its incident.
    """
    if step.started is None:
        return None
    key = _request_key(step.started, actions)
    return next(iter(statuses_of(each for each in records if each.notice == key)), None)


def _request_key(start: IncidentAction, actions: Iterable[IncidentAction]) -> str:
    """The same for whoever starts a step: it is asked for once, until the incident recurs."""
    number = start_number(start, actions)
    identity = f"{start.incident}\n{start.playbook}\n{start.step}" + (f"\n{number}" if number > 1 else "")
    return f"S-{hashlib.sha256(identity.encode()).hexdigest()[:20]}"
