"""Relay connections with keyset cursors."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from api.context import Context
from graph_models.orders import Page

T = TypeVar("T")

First = Annotated[int | None, strawberry.argument(description="How many to give, 1 to 500.")]
After = Annotated[str | None, strawberry.argument(description="Go on behind this cursor.")]


@strawberry.type(description="Where a page stands in the list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more come behind it.")
    has_previous_page: bool = strawberry.field(description="Whether others came before it.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first on the page; null where it is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last on the page, to pass as `after`; null where it is empty."
    )


@strawberry.type(description="One of the list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where to go on behind this one.")
    node: T = strawberry.field(description="The one itself.")


@strawberry.type(description="A page of a list that can be long.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="Those on this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="How many the whole list has.")

    @classmethod
    def of(cls, context: Context, page: Page[Any], nodes: Sequence[T]) -> "Connection[T]":
        """The page with what GraphQL shows of its items. Raises TooComplexError where the answer as a whole becomes too large."""
        context.count(len(nodes))
        return cls(
            edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=page.has_previous,
                start_cursor=page.cursors[0] if page.cursors else None,
                end_cursor=page.cursors[-1] if page.cursors else None,
            ),
            total_count=page.total_count,
        )
