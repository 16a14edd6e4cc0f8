"""Search results."""

import asyncio

import strawberry

from api.context import Context, TopologyAt
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
    topology_at = await (
        context.topology_at() if any(hit.order for hit in hits) else context.current_topology()
    )
    nodes = await asyncio.gather(*(_node(context, hit, topology_at) for hit in hits))
    return [
        SearchHit(
            node=node,
            matched=hit.match_text,
            fulfillment=strawberry.ID(f"fulfillment:{hit.fulfillment}") if hit.fulfillment else None,
        )
        for hit, node in zip(hits, nodes, strict=True)
    ]


async def _node(context: Context, hit: SearchResult, topology_at: TopologyAt) -> Node:
    kind, _, key = hit.id.partition(":")
    if hit.order is None:
        if kind != "failure":
            return element_of(topology_at.topology.elements[hit.id], topology_at)
        failure = await context.failure(key, None)
        assert failure is not None
        return Failure.of(failure, context.now, topology_at)
    order = await context.orders.load(hit.order, None)
    if kind == "order":
        return Order.of(order, topology_at)
    fulfillment = next(one for one in order.fulfillments if one.key == key)
    return Fulfillment.of(fulfillment, order.key, topology_at)
