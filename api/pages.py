"""The explorer's files: compressed on their way, and never older than what is installed."""

from os import PathLike, stat_result
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import Scope

from api.graphql import ONLY_FROM_HERE

WEB = Path(__file__).parent / "web"
ASK_AGAIN = {"cache-control": "no-cache"}
"""A browser keeps a file and asks whether it is still the one (304): modules of two versions never meet on one page."""
SMALLEST, LEVEL = 1000, 6
"""Bytes from which on it is worth it; beyond this level the time goes up and the size hardly down."""


class Files(StaticFiles):
    def file_response(self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(ASK_AGAIN)
        return response


def serve_pages(app: FastAPI) -> None:
    """The explorer at `/`, its files under `/web`."""

    @app.get("/", include_in_schema=False)
    async def explorer() -> FileResponse:
        return FileResponse(WEB / "index.html", media_type="text/html", headers={**ONLY_FROM_HERE, **ASK_AGAIN})

    app.mount("/web", GZipMiddleware(Files(directory=WEB), minimum_size=SMALLEST, compresslevel=LEVEL), name="web")
