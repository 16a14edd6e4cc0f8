"""JSON of the command line, derived from the dataclasses of graph_models and the use cases.

A field `late_by` becomes `lateBy`, as in GraphQL. `RULES` holds what differs from the model: other names,
moments, durations, references,
values that are computed, fields that are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias, cast

from graph_models import diagnosis, impact, orders
from graph_models.failure import Failure
from graph_models.ids import split_id
from graph_models.impairment import Absorption, Impairment
from graph_models.money import Money
from graph_models.scope import Scope
from graph_models.time import FOREVER, HOUR, Millis, format_duration, moment
from graph_models.topology import Playbook, Team, Topology
from impactgraph.topology.difference import Change
from impactgraph.usecases import QuarantinedEvent, TopologyVersion
from impactgraph.usecases.compare_topologies import TopologyChange
from impactgraph.usecases.drift import drift_sentence
from impactgraph.usecases.impact_summary import ImpactSummary
from impactgraph.usecases.records import RecordCount

Json: TypeAlias = dict[str, Any]
Converter: TypeAlias = Callable[["Encoder", Any], object]
"""JSON value of a field's value, or of the whole model where it is computed."""


def iso_moment(at: Millis | None) -> str | None:
    """ISO 8601 in UTC; None also for what never happens."""
    if at is None or at >= FOREVER:
        return None
    precision = "milliseconds" if at % 1000 else "seconds"
    return moment(at).isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def iso_duration(duration: Millis | None) -> str | None:
    """ISO 8601; None also for what never ends."""
    return None if duration is None or duration >= FOREVER else format_duration(duration)


def amount_text(amount: Money | None) -> str | None:
    """The amount without its currency, in decimals."""
    return None if amount is None else f"{amount.amount:f}"


class Encoder:
    """Encodes models; elements, orders and failures that are referenced by id are encoded in full where they
    are known.

    Without `topology` an element is only its id; an order that is not in `orders` is only its id; likewise
    without `failures`.
    `at` is the moment of the answer: whether a failure is active depends on it.
    """

    def __init__(
        self,
        at: Millis = 0,
        topology: Topology | None = None,
        *,
        orders: Mapping[str, orders.Order] | None = None,
        failures: Mapping[str, Failure] | None = None,
    ) -> None:
        self.at = at
        self._topology = topology
        self._orders = orders or {}
        self._failures = failures

    def encode(self, value: object) -> Any:
        """JSON of a model, or of a collection of models."""
        if isinstance(value, StrEnum):
            return value.value
        if value is None or isinstance(value, str | bool | int | float):
            return value
        if isinstance(value, Money):
            return {"amount": amount_text(value), "currency": value.currency}
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, Scope):
            return value.as_dict()
        if isinstance(value, orders.Page):
            return self.connection(cast("orders.Page[object]", value))
        if isinstance(value, Mapping):
            return {name: self.encode(each) for name, each in cast("Mapping[str, object]", value).items()}
        if isinstance(value, Sequence):
            return [self.encode(each) for each in cast("Sequence[object]", value)]
        return self._encode_model(value)

    def _encode_model(self, model: object) -> Json:
        return {member.key: member.read(self, model) for member in _members(type(model))}

    def connection(self, page: orders.Page[Any], node: Callable[[Any], Json] | None = None) -> Json:
        """GraphQL's connection of a page; `node` encodes an item, by default `encode`."""
        encode_node = node or self.encode
        edges = [
            {"cursor": cursor, "node": encode_node(item)}
            for item, cursor in zip(page.items, page.cursors, strict=True)
        ]
        page_info = {
            "hasNextPage": page.has_next,
            "hasPreviousPage": page.has_previous,
            "startCursor": page.cursors[0] if page.cursors else None,
            "endCursor": page.cursors[-1] if page.cursors else None,
        }
        return {"edges": edges, "pageInfo": page_info, "totalCount": page.total_count}

    def element(self, identifier: str | None) -> Json | None:
        """An element by full id: only its id where the encoder has no topology."""
        if not identifier:
            return None
        if self._topology is None:
            return {"id": identifier}
        kind, key = split_id(identifier)
        element = self._topology.elements.get(identifier)
        owner = self._topology.owner_of(identifier) if element is not None else None
        return {
            "id": identifier,
            "kind": kind.upper(),
            "key": key,
            "name": getattr(element, "name", "") or key,
            "owner": self.team(owner),
        }

    def team(self, key: str | None) -> Json | None:
        """A team by bare key."""
        return self._encode_model(self._known_topology.teams[key]) if key else None

    def playbooks(self, keys: Sequence[str]) -> list[Json]:
        """Playbooks by bare key."""
        return [self._encode_model(self._known_topology.playbooks[key]) for key in keys]

    def order(self, key: str | None) -> Json | None:
        """An order by bare key: only its id where the encoder does not have it."""
        if not key:
            return None
        order = self._orders.get(key)
        return self._encode_model(order) if order is not None else {"id": f"order:{key}"}

    def failure(self, key: str | None) -> Json | None:
        """A failure by bare key: only its id where the encoder has no failures."""
        if not key:
            return None
        if self._failures is None:
            return {"id": f"failure:{key}"}
        failure = self._failures.get(key)
        return self._encode_model(failure) if failure is not None else None

    @property
    def _known_topology(self) -> Topology:
        assert self._topology is not None, "teams and playbooks are encoded from a topology"
        return self._topology


