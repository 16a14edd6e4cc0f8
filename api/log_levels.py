"""GET and PUT /logs: the levels of the logs, changed while the server runs."""

import logging
from difflib import get_close_matches

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.audit import Auditing, invocation_of
from api.json_input import read_json
from impactgraph.errors import BadInputError

LEVELS = ("debug", "info", "warning", "error")
LOGGERS = (
    "impactgraph",
    "impactgraph.access",
    "impactgraph.api",
    "impactgraph.notices",
    "impactgraph.sources",
    "impactgraph.stores",
    "neo4j",
    "opentelemetry",
    "uvicorn",
)
"""Whose levels can be changed: what they do not say themselves, they take from the name before the dot."""


def router(auditing: Auditing) -> APIRouter:
    routes = APIRouter()

    @routes.get("/logs")
    async def levels(request: Request) -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        """The level of each log; needs the permission to administer."""
        return JSONResponse(_levels())

    @routes.put("/logs")
    async def change(request: Request) -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        """Changes levels until the process ends: `{"impactgraph.sources": "debug"}`. 400 where anything of it
        is wrong; then nothing changes.
        """
        changes = _changes(await request.body())

        async def set_levels() -> None:
            for name, level in changes.items():
                logging.getLogger(name).setLevel(level.upper())

        await auditing.change(invocation_of(request, "set log levels", changes), set_levels)
        return JSONResponse(_levels())

    return routes


def _levels() -> dict[str, str]:
    return {
        name: logging.getLevelName(logging.getLogger(name).getEffectiveLevel()).lower() for name in LOGGERS
    }


def _changes(body: bytes) -> dict[str, str]:
    """Raises BadInputError with everything that is wrong."""
    try:
        document = read_json(body)
    except ValueError as error:
        raise BadInputError(f"The body is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise BadInputError('The body must be an object such as {"impactgraph.sources": "debug"}.')
    if problems := [text for name, level in document.items() for text in _problems(name, level)]:
        raise BadInputError(*problems)
    return document


def _problems(name: str, level: object) -> list[str]:
    problems: list[str] = []
    if name not in LOGGERS:
        near = get_close_matches(name, LOGGERS, 2) or LOGGERS
        problems.append(f"There is no log {name!r}. Did you mean {' or '.join(near)}?")
    if level not in LEVELS:
        problems.append(f"{name}: {level!r} is no level. Give one of {', '.join(LEVELS)}.")
    return problems
