"""Actions on incidents: each is checked, recorded as an event, and answered with the incident after it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from graph_models.ids import key_of
from graph_models.incident_life import ChecklistStep
from graph_models.incidents import Incident
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.playbooks import Playbook
from graph_models.time import Millis, moment
from impactgraph.errors import Problem
from impactgraph.impact.owners import is_about
from impactgraph.ingest.journal_events import MOST_ELEMENTS
from impactgraph.operations.lifecycle import actions_of, start_number
from impactgraph.ports.store import Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.failure_events import Data, event_line, next_id, problems_of
from impactgraph.usecases.incident_checklist import steps_of
from impactgraph.usecases.incidents import (
    IncidentReport,
    find_incident,
    get_incident,
    incident_with,
    unknown_incident,
)
from impactgraph.usecases.notices import waiting_record
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.step_requests import request_for

_OF_STEPS = (
    IncidentActionKind.STEP_STARTED,
    IncidentActionKind.STEP_DONE,
    IncidentActionKind.STEP_UNDONE,
)
_VERBS = {
    IncidentActionKind.ACKNOWLEDGED: "acknowledged it",
    IncidentActionKind.ASSIGNED: "assigned it",
    IncidentActionKind.NOTED: "wrote a note",
    IncidentActionKind.MITIGATED: "marked it as mitigated",
    IncidentActionKind.CLOSED: "closed it",
    IncidentActionKind.REOPENED: "reopened it",
    IncidentActionKind.MERGED: "merged it",
    IncidentActionKind.SPLIT: "split it",
    IncidentActionKind.STEP_STARTED: "started a step",
    IncidentActionKind.STEP_DONE: "completed a step",
    IncidentActionKind.STEP_UNDONE: "took back that a step was done",
}


@dataclass(frozen=True, slots=True)
class IncidentWork:
    """What somebody wants to record about an incident."""

    kind: IncidentActionKind
    incident: str
    """Full id or bare key: of the incident or one of its failures."""
    by: str = ""
    note: str = ""
    assignee: str = ""
    incidents: tuple[str, ...] = ()
    """MERGED: the incidents that are one with it."""
    failures: tuple[str, ...] = ()
    """SPLIT: the failures and alerts that do not belong to it."""
    step: int = 0
    """Of a step: its number in the checklist; in `playbook`, where that is given."""
    playbook: str = ""
    version: int | None = None
    """Number of actions that its author has seen; None: whatever there is."""


@dataclass(frozen=True, slots=True)
class IncidentOutcome:
    """The incident as it is now, or None with the problems for which the action was refused."""

    incident: IncidentReport | None
    problems: tuple[Problem, ...] = ()


def verb_of(kind: IncidentActionKind) -> str:
    """What somebody did, such as `acknowledged it`."""
    return _VERBS[kind]


def work_on_incident(store: Store, ask: Ask, work: IncidentWork, now: Millis) -> IncidentOutcome:
    """Records an action; durable when it returns. Costs an answer.

    With a version, of two that act at the same time on what they saw only one succeeds. The same action
    again, with the same version, changes nothing.

    Raises:
        NotFoundError: an incident that is not on record, with near ones.
    """
    work = _with_keys(work)
    with snapshot(store, None, now) as s:
        incident = _incident(s, work.incident)
        actions = actions_of({alert.key for alert in incident.alerts}, s.journal.actions)
        if (conflict := _conflict(work, actions)) is not None:
            return _repetition(s, ask, work, actions) or IncidentOutcome(None, (conflict,))
        work, problems = _check(s, ask, work, incident)
        request = _request(s, ask, work, actions, now) if not problems else ()
    if problems:
        return IncidentOutcome(None, problems)
    event_type = f"incident.{work.kind.value}"
    event_id = _id(work, incident, actions, now)
    line = event_line(event_type, _data(work, incident), event_id=event_id, at=now)
    intake = store.ingest([line, *request], results=True)
    if problems := problems_of(intake):
        return IncidentOutcome(None, problems)
    with snapshot(store, None, now) as s:
        report = find_incident(s, ask, work.incident)
        if intake.duplicate_count and report is not None and not _is_last(work, report.life.actions):
            conflict = _conflict(work, report.life.actions)
            return IncidentOutcome(None, (conflict,)) if conflict else IncidentOutcome(report)
        return IncidentOutcome(report)


def _with_keys(work: IncidentWork) -> IncidentWork:
    return replace(
        work,
        incident=key_of(work.incident, "incident"),
        incidents=tuple(key_of(each, "incident") for each in work.incidents),
        failures=tuple(key_of(each, "failure") for each in work.failures),
        playbook=key_of(work.playbook, "playbook"),
        by=work.by.strip(),
        note=work.note.strip(),
        assignee=work.assignee.strip(),
    )


def _incident(s: Snapshot, key: str) -> Incident:
    """Raises NotFoundError."""
    incident = incident_with(s, key)
    if incident is None:
        raise unknown_incident(s, key)
    return incident


def _conflict(work: IncidentWork, actions: Sequence[IncidentAction]) -> Problem | None:
    """Names the latest action that the author has not seen."""
    if work.version is None or work.version == len(actions):
        return None
    count = f"version {len(actions)}, not {work.version}"
    if work.version > len(actions):
        return Problem(f"incident:{work.incident} is at {count}: read it again, and give its version.")
    last = actions[-1]
    who = last.by or "Somebody"
    when = moment(last.at).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Problem(
        f"incident:{work.incident} was changed: {who} {verb_of(last.kind)} at {when} ({count}). Read it "
        "again, and repeat the action if it still fits."
    )


def _repetition(
    s: Snapshot, ask: Ask, work: IncidentWork, actions: Sequence[IncidentAction]
) -> IncidentOutcome | None:
    """The outcome of the first time, where the same was sent again; None for another action."""
    if work.version is None or work.version != len(actions) - 1:
        return None
    if work.kind in _OF_STEPS:
        work, _, _ = _with_step(s, ask, work)
    if not _is_last(work, actions):
        return None
    return IncidentOutcome(find_incident(s, ask, work.incident))


def _is_last(work: IncidentWork, actions: Sequence[IncidentAction]) -> bool:
    last = actions[-1] if actions else None
    if last is None or (last.kind, last.by, last.note, last.assignee) != (
        work.kind,
        work.by,
        work.note,
        work.assignee,
    ):
        return False
    is_same_split = last.kind is not IncidentActionKind.SPLIT or set(last.failures) == set(work.failures)
    is_same_step = (last.playbook, last.step) == (work.playbook, work.step)
    return is_same_split and is_same_step and set(last.incidents) == set(work.incidents)


def _check(
    s: Snapshot, ask: Ask, work: IncidentWork, incident: Incident
) -> tuple[IncidentWork, tuple[Problem, ...]]:
    """The action in full, and what is wrong with it."""
    match work.kind:
        case IncidentActionKind.ASSIGNED if not work.assignee:
            return work, (Problem("assignee is empty: give a team or the name of a person."),)
        case IncidentActionKind.ASSIGNED:
            return work, tuple(_team_problems(s, work.assignee))
        case IncidentActionKind.NOTED if not work.note:
            return work, (Problem("note is empty: give the text of the note."),)
        case IncidentActionKind.MERGED:
            return work, tuple(_merge_problems(s, work, incident))
        case IncidentActionKind.SPLIT:
            return work, tuple(_split_problems(work, incident))
        case IncidentActionKind.STEP_STARTED:
            return _with_start(s, ask, work)
        case IncidentActionKind.STEP_DONE:
            work, step, problems = _with_step(s, ask, work)
            return work, problems if step is None else _past(step, step.done, "done")
        case IncidentActionKind.STEP_UNDONE:
            work, step, problems = _with_step(s, ask, work)
            return work, problems if step is None else _not_done(step)
        case _:
            return work, ()


def _team_problems(s: Snapshot, assignee: str) -> Iterable[Problem]:
    """Only of a full id: what has no `team:` may be the name of a person."""
    kind, _, key = assignee.partition(":")
    if kind == "team" and key not in s.topology.teams:
        near = nearest(key, s.topology.teams, 3)
        hint = (
            f"Did you mean {' or '.join(f'team:{each}' for each in near)}?"
            if near
            else "No team has a similar name; of a person, give the name without `team:`."
        )
        yield Problem(f"assignee is {assignee!r}, which is no team of the topology. {hint}")


def _merge_problems(s: Snapshot, work: IncidentWork, incident: Incident) -> Iterable[Problem]:
    """Raises NotFoundError."""
    others = [_incident(s, key) for key in work.incidents]
    if all(other.key == incident.key for other in others):
        yield Problem(
            f"There is nothing to merge with incident:{incident.key}: give the ids of two or more incidents."
        )


def _split_problems(work: IncidentWork, incident: Incident) -> Iterable[Problem]:
    keys = [alert.key for alert in incident.alerts]
    listing = ", ".join(keys[:10]) + (" ..." if len(keys) > 10 else "")
    for key in work.failures:
        if key not in keys:
            yield Problem(f"incident:{incident.key} has no failure or alert {key!r}; it has {listing}.")
    if not work.failures:
        yield Problem(f"alerts is empty: name those to split off, of {listing}.")
    elif set(work.failures) >= set(keys):
        yield Problem(
            f"These are all failures and alerts of incident:{incident.key}: name only those to split off."
        )


def _with_start(s: Snapshot, ask: Ask, work: IncidentWork) -> tuple[IncidentWork, tuple[Problem, ...]]:
    work, step, problems = _with_step(s, ask, work)
    if step is None:
        return work, problems
    if not work.by:
        return work, (Problem("by is empty: a person starts a step. Give their name."),)
    return work, _past(step, step.done, "done") or _past(step, step.started, "started")


def _past(step: ChecklistStep, action: IncidentAction | None, verb: str) -> tuple[Problem, ...]:
    """What was done or started is not done or started again."""
    if action is None:
        return ()
    when = moment(action.at).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (Problem(f"Step {step.number} was {verb} by {action.by or 'somebody'} at {when}."),)


def _not_done(step: ChecklistStep) -> tuple[Problem, ...]:
    return () if step.done is not None else (Problem(f"Step {step.number} is not recorded as done."),)


def _request(
    s: Snapshot, ask: Ask, work: IncidentWork, actions: Sequence[IncidentAction], now: Millis
) -> tuple[bytes, ...]:
    """What asks for a step that is started to be carried out, where that is automated."""
    if work.kind is not IncidentActionKind.STEP_STARTED:
        return ()
    _, step, _ = _with_step(s, ask, work)
    request = request_for(step, _start_of(work, now), actions) if step is not None else None
    return (waiting_record(request, now),) if request is not None else ()


def _start_of(work: IncidentWork, now: Millis) -> IncidentAction:
    return IncidentAction(
        work.kind, work.incident, now, work.by, work.note, playbook=work.playbook, step=work.step
    )


def _with_step(
    s: Snapshot, ask: Ask, work: IncidentWork
) -> tuple[IncidentWork, ChecklistStep | None, tuple[Problem, ...]]:
    """With the playbook, and the number of the step in it; and the step. The key is that of the failure that
    the playbook is about: the step stays with it where it is split off. It is one key for all who start it.
    """
    report = get_incident(s, ask, work.incident)
    steps = steps_of(s, report)
    for each in steps:
        is_it = (
            (each.playbook, each.step) == (work.playbook, work.step)
            if work.playbook
            else (each.number == work.step)
        )
        if is_it:
            key = _subject_of(s.topology.playbooks[each.playbook], report)
            return replace(work, incident=key, playbook=each.playbook, step=each.step), each, ()
    of = f"of playbook:{work.playbook}" if work.playbook else "in the checklist"
    have = f"it has {len(steps)}" if steps else "no playbook fits its cause"
    return work, None, (Problem(f"There is no step {work.step} {of} of incident:{work.incident}: {have}."),)


def _subject_of(playbook: Playbook, report: IncidentReport) -> str:
    """Key of the first failure that a playbook is about; of the incident where it is about none."""
    about = (
        each for each in report.failures if is_about(playbook, each.target, frozenset({each.failure_class}))
    )
    return next((each.key for each in about), report.key)


def _data(work: IncidentWork, incident: Incident) -> Data:
    """The `data` of the event, without what is empty. The key is one that the incident has had: it stays in
    the incident whatever becomes of the others. A split names one that stays: it is an action of both parts.
    """
    keys = [alert.key for alert in incident.alerts]
    leaving_keys = work.failures if work.kind is IncidentActionKind.SPLIT else ()
    staying_keys = [key for key in keys if key not in leaving_keys]
    fields: Data = {
        "incident": work.incident if work.incident in staying_keys else staying_keys[0],
        "by": work.by,
        "note": work.note,
        "assignee": work.assignee,
        "incidents": list(work.incidents),
        "failures": list(work.failures) or _closed_failures(work, keys),
        "playbook": work.playbook,
        "step": work.step,
    }
    return {name: value for name, value in fields.items() if value}


def _closed_failures(work: IncidentWork, keys: Sequence[str]) -> list[str]:
    """What is closed: a failure that joins the incident later is not. Empty of too many for an event."""
    is_close = work.kind is IncidentActionKind.CLOSED and len(keys) <= MOST_ELEMENTS
    return list(keys) if is_close else []


def _id(work: IncidentWork, incident: Incident, actions: Sequence[IncidentAction], now: Millis) -> str:
    """Of a version one only, so that the store takes the first of two events and finds the other repeated.

    An incident that was merged and split again has a version for the second time, with other actions.
    """
    if work.kind is IncidentActionKind.STEP_STARTED:
        number = start_number(_start_of(work, now), actions)
        again = f"-{number}" if number > 1 else ""
        return f"incident-{work.incident}-start-{work.playbook}-{work.step}{again}"
    if work.version is None:
        return next_id(now)
    history = "\n".join(f"{each.at} {each.kind} {each.incident} {each.by}" for each in actions)
    digest = hashlib.sha256(history.encode()).hexdigest()[:8]
    return f"incident-{incident.key}-{work.version + 1}-{digest}"
