"""A question about failures, from the options of a command; all wrong options are reported at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from graph_models.enums import Dimension, FailureClass
from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.scope import DIMENSIONS, Scope
from graph_models.time import Millis
from graph_models.zones import UTC
from impactgraph.cli.order_filter import order_filter
from impactgraph.cli.question_options import (
    NO_FORECAST_OPTIONS,
    NO_WHAT_IF,
    ForecastOptions,
    WhatIfOptions,
)
from impactgraph.cli.times import parse_duration_option, parse_moment_option, parse_zone_option
from impactgraph.errors import BadInputError, Problem
from impactgraph.usecases.questions import QuestionInput

P = ParamSpec("P")
T = TypeVar("T")

SUPPOSED_KEY = "supposed"
"""Key of the failure of a what-if."""

_ATTRIBUTE = "attributes."
_KEY_KINDS = {"locations": "location", "workflows": "workflow"}
"""Kind of the ids of a scope's dimension, which may be given in full or as bare keys."""


class OptionReader:
    """Reads options one after the other and collects their problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The value that `parse` returns; None where it raises BadInputError."""
        try:
            return parse(*args, **kwargs)
        except BadInputError as error:
            self.problems.extend(error.problems)
            return None

    def raise_problems(self) -> None:
        """Raises BadInputError with every problem, if there is one."""
        if self.problems:
            raise BadInputError(*self.problems)


@dataclass(frozen=True, kw_only=True)
class QuestionOptions:
    """The options that make a question, as they were typed."""

    failures: tuple[str, ...] = ()
    """Full ids or bare keys."""
    as_of: str | None = None
    timezone: str = UTC
    what_if: WhatIfOptions = NO_WHAT_IF
    forecast: ForecastOptions = NO_FORECAST_OPTIONS


def parse_question(options: QuestionOptions, now: Millis, reader: OptionReader) -> Question:
    """The question; relative moments of the what-if count from `--as-of`.

    Raises BadInputError, including the problems that `reader` has already collected.
    """
    forecast = options.forecast
    at = reader.read(parse_moment_option, "--as-of", options.as_of, now)
    timezone = reader.read(parse_zone_option, options.timezone)
    horizon = reader.read(parse_duration_option, "--horizon", forecast.horizon)
    recovery = reader.read(parse_duration_option, "--assume-recovery", forecast.assume_recovery)
    tolerance = reader.read(parse_duration_option, "--tolerance", forecast.tolerance)
    where = reader.read(order_filter, forecast.where, now if at is None else at)
    hypothetical = _supposed_failure(options.what_if, now if at is None else at, reader)
    reader.raise_problems()
    return QuestionInput(
        failures=options.failures,
        suppose=(hypothetical,) if hypothetical is not None else (),
        as_of=at,
        horizon=horizon,
        assume_recovery=recovery,
        tolerance=tolerance,
        min_likelihood=forecast.min_likelihood,
        timezone=timezone or UTC,
        where=where,
    ).question()


def parse_dimensions(text: str) -> tuple[Dimension, ...]:
    """Dimensions of `channel,step`. Raises BadInputError with the names that exist."""
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    unknown = [name.lower() for name in names if name not in Dimension.__members__]
    if unknown or not names:
        available = ", ".join(d.value.lower() for d in Dimension)
        problem = f"--by names {', '.join(map(repr, unknown))}" if unknown else "--by is empty"
        raise BadInputError(Problem(f"{problem}; give some of {available}, separated by commas."))
    return tuple(dict.fromkeys(Dimension[name] for name in names))


def _supposed_failure(options: WhatIfOptions, at: Millis, reader: OptionReader) -> Failure | None:
    if options.target is None:
        if options != NO_WHAT_IF:
            reader.problems.append(
                Problem(
                    "A what-if needs --target: the element that fails, such as --target system:oms --class "
                    "outage."
                )
            )
        return None
    failure_class = reader.read(parse_class, options.failure_class)
    since = reader.read(parse_moment_option, "--from", options.since, at)
    until = reader.read(parse_moment_option, "--until", options.until, at)
    delay = reader.read(parse_duration_option, "--delay", options.delay)
    drain = reader.read(parse_duration_option, "--drain", options.drain)
    scope = reader.read(parse_scope, options.scope)
    if failure_class is None or scope is None:
        return None
    return Failure(
        key=SUPPOSED_KEY,
        target=options.target,
        failure_class=failure_class,
        started_at=at if since is None else since,
        expected_end=until,
        delay=delay,
        error_rate=options.error_rate,
        drain=drain,
        scope=scope,
        reported_at=at,
        is_supposed=True,
    )


def parse_class(text: str | None) -> FailureClass:
    """Raises BadInputError naming the classes."""
    name = (text or "").upper().replace("-", "_")
    if name not in FailureClass.__members__:
        available = ", ".join(c.value.lower() for c in FailureClass)
        problem = f"--class is {text!r}" if text else "A what-if needs --class, the kind of failure"
        raise BadInputError(Problem(f"{problem}; give one of {available}."))
    return FailureClass[name]


def parse_scope(texts: tuple[str, ...]) -> Scope:
    """Scope of texts `dimension=value,value`; a dimension that occurs twice has the values of both.

    Raises BadInputError.
    """
    limits: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for text in texts:
        dimension, values = _scope_limit(text)
        if not dimension or not values:
            problems.append(
                Problem(
                    f"--scope is {text!r}; give dimension=value,value with one of "
                    f"{', '.join(DIMENSIONS)}, attributes.NAME as dimension."
                )
            )
            continue
        kind = _KEY_KINDS.get(dimension)
        limits.setdefault(dimension, []).extend(key_of(value, kind) if kind else value for value in values)
    if problems:
        raise BadInputError(*problems)
    return Scope.from_mapping(limits)


def _scope_limit(text: str) -> tuple[str, list[str]]:
    """Dimension and values of `dimension=value,value`; the dimension is empty where there is no such one."""
    text_name, _, listing = text.partition("=")
    text_name = text_name.strip()
    values = [value.strip() for value in listing.split(",") if value.strip()]
    name = text_name.lower().replace("-", "_")
    if name in DIMENSIONS:
        return name, values
    if name.startswith(_ATTRIBUTE) and name != _ATTRIBUTE:
        return _ATTRIBUTE + text_name[len(_ATTRIBUTE) :], values  # names of attributes keep their case
    return "", values
