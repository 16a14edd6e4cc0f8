"""Residual of a blast radius after its failures have ended."""

import strawberry

from api.context import TopologyAt
from api.schema.affected import AffectedOrder
from api.schema.element import Info
from api.schema.page import After, Connection, First
from api.schema.scalars import Moment
from graph_models import impact
from graph_models.orders import Page
from impactgraph.usecases import impact_pages
from impactgraph.usecases.answer import Answer


@strawberry.type(description="What remains to recover after the end of a failure.")
class Residual:
    healed: int = strawberry.field(description="Orders that have recovered.")
    healing: int = strawberry.field(description="Orders that recover without action.")
    need_action: int = strawberry.field(description="Orders that wait for a replay or a manual fix.")
    drained_by: Moment | None = strawberry.field(description="When the backlog is expected to be cleared.")
    answer: strawberry.Private[Answer]
    topology_at: strawberry.Private[TopologyAt]

    @strawberry.field(description="The orders that have not recovered.")
    async def orders(self, info: Info, first: First = 50, after: After = None) -> Connection[AffectedOrder]:
        page = await info.context.run(impact_pages.residual_orders, self.answer, first, after)
        return affected_page(info, page, self.topology_at)


def affected_page(
    info: Info, page: Page[impact.AffectedOrder], topology_at: TopologyAt
) -> Connection[AffectedOrder]:
    return Connection.of(info.context, page, [AffectedOrder.of(item, topology_at) for item in page.items])
