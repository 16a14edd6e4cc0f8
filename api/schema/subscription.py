"""What can be followed."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

import strawberry

from api.context import Context
from api.live.topic import Topic
from api.schema.blast_radius import BlastRadius
from api.schema.element import Info
from api.schema.order import Order
from api.schema.question import (
    Failures,
    Horizon,
    Likelihood,
    Limit,
    Recovery,
    Suppose,
    Tolerance,
    Where,
    question_of,
)
from graph_models.ids import key_of
from impactgraph.errors import NotFoundError
from impactgraph.usecases import orders


@strawberry.type(
    description="What can be followed: told at once, and again whenever it changes, at most once a second. A reader that is slow gets the newest."
)
class Subscription:
    """Each field yields one thing, what is to be followed; `api.live` works it out, once for all who ask the same."""

    @strawberry.subscription(
        description="What failures hit; where none are named, those that are active at the time."
    )
    async def blast_radius(
        self,
        info: Info,
        failures: Failures = None,
        suppose: Suppose = None,
        horizon: Horizon = None,
        assume_recovery: Recovery = None,
        tolerance: Tolerance = None,
        min_likelihood: Likelihood = None,
        where: Where = None,
        limit: Limit = None,
    ) -> AsyncGenerator[BlastRadius, None]:
        question = question_of(
            failures, suppose, None, horizon, assume_recovery, tolerance, min_likelihood, where, limit
        )

        async def value(context: Context) -> BlastRadius:
            answer = await context.impact(question)
            return BlastRadius.of(answer, await context.landscape_of(answer.topology, None))

        yield _followed(Topic("blastRadius", question, value))

    @strawberry.subscription(description="An order, with all that is told of it.")
    async def order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key.")],
    ) -> AsyncGenerator[Order, None]:
        async def value(context: Context) -> Order:
            found = await context.ask(orders.find_order, id, context.now, None)
            if found is None:
                raise NotFoundError(id)
            return Order.of(found, await context.landscape())

        yield _followed(Topic("order", key_of(id, "order"), value))


def _followed(topic: Topic) -> Any:
    """As the type that GraphQL shows of it."""
    return topic
