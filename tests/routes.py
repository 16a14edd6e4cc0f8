"""The routes of an application."""

from collections.abc import Iterator, Sequence
from typing import cast

from fastapi import APIRouter
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute


def leaves(routes: Sequence[BaseRoute]) -> Iterator[Mount | Route | WebSocketRoute]:
    """All of them, also those of routers within."""
    for route in routes:
        if isinstance(route, Mount | Route | WebSocketRoute):
            yield route
        else:
            yield from leaves(cast("APIRouter", vars(route)["original_router"]).routes)