@dataclass(frozen=True)
class Rules:
    """How the JSON of a model differs from its fields."""

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """JSON key by field, where it is not the field's name in camel case."""
    values: Mapping[str, Converter] = field(default_factory=dict[str, Converter])
    """Conversion by field, where it is not `Encoder.encode`."""
    computed: Mapping[str, Converter] = field(default_factory=dict[str, Converter])
    """Values that are computed from the whole model, by JSON key."""
    keys: tuple[str, ...] = ()
    """The JSON keys in order, fields without one are left out; by default every field, then what is computed.
    """

    def key_of(self, name: str) -> str:
        """The JSON key of a field."""
        return self.names.get(name) or _camel_case(name)


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class _Member:
    key: str
    read: Converter
    """Its value from the whole model."""


@cache
def _members(model: type) -> tuple[_Member, ...]:
    """Keys and values of a model's JSON, in order."""
    rules = RULES.get(model, NO_RULES)
    members = {rules.key_of(each.name): _field_reader(rules, each.name) for each in fields(model)}
    members |= rules.computed
    return tuple(_Member(key, members[key]) for key in rules.keys or members)


def _field_reader(rules: Rules, name: str) -> Converter:
    convert = rules.values.get(name, Encoder.encode)
    return lambda encoder, value: convert(encoder, getattr(value, name))


def json_keys(model: type) -> tuple[str, ...]:
    """The keys of a model's JSON, in order."""
    return tuple(member.key for member in _members(model))


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def moment_value(_: Encoder, at: Millis | None) -> str | None:
    """Converter of moments."""
    return iso_moment(at)


def duration_value(_: Encoder, duration: Millis | None) -> str | None:
    """Converter of durations."""
    return iso_duration(duration)


def _positive_duration(_: Encoder, duration: Millis) -> str | None:
    return iso_duration(duration or None)


def _id_of(kind: str) -> Converter:
    return lambda _, key: f"{kind}:{key}" if key else None


def _order_id(_: Encoder, key: str) -> Json:
    return {"id": f"order:{key}"}


def _order_ids(encoder: Encoder, keys: Sequence[str]) -> list[Json]:
    return [_order_id(encoder, key) for key in keys]


def _elements(encoder: Encoder, identifiers: Sequence[str]) -> list[Json | None]:
    return [encoder.element(each) for each in identifiers]


def _element_of(kind: str) -> Converter:
    """Converter of bare keys of one kind of element."""
    return lambda encoder, key: encoder.element(f"{kind}:{key}" if key else None)


def _step(encoder: Encoder, fulfillment: orders.Fulfillment) -> Json | None:
    step = fulfillment.step
    return encoder.element(f"step:{fulfillment.workflow}/{step}" if step else None)


def _drift_measure(name: str) -> Converter:
    """Converter of a drift's measure: GraphQL has durations in seconds."""

    def measure(_: Encoder, drift: diagnosis.Drift) -> float:
        value: float = getattr(drift, name)
        return value / 1000 if drift.kind is diagnosis.DriftKind.DURATION else value

    return measure


def _plain_value(_: Encoder, value: object) -> str | float | bool | None:
    """The value of an element's field: text where JSON has no such value."""
    return value if isinstance(value, str | int | float | bool) or value is None else repr(value)


def _name_or_key(_: Encoder, model: Team | Playbook) -> str:
    return model.name or model.key


