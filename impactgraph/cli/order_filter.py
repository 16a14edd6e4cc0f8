"""The orders that a command covers, from its --where options."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from graph_models.ids import key_of
from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.time import Millis
from impactgraph.errors import BadInputError, Problem

if TYPE_CHECKING:
    from graph_models.enums import OrderStatus

_LIST_FIELDS = {
    "orders": ("ids", "order"),
    "channels": ("channels", ""),
    "modes": ("modes", ""),
    "regions": ("regions", ""),
    "locations": ("locations", "location"),
    "workflows": ("workflows", "workflow"),
    "steps": ("steps", "step"),
    "systems": ("systems", "system"),
    "tiers": ("tiers", ""),
    "currencies": ("currencies", ""),
    "carriers": ("carriers", ""),
    "suppliers": ("suppliers", ""),
}
"""By the name on the command line: the field of the filter, and the kind of its ids."""
_STATUSES = "statuses"
_VALUE_FIELDS = ("min-value", "placed-from", "placed-to", "promised-before")
FIELDS = (*_LIST_FIELDS, _STATUSES, *_VALUE_FIELDS)

Where = Annotated[
    tuple[str, ...],
    Parameter(
        name="--where",
        help=f"Only these orders, one field each: channels=web,app. Fields: {', '.join(FIELDS)}.",
        negative=(),
        show_default=False,
    ),
]


def order_filter(texts: tuple[str, ...], now: Millis) -> OrderFilter:
    """Filter of texts `field=value,value`: any value within a field, all fields.

    Raises BadInputError with every problem.
    """
    limits: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        name, _, listing = text.partition("=")
        name = name.strip().lower().replace("_", "-")
        values = [value.strip() for value in listing.split(",") if value.strip()]
        if not values or name not in FIELDS:
            problems.append(
                Problem(
                    f"--where is {text!r}; give field=value,value with one of {', '.join(FIELDS)} as field."
                )
            )
            continue
        try:
            limits |= _limit(name, values, limits, now)
        except BadInputError as error:
            problems.extend(error.problems)
    if problems:
        raise BadInputError(*problems)
    return OrderFilter(**limits) if limits else ANY_ORDER


def _limit(name: str, values: list[str], limits: dict[str, Any], now: Millis) -> dict[str, Any]:
    """The filter's field and its value, with the values that `limits` already has for it."""
    if name in _LIST_FIELDS:
        field, kind = _LIST_FIELDS[name]
        keys = (key_of(value, kind) if kind else value for value in values)
        return {field: (*limits.get(field, ()), *keys)}
    if name == _STATUSES:
        return {name: (*limits.get(name, ()), *_statuses(values))}
    parse: Callable[[str, str, Millis], object] = _amount if name == "min-value" else _moment
    return {name.replace("-", "_"): parse(f"--where {name}", values[-1], now)}


def _statuses(names: list[str]) -> "tuple[OrderStatus, ...]":
    from graph_models.enums import OrderStatus
    from impactgraph.cli.members import parse_members

    return parse_members("--where statuses", OrderStatus, tuple(names))


def _amount(option: str, text: str, now: Millis) -> object:
    from decimal import Decimal, InvalidOperation

    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise BadInputError(Problem(f"{option} is {text!r}; give an amount such as 129.90."))
    return amount


def _moment(option: str, text: str, now: Millis) -> object:
    from impactgraph.cli.times import parse_moment_option

    return parse_moment_option(option, text, now)
