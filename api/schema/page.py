"""Relay connections with keyset cursors."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from api.context import Context
from graph_models.orders import Page

T = TypeVar("T")

First = Annotated[int | None, strawberry.argument(description="Size of the page, 1 to 500.")]
After = Annotated[str | None, strawberry.argument(description="Continue after this cursor.")]


def cursors_in(info: strawberry.Info[Context, None]) -> list[str]:
    """The values of `after` in the selection of a field, at any depth."""
    cursors: list[str] = []

    def collect(selections: Sequence[Any]) -> None:
        for selection in selections:
            after = getattr(selection, "arguments", {}).get("after")
            if isinstance(after, str):
                cursors.append(after)
            collect(selection.selections)

    collect(info.selected_fields)
    return cursors


@strawberry.type(description="Position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more items after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are items before this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item, to pass as `after`; null on an empty page."
    )


@strawberry.type(description="An item of a list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Cursor of this item, to pass as `after`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Position of this page.")
    total_count: int = strawberry.field(description="Number of items in the whole list.")

    @classmethod
    def of(cls, context: Context, page: Page[Any], nodes: Sequence[T]) -> "Connection[T]":
        """The page, with `nodes` for its items. Raises TooComplexError where the answer becomes too large."""
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
