"""Requests to carry out a step of a playbook: one is sent when a person starts a step that is automated.

The request is recorded as a notice that waits, in the same commit as the start: neither is there without the
other. The server that sends notices sends it, and tries again until its receiver has taken it.
"""

import hashlib
from collections.abc import Iterable

from graph_models.incident_life import ChecklistStep
from graph_models.journal import IncidentAction, NoticeKind, NoticeLevel, NoticeRecord
from impactgraph.usecases.notices import Notice, NoticeStatus, statuses_of


def request_for(step: ChecklistStep, action: IncidentAction) -> Notice | None:
    """The request that goes with the start of a step; None where people do all of it."""
    if step.automation is None:
        return None
    note = f": {action.note}" if action.note else ""
    return Notice(
        key=request_key(action),
        incident=action.incident,
        rule=f"{action.playbook}/{action.step}",
        channel=step.automation,
        kind=NoticeKind.STEP,
        level=NoticeLevel.NONE,
        cause="",
        text=f"{step.text}\nStarted by {action.by}{note}\nIncident {action.incident}.",
        link="",
    )


def request_key(action: IncidentAction) -> str:
    """The same for every start of a step of an incident: it is asked for once."""
    identity = f"{action.incident}\n{action.playbook}\n{action.step}"
    return f"S-{hashlib.sha256(identity.encode()).hexdigest()[:20]}"


def request_of(step: ChecklistStep, records: Iterable[NoticeRecord]) -> NoticeStatus | None:
    """What became of the request of a step; None where it was not started, or is not automated."""
    if step.started is None:
        return None
    key = request_key(step.started)
    return next(iter(statuses_of(each for each in records if each.notice == key)), None)
