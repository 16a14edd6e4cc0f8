"""Arguments of a blast radius, which the query, the subscription and the export share."""

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from inspect import Parameter
from typing import Annotated, TypeVar

import strawberry

from api.schema.filters import OrderFilter, filter_of
from api.schema.inputs import FailureInput, failure_of
from api.schema.scalars import Moment, Span, TimeZone
from graph_models.impact import Question
from graph_models.zones import UTC
from impactgraph.usecases.questions import QuestionInput

F = TypeVar("F", bound=Callable[..., object])

Failures = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(
        description="Failures by full id or bare key, ended ones included; without these and `suppose`: all "
        "that are active at asOf."
    ),
]
Suppose = Annotated[
    list[FailureInput] | None,
    strawberry.argument(description="What if: supposed failures, which are not stored."),
]
AsOf = Annotated[Moment | None, strawberry.argument(description="The moment the answer is for; null: now.")]
Horizon = Annotated[
    Span | None,
    strawberry.argument(
        description="Only effects that begin within this time after asOf; null: PT48H. Their consequences "
        "are followed to the end."
    ),
]
Recovery = Annotated[
    Span | None,
    strawberry.argument(
        description="Assumed duration of a failure without an end; null: learned from past failures, else "
        "PT2H."
    ),
]
Tolerance = Annotated[
    Span | None, strawberry.argument(description="Delays up to this count as unaffected; null: PT5M.")
]
Likelihood = Annotated[
    float | None,
    strawberry.argument(description="Only what is more likely than this is listed and counted; null: 0.05."),
]
Where = Annotated[OrderFilter | None, strawberry.argument(description="Only these orders.")]
Limit = Annotated[
    int | None,
    strawberry.argument(
        description="Maximum number of elements to follow from the failures; null: all. `frontier` lists "
        "where it stopped."
    ),
]


@dataclass(frozen=True)
class QuestionArguments:
    """The arguments of a question as a client gives them; None: the default in the description."""

    failures: Failures = None
    suppose: Suppose = None
    as_of: AsOf = None
    horizon: Horizon = None
    assume_recovery: Recovery = None
    tolerance: Tolerance = None
    min_likelihood: Likelihood = None
    where: Where = None
    limit: Limit = None
    timezone: TimeZone = None


def takes_question_arguments(*, without: Collection[str] = ()) -> Callable[[F], F]:
    """Declares the arguments of a question, but for those named, in place of a resolver's `**arguments`."""

    def declare(resolver: F) -> F:
        signature = inspect.signature(resolver)
        own = [one for one in signature.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
        arguments = [
            Parameter(field.name, Parameter.KEYWORD_ONLY, default=None, annotation=field.type)
            for field in fields(QuestionArguments)
            if field.name not in without
        ]
        resolver.__signature__ = signature.replace(parameters=[*own, *arguments])
        return resolver

    return declare


def question_of(arguments: QuestionArguments) -> Question:
    """The model's question. Raises BadInputError for attributes of a scope in another form."""
    return QuestionInput(
        failures=arguments.failures or (),
        suppose=tuple(
            failure_of(failure, supposed=True, key=f"supposed-{number}")
            for number, failure in enumerate(arguments.suppose or (), 1)
        ),
        as_of=arguments.as_of,
        horizon=arguments.horizon,
        assume_recovery=arguments.assume_recovery,
        tolerance=arguments.tolerance,
        min_likelihood=arguments.min_likelihood,
        where=filter_of(arguments.where),
        limit=arguments.limit,
        timezone=arguments.timezone or UTC,
    ).question()
