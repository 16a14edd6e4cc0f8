"""JSON of failures, impairments and what they affect."""

from collections.abc import Mapping

from graph_models import impact
from graph_models.estimates import MoneyEstimate, ToCome
from graph_models.failure import Failure
from graph_models.impairment import Absorption, Impairment
from graph_models.time import Millis
from impactgraph.cli.encode.converters import (
    duration_value,
    element_of,
    elements,
    failure_ids,
    id_of,
    moment_value,
    order_id,
)
from impactgraph.cli.encode.incident_rules import INCIDENT_RULES
from impactgraph.cli.encode.model_encoder import ModelEncoder, Rules
from impactgraph.cli.encode.values import Json, iso_duration
from impactgraph.usecases.impact_summary import ImpactSummary


def _positive_duration(_: ModelEncoder, duration: Millis) -> str | None:
    return iso_duration(duration or None)


def _path(encoder: ModelEncoder, row: impact.AffectedOrder | impact.AffectedRecord) -> Json:
    return encoder.encode(row.path)


IMPACT_RULES: Mapping[type, Rules] = {
    impact.Hop: Rules(names={"source": "from", "target": "to"}, values={"at": moment_value}),
    impact.RecordTotals: Rules(keys=("type", "effect", "count", "expected", "amount")),
    impact.RecordCause: Rules(values={"element": ModelEncoder.element, "failures": failure_ids}),
    MoneyEstimate: Rules(values={"rates_as_of": moment_value}),
    ToCome: Rules(values={"until": moment_value}),
    impact.ForecastPoint: Rules(values={"at": moment_value}),
    impact.Contribution: Rules(values={"also_reported_as": failure_ids}),
    impact.CostOfDelayPoint: Rules(values={"ends_in": duration_value, "ends_at": moment_value}),
    impact.ResidualTotals: Rules(values={"drained_by": moment_value}),
    impact.OwnerShare: Rules(
        values={"team": ModelEncoder.team, "elements": elements, "playbooks": ModelEncoder.playbooks}
    ),
    impact.Unanswered: Rules(values={"oldest_order": ModelEncoder.order}),
    impact.AwaitingReplay: Rules(
        values={"failure": ModelEncoder.failure, "oldest_order": ModelEncoder.order}
    ),
    impact.AffectedOrder: Rules(
        values={
            "order": ModelEncoder.order,
            "first_hit": ModelEncoder.element,
            "hit_at": moment_value,
            "expected_delay": duration_value,
            "expected_completion": moment_value,
        },
        computed={"path": _path},
        keys=(
            "order",
            "band",
            "effect",
            "firstHit",
            "hitAt",
            "likelihood",
            "expectedDelay",
            "expectedCompletion",
            "missesPromise",
            "missLikelihood",
            "lateAnyway",
            "path",
        ),
    ),
    impact.AffectedRecord: Rules(
        values={
            "order": order_id,
            "fulfillment": id_of("fulfillment"),
            "due": moment_value,
            "expected_at": moment_value,
            "location": element_of("location"),
        },
        computed={"path": _path},
        keys=(
            "amount",
            "location",
            "order",
            "fulfillment",
            "type",
            "effect",
            "likelihood",
            "due",
            "expectedAt",
            "path",
        ),
    ),
    Impairment: Rules(
        names={"since": "from"},
        values={
            "element": ModelEncoder.element,
            "since": moment_value,
            "until": moment_value,
            "delay": _positive_duration,
        },
        keys=("element", "effect", "from", "until", "delay", "likelihood", "scope"),
    ),
    **INCIDENT_RULES,
    Absorption: Rules(values={"element": ModelEncoder.element}, keys=("element", "rule", "detail")),
    Failure: Rules(
        names={"key": "id", "failure_class": "class"},
        values={
            "key": id_of("failure"),
            "target": ModelEncoder.element,
            "started_at": moment_value,
            "expected_end": moment_value,
            "ended_at": moment_value,
            "delay": duration_value,
            "drain": duration_value,
        },
        computed={"active": lambda encoder, failure: failure.active_at(encoder.at)},
        keys=(
            "id",
            "target",
            "class",
            "startedAt",
            "expectedEnd",
            "endedAt",
            "active",
            "delay",
            "errorRate",
            "drain",
            "scope",
            "severity",
            "summary",
            "evidence",
            "source",
        ),
    ),
    ImpactSummary: Rules(
        names={"team": "owner", "common_values": "shared"},
        values={"team": ModelEncoder.team, "next_promise": moment_value, "oldest_order": ModelEncoder.order},
    ),
}
