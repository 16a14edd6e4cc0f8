"""Errors as GraphQL tells them: a message that helps, and a stable code under `extensions`."""

import traceback
import uuid
from typing import Any

import structlog
from graphql import GraphQLError

from impactgraph.errors import BadInputError, ImpactGraphError, NotFoundError

log = structlog.get_logger("impactgraph.api")


class TooComplexError(ImpactGraphError):
    """The question would take more than one answer may have."""

    code = "TOO_COMPLEX"


def coded(error: GraphQLError) -> GraphQLError:
    """The error with its code. What nobody foresaw is logged under an id, and only the id is told."""
    cause = error.original_error
    if error.extensions and "code" in error.extensions:
        return error
    if isinstance(cause, ImpactGraphError):
        return _told(error, str(cause), extensions_of(cause))
    if cause is None or error.path is None:
        return _told(
            error,
            error.message,
            {
                "code": "TOO_COMPLEX"
                if error.message.startswith(_LIMITS) or _OVER_DEPTH in error.message
                else "BAD_INPUT"
            },
        )
    number = uuid.uuid4().hex
    log.error(
        "unexpected error",
        error_id=number,
        path=error.path,
        traceback="".join(traceback.format_exception(cause)),
    )
    return _told(
        error,
        f"Something went wrong here; it is in the server's log under {number}.",
        {"code": "INTERNAL", "id": number},
    )


def extensions_of(error: ImpactGraphError) -> dict[str, Any]:
    """Code and facts of an error."""
    if isinstance(error, BadInputError):
        return {
            "code": error.code,
            "problems": [{"message": p.message, "file": p.file, "line": p.line} for p in error.problems],
        }
    if isinstance(error, NotFoundError):
        return {"code": error.code, "id": error.identifier, "near": list(error.near)}
    return {"code": error.code}


def _told(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


_LIMITS = ("Syntax Error: Document contains more than", "Maximum introspection depth exceeded")
_OVER_DEPTH = "exceeds maximum operation depth"