RULES: Mapping[type, Rules] = {
    impact.Hop: Rules(names={"source": "from", "target": "to"}, values={"at": moment_value}),
    impact.RecordTotals: Rules(keys=("type", "effect", "count", "expected", "amount")),
    impact.ForecastPoint: Rules(values={"at": moment_value}),
    impact.CostOfDelayPoint: Rules(values={"ends_in": duration_value, "ends_at": moment_value}),
    impact.ResidualTotals: Rules(values={"drained_by": moment_value}),
    impact.OwnerShare: Rules(
        values={"team": Encoder.team, "elements": _elements, "playbooks": Encoder.playbooks}
    ),
    impact.Unanswered: Rules(values={"oldest_order": Encoder.order}),
    impact.AwaitingReplay: Rules(values={"failure": Encoder.failure, "oldest_order": Encoder.order}),
    impact.AffectedOrder: Rules(
        values={
            "order": Encoder.order,
            "first_hit": Encoder.element,
            "hit_at": moment_value,
            "expected_delay": duration_value,
            "expected_completion": moment_value,
        },
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
            "order": _order_id,
            "fulfillment": _id_of("fulfillment"),
            "due": moment_value,
            "expected_at": moment_value,
            "location": _element_of("location"),
        },
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
            "element": Encoder.element,
            "since": moment_value,
            "until": moment_value,
            "delay": _positive_duration,
        },
        keys=("element", "effect", "from", "until", "delay", "likelihood", "scope"),
    ),
    Absorption: Rules(values={"element": Encoder.element}, keys=("element", "rule", "detail")),
    Failure: Rules(
        names={"key": "id", "failure_class": "class"},
        values={
            "key": _id_of("failure"),
            "target": Encoder.element,
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
        values={"team": Encoder.team, "next_promise": moment_value, "oldest_order": Encoder.order},
    ),
    orders.Order: Rules(
        names={"key": "id"},
        values={"key": _id_of("order"), "placed_at": moment_value, "promised_by": moment_value},
    ),
    orders.Fulfillment: Rules(
        names={"key": "id"},
        values={
            "key": _id_of("fulfillment"),
            "workflow": _element_of("workflow"),
            "location": _element_of("location"),
            "entered_at": moment_value,
            "expected_next": moment_value,
        },
        computed={"step": _step},
        keys=("id", "workflow", "step", "location", "enteredAt", "overdue", "expectedNext", "status"),
    ),
    orders.TimelineEntry: Rules(
        values={
            "at": moment_value,
            "fulfillment": _id_of("fulfillment"),
            "element": Encoder.element,
            "failure": Encoder.failure,
        },
        keys=("at", "kind", "title", "detail", "expected", "late", "fulfillment", "element", "failure"),
    ),
    diagnosis.Diagnosis: Rules(
        values={
            "since": moment_value,
            "next_expected": moment_value,
            "owner": Encoder.team,
            "playbooks": Encoder.playbooks,
        },
    ),
    diagnosis.Cause: Rules(
        values={"failure": Encoder.failure, "element": Encoder.element},
        keys=("kind", "likelihood", "failure", "element", "path", "evidence"),
    ),
    diagnosis.PeerGroup: Rules(
        values={"step": Encoder.element, "location": _element_of("location"), "sample": _order_ids},
    ),
    diagnosis.MissingRecord: Rules(values={"due": moment_value, "late_by": duration_value}),
    diagnosis.RecordFinding: Rules(
        values={
            "order": _order_id,
            "fulfillment": _id_of("fulfillment"),
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
        values={"since": moment_value, "until": moment_value, "orders": _order_ids},
    ),
    diagnosis.Drift: Rules(
        values={"since": moment_value},
        computed={
            "before": _drift_measure("before"),
            "after": _drift_measure("after"),
            "sentence": lambda _, drift: drift_sentence(drift),
            "orderValue": lambda encoder, drift: encoder.encode(drift.worth),
        },
        keys=(
            "kind",
            "dimension",
            "value",
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
    RecordCount: Rules(values={"longest": duration_value}),
    Team: Rules(
        computed={"id": lambda _, team: f"team:{team.key}", "name": _name_or_key},
        keys=("id", "key", "name", "contact", "escalation"),
    ),
    Playbook: Rules(
        computed={"id": lambda _, playbook: f"playbook:{playbook.key}", "name": _name_or_key},
        keys=("id", "key", "name", "steps", "message"),
    ),
    TopologyVersion: Rules(
        names={"key": "id"}, values={"key": _id_of("topology"), "applied_at": moment_value}
    ),
    TopologyChange: Rules(
        names={"affected_orders": "ordersTouched"},
        computed={
            "added": lambda _, change: list(change.difference.added),
            "removed": lambda _, change: list(change.difference.removed),
            "changed": lambda encoder, change: encoder.encode(change.difference.changed),
        },
        keys=("added", "removed", "changed", "ordersTouched"),
    ),
    Change: Rules(names={"element": "id"}, values={"before": _plain_value, "after": _plain_value}),
    QuarantinedEvent: Rules(
        names={"text": "event"},
        values={
            "place": lambda _, place: place or None,
            "received_at": lambda _, at: iso_moment(at or None),
        },
        keys=("number", "place", "reason", "receivedAt", "event"),
    ),
}
"""What differs from the model, by model. Models without an entry are encoded field by field."""
