"""Validates the ids and values in a question; unknown ones raise NotFoundError with near matches."""

from collections.abc import Sequence

from graph_models.ids import key_of, split_id
from graph_models.orders import OrderFilter
from graph_models.scope import Scope
from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.errors import NotFoundError
from impactgraph.impact.known_values import ID_KINDS, KnownValues, UnknownValue, hint
from impactgraph.ports.store import Store
from impactgraph.topology.find import near
from impactgraph.topology.near import nearest

_DIMENSIONS = (
    "channels",
    "modes",
    "regions",
    "locations",
    "workflows",
    "steps",
    "systems",
    "tiers",
    "currencies",
    "carriers",
    "suppliers",
)
"""Fields of a filter whose values must exist."""


def element_id(identifier: str) -> str:
    """The id as the topology spells it: the kind in lower case."""
    kind, key = split_id(identifier)
    return f"{kind}:{key}" if kind else identifier


def check_element(topology: Topology, identifier: str) -> str:
    """The id as the topology spells it. Raises NotFoundError."""
    element = element_id(identifier)
    if element not in topology.elements:
        raise NotFoundError(identifier, near=near(topology, element))
    return element


def check_team(topology: Topology, key: str) -> str:
    """Raises NotFoundError."""
    if key not in topology.teams:
        raise NotFoundError(f"team:{key}", near=[f"team:{near}" for near in nearest(key, topology.teams, 3)])
    return key


def check_scope(columns: Columns, topology: Topology, scope: Scope) -> None:
    """Raises NotFoundError for values that neither the topology nor an order has."""
    known_values = KnownValues(columns, topology)
    _raise_unknown([each for name, values in scope.limits for each in known_values.unknown(name, values)])


def check_filter(store: Store, topology: Topology, where: OrderFilter) -> None:
    """Raises NotFoundError for orders that are not on record, and for values that neither the topology nor
    an order has.

    Orders may be at places that the topology does not have yet (a new store) or any more.
    """
    order_keys = [key_of(identifier, "order") for identifier in where.ids or ()]
    recorded_orders = set(store.orders(order_keys)) if order_keys else set[str]()
    unknown = [UnknownValue("ids", key) for key in order_keys if key not in recorded_orders]
    limits = {name: values for name in _DIMENSIONS if (values := getattr(where, name)) is not None}
    if limits:
        with store.columns() as columns:
            known_values = KnownValues(columns, topology)
            unknown += [each for name in limits for each in known_values.unknown(name, limits[name])]
    _raise_unknown(unknown)


def check_types(columns: Columns, topology: Topology, types: Sequence[str] | None) -> None:
    """Raises NotFoundError for types of records that neither the topology nor a record has."""
    _raise_unknown(KnownValues(columns, topology).unknown("types", types or ()))


def _raise_unknown(values: Sequence[UnknownValue]) -> None:
    """Raises NotFoundError with a line for each value, if there is one."""
    if not values:
        return
    first = values[0]
    raise NotFoundError(
        _id_of(first, first.value),
        near=[_id_of(first, near) for near in first.near],
        message="\n".join(map(_sentence, values)),
    )


def _id_of(value: UnknownValue, key: str) -> str:
    return f"{value.noun.replace(' ', '_')}:{key}"


def _sentence(value: UnknownValue) -> str:
    """Such as `There is no region 'UK'. Did you mean uk?`; places are named by their ids."""
    if value.noun in ID_KINDS:
        near = [_id_of(value, key) for key in value.near]
        return str(NotFoundError(_id_of(value, value.value), near=near))
    text = hint([value])
    end = "" if text.endswith("?") else "."
    return f"There is no {value.noun} {value.value!r}. {text[0].upper()}{text[1:]}{end}"
