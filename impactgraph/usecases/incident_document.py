"""The report of an incident at a moment: the same moment gives the same bytes, whenever it is asked for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from graph_models.estimates import Estimates
from graph_models.ids import key_of
from graph_models.incident_life import ReportFormat
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.time import Millis
from impactgraph.diagnosis.incidents.sentences import change_text
from impactgraph.errors import BadInputError, Problem
from impactgraph.impact.estimate_text import say_estimate, say_exact_amounts
from impactgraph.operations.report_text import markdown_of
from impactgraph.topology.names import display_name, element_text, failure_of
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.elements import contact_name
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.incident_actions import verb_of
from impactgraph.usecases.incident_checklist import steps_of
from impactgraph.usecases.incident_facts import Residual
from impactgraph.usecases.incidents import IncidentReport, LikelyCause, get_incident
from impactgraph.usecases.snapshot import Snapshot

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Line:
    at: Millis
    text: str


def incident_document(s: Snapshot, ask: Ask, incident: str, form: ReportFormat, now: Millis) -> str:
    """The report as of the snapshot, which must have a moment: `as_of` is not None. Times are UTC.

    Raises: NotFoundError for an incident that was not on record then, BadInputError for a moment to come.
    """
    assert s.as_of is not None, "a report is of a moment"
    if s.as_of > now:
        raise BadInputError(
            Problem(f"at is {iso(s.as_of)}, and it is {iso(now)}: a report is of a moment that has come.")
        )
    report = get_incident(s, ask, key_of(incident, "incident"), s.as_of)
    document = _document(s, report)
    if form is ReportFormat.JSON:
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return markdown_of(document)


def _document(s: Snapshot, report: IncidentReport) -> Json:
    life, residual = report.life, report.residual
    name = partial(display_name, s.topology)
    return {
        "id": f"incident:{report.key}",
        "asOf": iso(s.at),
        "state": life.state.value,
        "headline": report.headline,
        "impact": report.impact,
        "atStake": report.reason,
        "startedAt": iso(report.started_at),
        "owner": name(f"team:{report.team}") if report.team else None,
        "assignee": contact_name(s.topology, life.assignee) if life.assignee else None,
        "flapping": life.is_flapping,
        "causes": [_cause(each, name(each.element)) for each in report.likely_cause],
        "unknown": round(report.unknown, 4),
        "figures": dict(_figures(report.estimates)) if report.estimates is not None else {},
        "residual": _residual(residual) if residual is not None else None,
        "timeline": [{"at": iso(line.at), "text": line.text} for line in _timeline(s, report)],
        "checklist": [
            {
                "number": step.number,
                "playbook": name(f"playbook:{step.playbook}"),
                "text": step.text,
                "owner": contact_name(s.topology, step.owner) if step.owner else None,
                "approval": contact_name(s.topology, step.approval) if step.approval else None,
                "started": iso(step.started.at) if step.started is not None else None,
                "startedBy": step.started.by or None if step.started is not None else None,
                "done": iso(step.done.at) if step.done is not None else None,
                "by": step.done.by or None if step.done is not None else None,
            }
            for step in steps_of(s, report)
        ],
        "actions": [
            {"at": iso(each.at), "by": each.by or None, "what": _what(each)} for each in life.actions
        ],
    }


def _residual(residual: Residual) -> Json:
    return {
        "healed": residual.healed,
        "healing": residual.healing,
        "needAction": residual.need_action,
        "recordsToReplay": residual.records,
        "drainedBy": iso(residual.drained_by) if residual.drained_by is not None else None,
    }


def _cause(cause: LikelyCause, name: str) -> Json:
    return {
        "element": cause.element,
        "name": name,
        "class": cause.failure_class.value,
        "likelihood": round(cause.score, 4),
        "evidence": cause.evidence,
        "path": [path.sentence for path in cause.path],
    }


def _figures(estimates: Estimates) -> Iterator[tuple[str, str]]:
    """What was hit, in words, by name."""
    yield "orders", say_estimate(estimates.orders, "order")
    yield "stuck", say_estimate(estimates.stuck, "order")
    yield "promises missed", say_estimate(estimates.promises_missed, "promise")
    yield "value", say_exact_amounts(estimates.value)
    yield "refunds at risk", say_exact_amounts(estimates.refunds_at_risk)
    yield "postings", say_estimate(estimates.postings, "posting")
    yield "customer messages", say_estimate(estimates.notifications, "customer message")
    yield "tasks", say_estimate(estimates.tasks, "task")
    yield "supplier orders", say_estimate(estimates.supplier_orders, "supplier order")


def _timeline(s: Snapshot, report: IncidentReport) -> list[_Line]:
    """Failures, changes, maintenance, actions and notices up to the moment, oldest first."""
    lines = [line for line in _lines(s, report) if line.at <= s.at]
    return sorted(lines, key=lambda line: (line.at, line.text))


def _lines(s: Snapshot, report: IncidentReport) -> Iterator[_Line]:
    for failure in report.failures:
        origin = f", alert of {failure.alert.sender} {failure.alert.source}" if failure.alert else ""
        summary = f": {failure.summary.strip()}" if failure.summary else ""
        for episode in failure.episodes:
            what = f"{failure.key} ({failure_of(s.topology, failure)}{origin})"
            yield _Line(episode.started_at, _sentence(f"{what} began{summary}"))
            if episode.ended_at is not None:
                yield _Line(episode.ended_at, f"{what} ended.")
    changes = {change.key: (change, cause) for cause in report.likely_cause for change in cause.changes}
    for change, cause in changes.values():
        text = change_text(change, cause.started_at, partial(element_text, s.topology))
        yield _Line(change.started_at, f"Change {change.key}: {text}{_after(change.summary)}")
    if report.maintenance is not None:
        plan = report.maintenance
        yield _Line(plan.starts_at, f"Maintenance {plan.key} began.{_after(plan.note)}")
        yield _Line(plan.ends_at, f"Maintenance {plan.key} ended.")
    for action in report.life.actions:
        yield _Line(action.at, _sentence(f"{action.by or 'Somebody'} {_what(action)}"))
    members = set(report.members)
    for notice in s.journal.notices:
        if notice.incident in members:
            yield _Line(notice.at, f"Notice {notice.notice} ({notice.rule}): {notice.state.value}.")


def _what(action: IncidentAction) -> str:
    """What somebody did, in words."""
    what = verb_of(action.kind)
    if action.assignee:
        what += f" to {action.assignee}"
    if action.incidents:
        what += f" with {', '.join(action.incidents)}"
    if action.failures and action.kind is IncidentActionKind.SPLIT:
        what = f"split off {', '.join(action.failures)}"
    if action.step:
        what = what.replace("a step", f"step {action.step} of playbook {action.playbook}")
    return f"{what}: {action.note.rstrip('.')}" if action.note else what


def _sentence(text: str) -> str:
    """With its full stop, unless somebody's words have their own."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _after(text: str) -> str:
    return f" {text}" if text else ""
