"""Encodes dataclasses of the model as JSON, by rules that say what differs from their fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, TypeAlias, cast

from graph_models import orders
from graph_models.failure import Failure
from graph_models.ids import split_id
from graph_models.money import Money
from graph_models.scope import Scope
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.cli.encode.values import Json, amount_text
from impactgraph.usecases.elements import contact_name

Converter: TypeAlias = Callable[["ModelEncoder", Any], object]
"""JSON value of a field's value, or of the whole model where it is computed."""


@dataclass(frozen=True)
class Rules:
    """How the JSON of a model differs from its fields."""

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """JSON key by field, where it is not the field's name in camel case."""
    values: Mapping[str, Converter] = field(default_factory=dict[str, Converter])
    """Conversion by field, where it is not `ModelEncoder.encode`."""
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
class Member:
    key: str
    read: Converter
    """Its value from the whole model."""


class ModelEncoder:
    """Encodes models; elements, orders and failures that are referenced by id are encoded in full where they
    are known.

    Without `topology` an element is only its id; an order that is not in `orders` is only its id; likewise
    without `failures`.
    `at` is the moment of the answer: whether a failure is active depends on it.
    """

    rules: ClassVar[Mapping[type, Rules]] = {}
    """What differs from the model, by model. Models without an entry are encoded field by field."""

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
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, Money):
            return {"amount": amount_text(value), "currency": value.currency}
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
        return {member.key: member.read(self, model) for member in members(type(self), type(model))}

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
        """A team by bare key; None where the topology no longer has it."""
        team = self.topology.teams.get(key) if key else None
        return self._encode_model(team) if team is not None else None

    def contact_name(self, contact: str | None) -> str | None:
        """The name of a team, or the contact as it was written."""
        return contact_name(self.topology, contact) if contact else None

    def playbooks(self, keys: Sequence[str]) -> list[Json]:
        """Playbooks by bare key, without those that the topology no longer has."""
        playbooks = self.topology.playbooks
        return [self._encode_model(playbooks[key]) for key in keys if key in playbooks]

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
    def topology(self) -> Topology:
        """Raises AssertionError where the encoder has none."""
        assert self._topology is not None, "teams, playbooks and names are encoded from a topology"
        return self._topology


@cache
def members(encoder: type[ModelEncoder], model: type) -> tuple[Member, ...]:
    """Keys and values of a model's JSON, in order."""
    rules = encoder.rules.get(model, NO_RULES)
    members = {rules.key_of(each.name): _field_reader(rules, each.name) for each in fields(model)}
    members |= rules.computed
    return tuple(Member(key, members[key]) for key in rules.keys or members)


def _field_reader(rules: Rules, name: str) -> Converter:
    convert = rules.values.get(name, ModelEncoder.encode)
    return lambda encoder, value: convert(encoder, getattr(value, name))


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
