"""Search results."""

import asyncio

import strawberry

from api.context import Context, Landscape
from api.schema.element import element_of
from api.schema.failure import Failure
from api.schema.node import Node
from api.schema.order import Fulfillment, Order
from impactgraph.usecases.search import SearchResult


@strawberry.type(description="A search result.")
class SearchHit:
    node: Node = strawberry.field(description="The matching object; for a document number, its order.")
    matched: str = strawberry.field(
        description="The matching text, such as `order O-1001` or `invoice RE-4711`."
    )
    fulfillment: strawberry.ID | None = strawberry.field(
        description="Full id of the matching fulfillment, or of the one with the matching document."
    )


async def search_hits(context: Context, hits: list[SearchResult]) -> list[SearchHit]:
    """Search results with their objects; loads all orders at once."""
    context.count(len(hits))
    landscape = await (context.landscape() if any(hit.order for hit in hits) else context.current_landscape())
    nodes = await asyncio.gather(*(_node(context, hit, landscape) for hit in hits))
    return [
        SearchHit(
            node=node,
            matched=hit.match_text,
            fulfillment=strawberry.ID(f"fulfillment:{hit.fulfillment}") if hit.fulfillment else None,
        )
        for hit, node in zip(hits, nodes, strict=True)
    ]


async def _node(context: Context, hit: SearchResult, landscape: Landscape) -> Node:
    kind, _, key = hit.id.partition(":")
    if hit.order is None:
        if kind != "failure":
            return element_of(landscape.topology.elements[hit.id], landscape)
        failure = await context.failure(key, None)
        assert failure is not None
        return Failure.of(failure, context.now, landscape)
    order = await context.orders.load(hit.order, None)
    if kind == "order":
        return Order.of(order, landscape)
    fulfillment = next(one for one in order.fulfillments if one.key == key)
    return Fulfillment.of(fulfillment, order.key, landscape)
