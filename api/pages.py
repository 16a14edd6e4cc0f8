"""Serves the explorer and its files."""

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from api.web_files import WebFiles, gzip_of, media_type, web_files

REVALIDATE = {"cache-control": "no-cache"}
"""The page itself is asked for each time: it names the files of the version that is served now."""
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}
"""The longest time that caches take, a year: another version has other addresses."""
_COMPRESSED = {"content-encoding": "gzip"}
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


def serve_pages(app: FastAPI) -> None:
    """Serves the explorer at `/` and its files under `/web`."""
    files = web_files()

    @app.get("/", include_in_schema=False)
    async def explorer() -> HTMLResponse:
        return HTMLResponse(files.text("index.html"), headers=STRICT | REVALIDATE)

    async def file(request: Request) -> Response:
        return _answer(files, request)

    app.add_route("/web/{version}/{path:path}", file, include_in_schema=False)


def _answer(files: WebFiles, request: Request) -> Response:
    """A page of another version, during an upgrade, gets the file of this one, which it does not keep."""
    path = request.path_params["path"]
    if (content := files.contents.get(path)) is None:
        raise HTTPException(404, "Not Found")
    is_own = request.path_params["version"] == files.version
    headers = {"vary": "Accept-Encoding"} | (_KEPT if is_own else REVALIDATE)
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers = gzip_of(content), headers | _COMPRESSED
    return Response(content, headers=headers, media_type=media_type(path))
