"""JSON of orders, of their timelines and of what a diagnosis finds."""

from collections.abc import Mapping

from graph_models import diagnosis, orders, reconciliation
from graph_models.time import HOUR
from impactgraph.cli.encode.converters import (
    duration_value,
    element_of,
    failure_ids,
    id_of,
    moment_value,
    order_id,
    order_ids,
)
from impactgraph.cli.encode.model_encoder import Converter, ModelEncoder, Rules
from impactgraph.cli.encode.values import Json, iso_moment
from impactgraph.usecases.drift import drift_sentence, place_name, places_text
from impactgraph.usecases.records import RecordCount


def _step(encoder: ModelEncoder, fulfillment: orders.Fulfillment) -> Json | None:
    step = fulfillment.step
    return encoder.element(f"step:{fulfillment.workflow}/{step}" if step else None)


def _drift_measure(name: str) -> Converter:
    """Converter of a drift's measure: GraphQL has durations in seconds."""

    def measure(_: ModelEncoder, drift: diagnosis.Drift | diagnosis.DriftGroup) -> float:
        value: float = getattr(drift, name)
        return value / 1000 if drift.kind is diagnosis.DriftKind.DURATION else value

    return measure


_DRIFT_VALUES: Mapping[str, Converter] = {
    "before": _drift_measure("before"),
    "after": _drift_measure("after"),
    "orderValue": lambda encoder, drift: encoder.encode(drift.worth),
}
"""Of single changes and of groups of them."""

ORDER_RULES: Mapping[type, Rules] = {
    orders.Order: Rules(
        names={"key": "id"},
        values={"key": id_of("order"), "placed_at": moment_value, "promised_by": moment_value},
    ),
    orders.RecordLine: Rules(
        values={
            "order": order_id,
            "fulfillment": id_of("fulfillment"),
            "due": moment_value,
            "recorded_at": moment_value,
        },
    ),
    orders.Presence: Rules(
        values={
            "system": id_of("system"),
            "since": moment_value,
            "last_at": moment_value,
            "confirmed": moment_value,
        },
    ),
    orders.Fulfillment: Rules(
        names={"key": "id"},
        values={
            "key": id_of("fulfillment"),
            "workflow": element_of("workflow"),
            "location": element_of("location"),
            "entered_at": moment_value,
            "expected_next": moment_value,
        },
        computed={"step": _step},
        keys=(
            "id",
            "workflow",
            "step",
            "location",
            "enteredAt",
            "overdue",
            "expectedNext",
            "status",
            "value",
        ),
    ),
    orders.TimelineEntry: Rules(
        values={
            "at": moment_value,
            "fulfillment": id_of("fulfillment"),
            "element": ModelEncoder.element,
            "failure": ModelEncoder.failure,
        },
        keys=("at", "kind", "title", "detail", "expected", "late", "fulfillment", "element", "failure"),
    ),
    diagnosis.Diagnosis: Rules(
        values={
            "since": moment_value,
            "next_expected": moment_value,
            "owner": ModelEncoder.team,
            "playbooks": ModelEncoder.playbooks,
        },
        keys=(
            "state",
            "since",
            "headline",
            "causes",
            "missing",
            "outOfSequence",
            "peers",
            "nextExpected",
            "owner",
            "playbooks",
            "customerMessage",
            "leftOut",
        ),
    ),
    diagnosis.Cause: Rules(
        values={
            "failure": ModelEncoder.failure,
            "also_reported_as": failure_ids,
            "element": ModelEncoder.element,
        },
        keys=("kind", "likelihood", "failure", "alsoReportedAs", "element", "path", "evidence"),
    ),
    diagnosis.PeerGroup: Rules(
        values={"step": ModelEncoder.element, "location": element_of("location"), "sample": order_ids},
    ),
    diagnosis.MissingRecord: Rules(
        values={"due": moment_value, "late_by": duration_value, "arrived_at": moment_value}
    ),
    diagnosis.RecordFinding: Rules(
        values={
            "order": order_id,
            "fulfillment": id_of("fulfillment"),
            "due": moment_value,
            "late_by": duration_value,
            "arrived_at": moment_value,
        },
    ),
    diagnosis.Listing: Rules(
        values={
            "system": id_of("system"),
            "at": moment_value,
            "recorded_at": moment_value,
            "changed_at": moment_value,
        },
    ),
    reconciliation.Reconciliation: Rules(
        values={
            "system": id_of("system"),
            "at": moment_value,
            "as_of": moment_value,
            "placed_from": moment_value,
        },
    ),
    reconciliation.ReconcileFinding: Rules(
        values={
            "order": lambda _, key: {"id": f"order:{key}"} if key is not None else None,
            "fulfillment": id_of("fulfillment"),
            "due": moment_value,
            "late_by": duration_value,
        },
    ),
    diagnosis.RateFinding: Rules(
        names={"since": "from"},
        values={"since": moment_value},
        computed={
            "to": lambda _, finding: iso_moment(finding.since + HOUR),
            "baseline": lambda _, finding: finding.usual,
        },
        keys=(
            "kind",
            "type",
            "from",
            "to",
            "count",
            "baseline",
            "usual",
            "low",
            "high",
            "hours",
            "season",
            "amount",
            "likelyCause",
        ),
    ),
    diagnosis.PayloadFinding: Rules(
        names={"since": "from", "until": "to"},
        values={"since": moment_value, "until": moment_value, "orders": order_ids},
    ),
    diagnosis.Drift: Rules(
        values={"since": moment_value},
        computed={
            **_DRIFT_VALUES,
            "name": lambda encoder, drift: place_name(encoder.topology, drift),
            "sentence": lambda encoder, drift: drift_sentence(encoder.topology, drift),
        },
        keys=(
            "kind",
            "dimension",
            "value",
            "name",
            "since",
            "before",
            "after",
            "pValue",
            "orders",
            "orderValue",
            "worth",
            "sentence",
        ),
    ),
    diagnosis.DriftGroup: Rules(
        values={"since": moment_value},
        computed={
            **_DRIFT_VALUES,
            "places": lambda encoder, group: places_text(encoder.topology, group),
            "size": lambda _, group: len(group.members),
        },
        keys=(
            "kind",
            "dimension",
            "places",
            "size",
            "since",
            "before",
            "after",
            "pValue",
            "orders",
            "orderValue",
        ),
    ),
    RecordCount: Rules(values={"longest": duration_value}),
}
