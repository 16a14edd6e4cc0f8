"""Which orders a command is about, as it is typed."""

from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Parameter

from graph_models.ids import key_of
from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.time import Millis
from impactgraph.errors import BadInputError, Problem

_WORDS = {
    "orders": ("ids", "order"),
    "channels": ("channels", ""),
    "modes": ("modes", ""),
    "regions": ("regions", ""),
    "locations": ("locations", "location"),
    "workflows": ("workflows", "workflow"),
    "steps": ("steps", "step"),
    "tiers": ("tiers", ""),
    "currencies": ("currencies", ""),
    "carriers": ("carriers", ""),
    "suppliers": ("suppliers", ""),
}
"""By the name that is typed: the field of the filter, and the kind of its ids."""
_FIGURES = ("min-value", "placed-from", "placed-to", "promised-before")
FIELDS = (*_WORDS, *_FIGURES)

Where = Annotated[
    tuple[str, ...],
    Parameter(
        name="--where",
        help=f"Of these orders only, a field each time: channels=web,app. Fields: {', '.join(FIELDS)}.",
        negative=(),
        show_default=False,
    ),
]


def filter_of(texts: tuple[str, ...], now: Millis) -> OrderFilter:
    """Of `field=value,value`, a text each; any value within a field, all fields across. Raises BadInputError with every problem."""
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        name, equals, values = text.partition("=")
        name, words = (
            name.strip().lower().replace("_", "-"),
            [word.strip() for word in values.split(",") if word.strip()],
        )
        if not equals or not words or name not in FIELDS:
            problems.append(
                Problem(
                    f"--where is {text!r}; give field=value,value with one of {', '.join(FIELDS)} as field."
                )
            )
            continue
        try:
            given |= _field(name, words, given, now)
        except BadInputError as error:
            problems.extend(error.problems)
    if problems:
        raise BadInputError(*problems)
    return OrderFilter(**given) if given else ANY_ORDER


def _field(name: str, words: list[str], given: dict[str, Any], now: Millis) -> dict[str, Any]:
    if name in _WORDS:
        field, kind = _WORDS[name]
        return {field: (*given.get(field, ()), *(key_of(word, kind) if kind else word for word in words))}
    read: Callable[[str, str, Millis], object] = _amount if name == "min-value" else _moment
    return {name.replace("-", "_"): read(f"--where {name}", words[-1], now)}


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
    from impactgraph.cli.times import read_moment

    return read_moment(option, text, now)
