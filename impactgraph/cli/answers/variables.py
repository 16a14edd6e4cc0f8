"""Questions as variables of GraphQL's documents."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, cast

from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.orders import OrderFilter
from impactgraph.cli.encode.values import Json, iso_duration, iso_moment
from impactgraph.usecases.failure_input import failure_input


def question_variables(question: Question) -> Json:
    """A question about failures as variables of GraphQL; None for what has its default."""
    default = Question()
    horizon = question.horizon if question.horizon != default.horizon else None
    tolerance = question.tolerance if question.tolerance != default.tolerance else None
    return {
        "failures": [f"failure:{key}" for key in question.failures] or None,
        "suppose": [failure_variables(each) for each in question.suppose] or None,
        "asOf": iso_moment(question.as_of),
        "horizon": iso_duration(horizon),
        "assumeRecovery": iso_duration(question.assume_recovery),
        "tolerance": iso_duration(tolerance),
        "minLikelihood": question.min_likelihood,
        "timezone": question.timezone,
        "where": filter_variables(question.where),
    }


def failure_variables(failure: Failure) -> Json:
    """A reported or supposed failure as GraphQL's FailureInput."""
    return failure_input(failure) | ({"id": failure.id} if failure.key else {})


def filter_variables(where: OrderFilter) -> Json | None:
    """GraphQL's OrderFilter; None for any order."""
    values: Json = {}
    for each in fields(where):
        value: Any = getattr(where, each.name)
        if value is not None:
            moment = iso_moment(value) if each.name in _MOMENTS else None
            values[_camel_case(each.name)] = moment or (
                list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else str(value)
            )
    return values or None


_MOMENTS = ("placed_from", "placed_to", "promised_before")


def list_variable(values: Sequence[str] | None) -> list[str] | None:
    """None stays None: no filter."""
    return None if values is None else list(values)


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
