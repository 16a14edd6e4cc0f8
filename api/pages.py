"""The explorer's files: never older than what is installed, and nothing beside them."""

from os import PathLike, stat_result
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

WEB = Path(__file__).parent / "web"
ASK_AGAIN = {"cache-control": "no-cache"}
"""A browser keeps a file and asks whether it is still the one (304): modules of two versions never meet on one page."""
_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
STRICT = {
    "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in _SOURCES.items()),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
"""Nothing comes from another host or is sent to one, nothing that stands in the page itself is run, and no other page may frame it."""


NO_GUESSING = {"x-content-type-options": "nosniff"}


class Files(StaticFiles):
    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(ASK_AGAIN | NO_GUESSING)
        return response


def serve_pages(app: FastAPI) -> None:
    """The explorer at `/`, its files under `/web`."""

    @app.get("/", include_in_schema=False)
    async def explorer() -> FileResponse:
        return FileResponse(WEB / "index.html", media_type="text/html", headers=STRICT | ASK_AGAIN)

    app.mount("/web", Files(directory=WEB), name="web")
