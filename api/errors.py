"""GraphQL errors: a helpful message, and a stable code under `extensions`."""

import traceback
import uuid
from typing import Any

import structlog
from graphql import GraphQLError

from api.request_ids import of_request
from impactgraph.errors import BadInputError, ImpactGraphError, NotFoundError

log = structlog.get_logger("impactgraph.api")


class TooComplexError(ImpactGraphError):
    """The question exceeds the limits of one answer."""

    code = "TOO_COMPLEX"


class RateLimitedError(ImpactGraphError):
    """A principal has used up what it may spend in a minute; `seconds`: until some of it is free again."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class OverloadedError(ImpactGraphError):
    """The server has no room for a request; `seconds`: after which it may be sent again."""

    code = "OVERLOADED"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


def with_code(error: GraphQLError) -> GraphQLError:
    """The error with its code. An unexpected one is logged, and replaced by the id of its log entry."""
    cause = error.original_error
    if error.extensions and "code" in error.extensions:
        return error
    if isinstance(cause, ImpactGraphError):
        return _rewritten(error, str(cause), extensions_of(cause))
    if cause is None or error.path is None:
        is_over_limit = error.message.startswith(_LIMITS) or _OVER_DEPTH in error.message
        return _rewritten(error, error.message, {"code": "TOO_COMPLEX" if is_over_limit else "BAD_INPUT"})
    error_id = uuid.uuid4().hex
    log.error(
        "unexpected error",
        error_id=error_id,
        path=error.path,
        traceback="".join(traceback.format_exception(cause)),
    )
    return _rewritten(
        error,
        f"An internal error occurred; the server's log has it under {error_id}.",
        {"code": "INTERNAL", "id": error_id},
    )


def extensions_of(error: ImpactGraphError) -> dict[str, Any]:
    """Code and data of an error."""
    if isinstance(error, BadInputError):
        return {
            "code": error.code,
            "problems": [{"message": p.message, "file": p.file, "line": p.line} for p in error.problems],
        }
    if isinstance(error, NotFoundError):
        return {"code": error.code, "id": error.identifier, "near": list(error.near)}
    if isinstance(error, RateLimitedError):
        return {"code": error.code, "retryAfter": error.seconds}
    return {"code": error.code}


def _rewritten(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions | of_request(),
    )


_LIMITS = ("Syntax Error: Document contains more than", "Maximum introspection depth exceeded")
_OVER_DEPTH = "exceeds maximum operation depth"
