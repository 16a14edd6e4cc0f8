"""JSON of topologies, of changes to them and of events that do not fit them."""

from collections.abc import Mapping

from graph_models.playbooks import Playbook, PlaybookStep
from graph_models.topology import Team
from impactgraph.cli.encode.converters import id_of, moment_value
from impactgraph.cli.encode.model_encoder import ModelEncoder, Rules
from impactgraph.cli.encode.values import iso_moment
from impactgraph.topology.difference import Change
from impactgraph.usecases import QuarantinedEvent, TopologyVersion
from impactgraph.usecases.compare_topologies import TopologyChange
from impactgraph.usecases.elements import declared_json


def _declared_value(_: ModelEncoder, value: object) -> object:
    """The value of an element's field; None where it is not declared."""
    return declared_json(value)


def _name_or_key(_: ModelEncoder, model: Team | Playbook) -> str:
    return model.name or model.key


TOPOLOGY_RULES: Mapping[type, Rules] = {
    Team: Rules(
        computed={
            "id": lambda _, team: f"team:{team.key}",
            "name": _name_or_key,
            "escalatesTo": lambda encoder, team: [encoder.contact_name(each) for each in team.escalation],
        },
        keys=("id", "key", "name", "contact", "escalation", "escalatesTo"),
    ),
    PlaybookStep: Rules(
        computed={
            "ownerName": lambda encoder, step: encoder.contact_name(step.owner),
            "approvalName": lambda encoder, step: encoder.contact_name(step.approval),
        },
    ),
    Playbook: Rules(
        computed={
            "id": lambda _, playbook: f"playbook:{playbook.key}",
            "name": _name_or_key,
            "message": lambda _, playbook: str(playbook.message),
            "messages": lambda _, playbook: dict(playbook.message.by_language),
        },
        keys=("id", "key", "name", "steps", "message", "messages"),
    ),
    TopologyVersion: Rules(
        names={"key": "id"}, values={"key": id_of("topology"), "applied_at": moment_value}
    ),
    TopologyChange: Rules(
        names={"affected_orders": "ordersTouched"},
        computed={
            "added": lambda _, change: list(change.difference.added),
            "removed": lambda _, change: list(change.difference.removed),
            "changed": lambda encoder, change: encoder.encode(change.difference.changed),
            "ratesChanged": lambda _, change: change.difference.rates_changed,
        },
        keys=("added", "removed", "changed", "ratesChanged", "ordersTouched"),
    ),
    Change: Rules(names={"element": "id"}, values={"before": _declared_value, "after": _declared_value}),
    QuarantinedEvent: Rules(
        names={"text": "event"},
        values={
            "place": lambda _, place: place or None,
            "received_at": lambda _, at: iso_moment(at or None),
        },
        keys=("number", "place", "reason", "receivedAt", "event"),
    ),
}
