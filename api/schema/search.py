"""What a text finds."""

import asyncio

import strawberry

from api.context import Context, Landscape
from api.schema.element import show
from api.schema.failure import Failure
from api.schema.node import Node
from api.schema.order import Fulfillment, Order
from impactgraph.usecases.search import SearchResult


@strawberry.type(description="Something that fits what was looked for.")
class SearchHit:
    node: Node = strawberry.field(description="What fits; for a document number the order that has it.")
    matched: str = strawberry.field(
        description="What of it fits, such as `order O-1001` or `invoice RE-4711`."
    )
    fulfillment: strawberry.ID | None = strawberry.field(
        description="Full id of the fulfillment that fits, or has the document that does."
    )


async def shown_hits(context: Context, hits: list[SearchResult]) -> list[SearchHit]:
    """With the orders asked for at once."""
    context.count(len(hits))
    landscape = await context.landscape()
    nodes = await asyncio.gather(*(_node(context, hit, landscape) for hit in hits))
    return [
        SearchHit(
            node=node,
            matched=hit.matched,
            fulfillment=strawberry.ID(f"fulfillment:{hit.fulfillment}") if hit.fulfillment else None,
        )
        for hit, node in zip(hits, nodes, strict=True)
    ]


async def _node(context: Context, hit: SearchResult, landscape: Landscape) -> Node:
    kind, _, key = hit.id.partition(":")
    if hit.order is None:
        if kind != "failure":
            return show(landscape.topology.elements[hit.id], landscape)
        failure = await context.failure(key, None)
        assert failure is not None
        return Failure.of(failure, context.now, landscape)
    order = await context.orders.load(hit.order, None)
    if kind == "order":
        return Order.of(order, landscape)
    part = next(part for part in order.fulfillments if part.key == key)
    return Fulfillment.of(part, order.key, landscape)
