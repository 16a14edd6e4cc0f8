"""JSON of incidents, their causes, and the work on them."""

from collections.abc import Mapping, Sequence

from graph_models.incident_life import IncidentState
from graph_models.incidents import Alert
from graph_models.journal import Change, IncidentAction, Maintenance
from graph_models.playbooks import StepEffect
from impactgraph.cli.encode.converters import duration_value, elements, id_of, moment_value
from impactgraph.cli.encode.model_encoder import Converter, ModelEncoder, Rules
from impactgraph.cli.encode.notice_data import notice_json
from impactgraph.cli.encode.values import Json, iso_moment
from impactgraph.usecases.incident_checklist import step_state
from impactgraph.usecases.incidents import IncidentReport, LikelyCause, Residual, page_of_alerts
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.step_savings import ProposedStep


def _alerts(encoder: ModelEncoder, alerts: Sequence[Alert]) -> Json:
    return encoder.connection(page_of_alerts(alerts, MOST, None))


def _life(name: str) -> Converter:
    """Of the life of a report."""
    return lambda encoder, report: encoder.encode(getattr(report.life, name))


def _state(_: ModelEncoder, report: IncidentReport) -> str:
    state: IncidentState = report.life.state
    return state.name


def _notes(_: ModelEncoder, report: IncidentReport) -> list[Json]:
    return [
        {"at": iso_moment(each.at), "by": each.by or None, "text": each.note} for each in report.life.notes
    ]


def _step(name: str) -> Converter:
    """Of the step of the checklist."""
    return lambda encoder, proposal: encoder.encode(getattr(proposal.step, name))


def _team_or_none(encoder: ModelEncoder, key: str | None) -> Json | None:
    bare_key = key.removeprefix("team:") if key else None
    return encoder.team(bare_key) if bare_key in encoder.topology.teams else None


def _done(_: ModelEncoder, proposal: ProposedStep) -> Json:
    """Who did or started the step, and when."""
    done = proposal.step.done or proposal.step.started
    return {
        "state": step_state(proposal.step),
        "by": done.by or None if done is not None else None,
        "at": iso_moment(done.at if done is not None else None),
    }


def _part_of_done(name: str) -> Converter:
    return lambda encoder, proposal: _done(encoder, proposal)[name]


def _name(_: ModelEncoder, kind: object) -> str:
    """GraphQL's name of a member of an enumeration."""
    return str(getattr(kind, "name", kind))


def _text_or_none(_: ModelEncoder, text: str) -> str | None:
    return text or None


def _alert_id(_: ModelEncoder, alert: Alert) -> str:
    return alert.key if alert.origin is None else f"failure:{alert.key}"


def _alert_state(_: ModelEncoder, alert: Alert) -> str:
    if alert.ended_at is not None:
        return "resolved"
    return alert.origin.state if alert.origin is not None else "firing"


def _origin(name: str) -> Converter:
    return lambda _, alert: getattr(alert.origin, name) if alert.origin is not None else ""


INCIDENT_RULES: Mapping[type, Rules] = {
    Alert: Rules(
        names={"failure_class": "class"},
        values={"element": ModelEncoder.element, "started_at": moment_value, "ended_at": moment_value},
        computed={
            "id": _alert_id,
            "sender": _origin("sender"),
            "source": _origin("source"),
            "key": lambda _, alert: alert.origin.key if alert.origin is not None else alert.key,
            "state": _alert_state,
            "reason": _origin("reason"),
        },
        keys=(
            "id",
            "sender",
            "source",
            "key",
            "state",
            "reason",
            "element",
            "class",
            "startedAt",
            "endedAt",
            "scope",
            "text",
        ),
    ),
    Change: Rules(
        values={
            "kind": _name,
            "started_at": moment_value,
            "ended_at": moment_value,
            "elements": lambda encoder, ids: [
                encoder.element(each) for each in ids if each in encoder.topology.elements
            ],
        },
        keys=(
            "key",
            "kind",
            "startedAt",
            "endedAt",
            "elements",
            "scope",
            "summary",
            "version",
            "evidence",
            "by",
        ),
    ),
    Maintenance: Rules(values={"starts_at": moment_value, "ends_at": moment_value}),
    IncidentAction: Rules(
        values={
            "kind": _name,
            "at": moment_value,
            "by": _text_or_none,
            "note": _text_or_none,
            "assignee": _text_or_none,
            "playbook": _text_or_none,
            "step": lambda _, step: step or None,
        },
        keys=("kind", "at", "by", "note", "assignee", "incidents", "failures", "playbook", "step"),
    ),
    Residual: Rules(names={"is_empty": "empty"}, values={"drained_by": moment_value}),
    StepEffect: Rules(names={"source": "from"}, values={"kind": _name, "within": duration_value}),
    ProposedStep: Rules(
        names={"reason": "savesReason", "assumes": "savesAssumes"},
        values={
            "reason": _text_or_none,
            "request": lambda _, status: notice_json(status) if status is not None else None,
        },
        computed={
            "number": _step("number"),
            "playbook": _step("playbook"),
            "step": _step("step"),
            "text": _step("text"),
            "owner": lambda encoder, proposal: _team_or_none(encoder, proposal.step.owner),
            "approval": lambda encoder, proposal: _team_or_none(encoder, proposal.step.approval),
            "approvalName": lambda encoder, proposal: encoder.contact_name(proposal.step.approval),
            "state": _part_of_done("state"),
            "by": _part_of_done("by"),
            "at": _part_of_done("at"),
            "effect": _step("effect"),
            "automation": _step("automation"),
        },
        keys=(
            "number",
            "playbook",
            "step",
            "text",
            "owner",
            "approval",
            "approvalName",
            "state",
            "by",
            "at",
            "effect",
            "saves",
            "savesInAnHour",
            "savesReason",
            "savesAssumes",
            "delays",
            "automation",
            "request",
        ),
    ),
    LikelyCause: Rules(
        names={"failure_class": "class", "explains": "explainsIds"},
        values={"element": ModelEncoder.element, "started_at": moment_value, "silent": elements},
    ),
    IncidentReport: Rules(
        names={"key": "id", "is_active": "active", "is_quiet": "quiet", "team": "owner"},
        values={
            "key": id_of("incident"),
            "started_at": moment_value,
            "team": ModelEncoder.team,
            "alerts": _alerts,
        },
        computed={
            "state": _state,
            "acknowledged": _life("is_acknowledged"),
            "flapping": _life("is_flapping"),
            "assignee": lambda _, report: report.life.assignee or None,
            "version": _life("version"),
            "notes": _notes,
            "actions": _life("actions"),
        },
        keys=(
            "id",
            "headline",
            "impact",
            "startedAt",
            "active",
            "quiet",
            "state",
            "reason",
            "acknowledged",
            "flapping",
            "assignee",
            "version",
            "notes",
            "actions",
            "maintenance",
            "residual",
            "unknown",
            "failures",
            "alerts",
            "likelyCause",
            "owner",
            "estimates",
            "rank",
        ),
    ),
}
