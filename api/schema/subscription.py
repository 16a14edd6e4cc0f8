"""GraphQL subscriptions."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any, cast

import strawberry

from api.context import Context, TopologyAt
from api.live.topic import Topic
from api.schema.blast_radius import BlastRadius
from api.schema.element import Info
from api.schema.incident import Incident
from api.schema.order import Order
from api.schema.question import QuestionArguments, question_of, takes_question_arguments
from graph_models.ids import key_of
from graph_models.incident_life import IncidentState
from graph_models.time import MINUTE, Millis
from impactgraph.errors import NotFoundError
from impactgraph.usecases import orders
from impactgraph.usecases.incidents import IncidentsQuestion

_LISTED_FOR: Millis = 5 * MINUTE
"""An incident that is closed is listed for so long, so that every subscriber learns of it."""


@strawberry.type(
    description="Questions to subscribe to: the answer comes at once, and again whenever it changes, "
    "at most once a second. Slow clients skip all but the newest answer."
)
class Subscription:
    """Each field yields one topic; `api.live` evaluates it, once for all subscribers to the same question."""

    @strawberry.subscription(
        description="The blast radius of failures; without `failures` and `suppose`, of those active at the "
        "time."
    )
    @takes_question_arguments(without={"as_of"})
    async def blast_radius(self, info: Info, **arguments: Any) -> AsyncGenerator[BlastRadius, None]:
        question = question_of(QuestionArguments(**arguments))

        async def value(context: Context) -> BlastRadius:
            answer = await context.impact(question)
            return BlastRadius.of(answer, TopologyAt(answer.topology))

        yield _as_field(Topic("blastRadius", question, value))

    @strawberry.subscription(
        description="Incidents that are not closed: each at once, then each by itself whenever it is new or "
        "changes, also when it is closed."
    )
    async def incidents(self, info: Info) -> AsyncGenerator[Incident, None]:
        open_at: dict[str, Millis] = {}

        async def value(context: Context) -> list[Incident]:
            recent = (key for key, at in open_at.items() if at > context.now - _LISTED_FOR)
            reports = await context.incidents(IncidentsQuestion(also=frozenset(recent)))
            for each in reports:
                if each.life.state is not IncidentState.CLOSED:
                    open_at[each.key] = context.now
            topology_at = await context.topology_at()
            return [Incident.of(each, topology_at) for each in reports]

        yield _as_field(Topic("incidents", None, value, key_of=lambda each: str(cast(Incident, each).id)))

    @strawberry.subscription(description="An order, its timeline and its diagnosis.")
    async def order(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key.")],
    ) -> AsyncGenerator[Order, None]:
        async def value(context: Context) -> Order:
            order = await context.ask(orders.find_order, id, context.now, None)
            if order is None:
                raise NotFoundError(id)
            return Order.of(order, await context.topology_at(), has_expectations=True)

        yield _as_field(Topic("order", key_of(id, "order"), value))


def _as_field(topic: Topic) -> Any:
    """The topic, typed as the field's value: `api.live` takes it before GraphQL resolves it."""
    return topic
