"""Serves the files of the explorer."""

from os import PathLike, stat_result
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

WEB = Path(__file__).parent / "web"
REVALIDATE = {"cache-control": "no-cache"}
"""Browsers revalidate cached files (304), so that a page never mixes modules of two versions."""
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
}
STRICT = {"content-security-policy": "; ".join(f"{name} {sources}" for name, sources in _SOURCES.items())}
"""No requests to other hosts, no inline scripts or styles. Who may show the page in a frame, and further
headers, come from `api/hardening/headers.py`.
"""

_NOT_NEEDED = ("last-modified", "accept-ranges")
"""Headers of files: the ETag says whether one has changed, and none is read in parts."""


class Files(StaticFiles):
    """Static files that browsers revalidate."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(REVALIDATE)
        for name in _NOT_NEEDED:
            del response.headers[name]
        return response


def serve_pages(app: FastAPI) -> None:
    """Serves the explorer at `/` and its files under `/web`."""

    @app.get("/", include_in_schema=False)
    async def explorer() -> FileResponse:
        return FileResponse(WEB / "index.html", media_type="text/html", headers=STRICT | REVALIDATE)

    app.mount("/web", Files(directory=WEB), name="web")
