"""What a blast radius is asked with: the arguments that a query and a subscription share."""

from typing import Annotated

import strawberry

from api.schema.filters import OrderFilter, filter_of
from api.schema.inputs import FailureInput, failure_of
from api.schema.scalars import Moment, Span
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.time import DAY, MINUTE

Failures = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(
        description="Failures by full id or bare key, ended ones too; none, and nothing supposed: all that are active at asOf."
    ),
]
Suppose = Annotated[
    list[FailureInput] | None, strawberry.argument(description="What if: nothing of it is stored.")
]
AsOf = Annotated[
    Moment | None, strawberry.argument(description="The moment that it is asked for; null: now.")
]
Horizon = Annotated[
    Span | None,
    strawberry.argument(
        description="Hits that begin within this after asOf; null: PT48H. Their consequences are followed to the end."
    ),
]
Recovery = Annotated[
    Span | None,
    strawberry.argument(
        description="How long a failure of unknown end is taken to last; null: as learned, else PT2H."
    ),
]
Tolerance = Annotated[
    Span | None, strawberry.argument(description="How much later still counts as unaffected; null: PT5M.")
]
Likelihood = Annotated[
    float | None,
    strawberry.argument(description="Listed and counted is what is more likely than this; null: 0.05."),
]
Where = Annotated[OrderFilter | None, strawberry.argument(description="These orders only.")]
Limit = Annotated[
    int | None,
    strawberry.argument(
        description="How many elements to follow from the failures at most; null: all. What is left out is told in `frontier`."
    ),
]


def question_of(
    failures: list[strawberry.ID] | None = None,
    suppose: list[FailureInput] | None = None,
    as_of: Moment | None = None,
    horizon: Span | None = None,
    assume_recovery: Span | None = None,
    tolerance: Span | None = None,
    min_likelihood: float | None = None,
    where: OrderFilter | None = None,
    limit: int | None = None,
) -> Question:
    """In the words of the model; null is the default that the descriptions tell."""
    return Question(
        failures=tuple(dict.fromkeys(key_of(identifier, "failure") for identifier in failures or ())),
        suppose=tuple(
            failure_of(failure, supposed=True, key=f"supposed-{number}")
            for number, failure in enumerate(suppose or (), 1)
        ),
        as_of=as_of,
        horizon=2 * DAY if horizon is None else horizon,
        assume_recovery=assume_recovery,
        tolerance=5 * MINUTE if tolerance is None else tolerance,
        min_likelihood=0.05 if min_likelihood is None else min_likelihood,
        where=filter_of(where),
        limit=limit,
    )
