"""From options to a question; everything that is wrong with them is told at once."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from graph_models.enums import Dimension, FailureClass
from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.scope import DIMENSIONS, Scope
from graph_models.time import DAY, MINUTE, Millis
from impactgraph.cli.asking import Forecasting, Supposing
from impactgraph.cli.times import read_moment, read_span
from impactgraph.errors import BadInputError, Problem

P = ParamSpec("P")
T = TypeVar("T")

SUPPOSED = "supposed"
"""Key of the failure that a what-if supposes."""

_ATTRIBUTE = "attributes."


class Reading:
    """Reads one option after the other and keeps what is wrong with each."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def tried(self, read: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | None:
        """None where it could not be read."""
        try:
            return read(*given, **named)
        except BadInputError as error:
            self.problems.extend(error.problems)
            return None

    def done(self) -> None:
        """Raises BadInputError with every problem."""
        if self.problems:
            raise BadInputError(*self.problems)


def question_of(
    failures: tuple[str, ...],
    supposing: Supposing,
    forecasting: Forecasting,
    as_of: str | None,
    now: Millis,
    reading: Reading,
) -> Question:
    """Relative moments of the what-if count from the moment that is asked about. Raises BadInputError, with what `reading` found before too."""
    at = reading.tried(read_moment, "--as-of", as_of, now)
    horizon = reading.tried(read_span, "--horizon", forecasting.horizon)
    recovery = reading.tried(read_span, "--assume-recovery", forecasting.assume_recovery)
    tolerance = reading.tried(read_span, "--tolerance", forecasting.tolerance)
    supposed = _supposed(supposing, now if at is None else at, reading)
    reading.done()
    return Question(
        failures=tuple(dict.fromkeys(key_of(identifier, "failure") for identifier in failures)),
        suppose=(supposed,) if supposed is not None else (),
        as_of=at,
        horizon=2 * DAY if horizon is None else horizon,
        assume_recovery=recovery,
        tolerance=5 * MINUTE if tolerance is None else tolerance,
        min_likelihood=forecasting.min_likelihood,
    )


def dimensions_of(by: str) -> tuple[Dimension, ...]:
    """Of `channel,step`. Raises BadInputError with the words that there are."""
    words = [word.strip().upper() for word in by.split(",") if word.strip()]
    unknown = [word.lower() for word in words if word not in Dimension.__members__]
    if unknown or not words:
        known = ", ".join(d.value.lower() for d in Dimension)
        wrong = f"--by names {', '.join(map(repr, unknown))}" if unknown else "--by is empty"
        raise BadInputError(Problem(f"{wrong}; give some of {known}, with commas between them."))
    return tuple(dict.fromkeys(Dimension[word] for word in words))


def _supposed(given: Supposing, at: Millis, reading: Reading) -> Failure | None:
    if given.target is None:
        if given != Supposing():
            reading.problems.append(
                Problem(
                    "A what-if needs --target: the element that fails, such as --target system:oms --class outage."
                )
            )
        return None
    failure_class = reading.tried(_class_of, given.failure_class)
    since = reading.tried(read_moment, "--from", given.since, at)
    until = reading.tried(read_moment, "--until", given.until, at)
    delay, drain = (
        reading.tried(read_span, "--delay", given.delay),
        reading.tried(read_span, "--drain", given.drain),
    )
    scope = reading.tried(scope_of, given.scope)
    if failure_class is None or scope is None:
        return None
    return Failure(
        key=SUPPOSED,
        target=given.target,
        failure_class=failure_class,
        started_at=at if since is None else since,
        expected_end=until,
        delay=delay,
        error_rate=given.error_rate,
        drain=drain,
        scope=scope,
        reported_at=at,
        is_supposed=True,
    )


def _class_of(text: str | None) -> FailureClass:
    word = (text or "").upper().replace("-", "_")
    if word not in FailureClass.__members__:
        known = ", ".join(c.value.lower() for c in FailureClass)
        wrong = f"--class is {text!r}" if text else "A what-if needs --class, the kind of failure"
        raise BadInputError(Problem(f"{wrong}; give one of {known}."))
    return FailureClass[word]


def scope_of(texts: tuple[str, ...]) -> Scope:
    """Of `dimension=value,value`, a text each; a dimension that is named twice has the values of both. Raises BadInputError."""
    limits: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for text in texts:
        name, equals, values = text.partition("=")
        name, words = (
            name.strip().lower().replace("-", "_"),
            [word.strip() for word in values.split(",") if word.strip()],
        )
        if (
            not equals
            or not words
            or not (name in DIMENSIONS or (name.startswith(_ATTRIBUTE) and name != _ATTRIBUTE))
        ):
            problems.append(
                Problem(
                    f"--scope is {text!r}; give dimension=value,value with one of {', '.join(DIMENSIONS)}, attributes.NAME as dimension."
                )
            )
            continue
        kind = {"locations": "location", "workflows": "workflow"}.get(name)
        limits.setdefault(_cased(name, text), []).extend(
            key_of(word, kind) if kind else word for word in words
        )
    if problems:
        raise BadInputError(*problems)
    return Scope.from_mapping(limits)


def _cased(name: str, text: str) -> str:
    """Names of attributes keep the case that they were written in."""
    return (
        _ATTRIBUTE + text.partition("=")[0].strip()[len(_ATTRIBUTE) :]
        if name.startswith(_ATTRIBUTE)
        else name
    )
