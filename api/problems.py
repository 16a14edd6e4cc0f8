"""Errors outside GraphQL: {code, message}, with the HTTP status of the code."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.errors import OverloadedError, RateLimitedError, extensions_of
from api.request_ids import of_request
from impactgraph.errors import ImpactGraphError

STATUS = {
    "BAD_INPUT": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "TOO_COMPLEX": 400,
    "DEADLINE_EXCEEDED": 504,
    "RATE_LIMITED": 429,
    "STORE_UNAVAILABLE": 503,
    "OVERLOADED": 503,
}


def problem_response(error: ImpactGraphError, status: int | None = None) -> JSONResponse:
    headers = {"retry-after": "5"} if error.code == "STORE_UNAVAILABLE" else None
    if isinstance(error, RateLimitedError | OverloadedError):
        headers = {"retry-after": str(error.seconds)}
    return JSONResponse(
        {"message": str(error)} | extensions_of(error) | of_request(),
        status or STATUS[error.code],
        headers=headers,
    )


def problem(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error that no exception stands for."""
    content = {"code": code, "message": message, **of_request()}
    return JSONResponse(content, status, headers=dict(headers or {}))


def handle_problems(app: FastAPI) -> None:
    """Registers handlers that give the errors of every route the same shape."""

    @app.exception_handler(ImpactGraphError)
    async def _(  # pyright: ignore[reportUnusedFunction] - a handler
        _: Request, error: ImpactGraphError
    ) -> JSONResponse:
        return problem_response(error)

    @app.exception_handler(HTTPException)
    async def _(  # pyright: ignore[reportUnusedFunction, reportRedeclaration] - a handler
        _: Request, error: HTTPException
    ) -> JSONResponse:
        return JSONResponse(
            {
                "code": "NOT_FOUND" if error.status_code == 404 else "BAD_INPUT",
                "message": str(error.detail),
                **of_request(),
            },
            error.status_code,
            headers=error.headers,
        )

    @app.exception_handler(RequestValidationError)
    async def _(  # pyright: ignore[reportUnusedFunction, reportRedeclaration] - a handler
        _: Request, error: RequestValidationError
    ) -> JSONResponse:
        problems = [
            {"message": f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"}
            for problem in error.errors()
        ]
        return JSONResponse(
            {
                "code": "BAD_INPUT",
                "message": "; ".join(problem["message"] for problem in problems),
                "problems": problems,
                **of_request(),
            },
            400,
        )
