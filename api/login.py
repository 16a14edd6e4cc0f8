"""GET /login, /login/callback and /logout: login of browsers at an OpenID Connect provider, by cookies."""

from dataclasses import dataclass
from functools import partial
from html import escape
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.browsers import SESSION_COOKIE, Browsers
from api.pages import STRICT
from api.web_files import web_files
from impactgraph.errors import BadInputError, ImpactGraphError
from impactgraph.usecases.login import BrowserLogin

ATTEMPTS_COOKIE = "impactgraph-login"
HINT_COOKIE = "impactgraph-hint"
LONGEST_COOKIE = 3_800
"""Bytes: browsers drop larger cookies."""
ATTEMPTS_SECONDS = 600
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CALLBACK = "/login/callback"
ENDED = "/login/ended"
FRESH = {"cache-control": "no-store"}
SEE_OTHER = 303
_OWN_SITE = frozenset({"same-origin", "none"})

log = structlog.get_logger("impactgraph.api")


@dataclass(frozen=True)
class LoginEndpoint:
    """The login, and how browsers reach it."""

    login: BrowserLogin
    browsers: Browsers

    def base(self, request: Request) -> str:
        """Raises BadInputError where a browser would send its cookies unprotected."""
        if self.browsers.public_url:
            return self.browsers.public_url.rstrip("/")
        if request.url.hostname in LOOPBACK:
            return f"http://{request.url.netloc}"
        raise BadInputError(
            "Browsers log in over https only: set IMPACTGRAPH_URL to the public address of this server, such "
            "as https://impactgraph.example.com."
        )

    def set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        """HttpOnly, of this host only; `seconds` 0 removes it."""
        response.set_cookie(
            self.browsers.cookie_name(name),
            value,
            max_age=seconds,
            path="/",
            secure=self.browsers.is_secure,
            httponly=True,
            samesite="lax",
        )

    def cookie(self, request: Request, name: str) -> str | None:
        return self.browsers.cookie(request.headers, name)


def check_public_url(public_url: str | None) -> None:
    """Raises BadInputError for an address over which no browser should log in."""
    parts = urlsplit(public_url or "https://")
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise BadInputError(
            f"Browsers log in over https only, and IMPACTGRAPH_URL is {public_url}: give the https address "
            "of the proxy in front."
        )


def serve_login(app: FastAPI, login: BrowserLogin | None, browsers: Browsers) -> None:
    """Adds the routes, and renews sessions that are used. Raises BadInputError for an unsafe address."""
    if login is None:
        app.include_router(methods_router(None))
        return
    check_public_url(browsers.public_url)
    endpoint = LoginEndpoint(login, browsers)
    app.include_router(methods_router(endpoint))
    app.include_router(router(endpoint))
    app.add_middleware(Renewal, endpoint=endpoint)


def methods_router(endpoint: LoginEndpoint | None) -> APIRouter:
    """What the explorer does when it has to say who it is: GET /login/methods, for everybody."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login/methods")
    async def methods() -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        return JSONResponse({"browser": endpoint is not None}, headers=FRESH)

    return routes


def router(endpoint: LoginEndpoint) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/login", partial(_login, endpoint))
    routes.add_api_route(CALLBACK, partial(_callback, endpoint))
    routes.add_api_route("/logout", partial(_logout, endpoint), methods=["GET", "POST"])
    routes.add_api_route(ENDED, _ended)
    return routes


async def _login(endpoint: LoginEndpoint, request: Request, next: str = "/") -> Response:
    """To the provider; `next`: a path of this server, where the browser is led afterwards."""
    try:
        start = await endpoint.login.begin(
            callback=endpoint.base(request) + CALLBACK,
            next=next,
            attempts=endpoint.cookie(request, ATTEMPTS_COOKIE),
        )
    except ImpactGraphError as error:
        return problem_page(error)
    response = RedirectResponse(start.address, SEE_OTHER, headers=FRESH)
    endpoint.set_cookie(response, ATTEMPTS_COOKIE, start.attempts, ATTEMPTS_SECONDS)
    return response


async def _callback(endpoint: LoginEndpoint, request: Request) -> Response:
    """From the provider. A new session replaces whatever the browser had."""
    try:
        end = await endpoint.login.finish(
            dict(request.query_params),
            callback=endpoint.base(request) + CALLBACK,
            attempts=endpoint.cookie(request, ATTEMPTS_COOKIE),
        )
    except ImpactGraphError as error:
        log.info("a login was refused", reason=str(error))
        return problem_page(error)
    response = RedirectResponse(end.next, SEE_OTHER, headers=FRESH)
    endpoint.set_cookie(response, SESSION_COOKIE, end.session, endpoint.login.seconds)
    endpoint.set_cookie(response, ATTEMPTS_COOKIE, end.attempts, ATTEMPTS_SECONDS)
    hint = end.hint if len(end.hint) <= LONGEST_COOKIE else ""
    endpoint.set_cookie(response, HINT_COOKIE, hint, endpoint.login.seconds if hint else 0)
    return response


async def _logout(endpoint: LoginEndpoint, request: Request) -> Response:
    """Ends the session here and at the provider; other sites cannot make a browser do it."""
    if request.headers.get("sec-fetch-site", "none") not in _OWN_SITE:
        return page("Not logged out", "Another site asked for it. Log out in the explorer.", 403)
    try:
        after = await endpoint.login.end(
            endpoint.cookie(request, SESSION_COOKIE),
            hint=endpoint.cookie(request, HINT_COOKIE),
            after=endpoint.base(request) + ENDED,
        )
    except ImpactGraphError as error:
        return problem_page(error)
    response = RedirectResponse(after or ENDED, SEE_OTHER, headers=FRESH)
    for name in (SESSION_COOKIE, HINT_COOKIE, ATTEMPTS_COOKIE):
        endpoint.set_cookie(response, name, "", 0)
    return response


async def _ended() -> Response:
    return page("Logged out", "You are logged out of impactgraph.")


class Renewal:
    """ASGI middleware: a session that is used does not end, until its full length has passed."""

    def __init__(self, app: ASGIApp, endpoint: LoginEndpoint) -> None:
        self._app = app
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/login", "/logout", "/web/")):
            await self._app(scope, receive, send)
            return
        session = self._endpoint.browsers.cookie(Headers(scope=scope), SESSION_COOKIE)
        new_session = self._endpoint.login.renew(session) if session else None

        async def send_with_cookie(message: Message) -> None:
            if new_session and message["type"] == "http.response.start":
                cookie = Response()
                self._endpoint.set_cookie(cookie, SESSION_COOKIE, new_session, self._endpoint.login.seconds)
                MutableHeaders(scope=message).append("set-cookie", cookie.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def problem_page(error: ImpactGraphError) -> HTMLResponse:
    is_forbidden = error.code == "FORBIDDEN"
    title = "No access" if is_forbidden else "Not logged in"
    return page(title, str(error), 403 if is_forbidden else 401)


def page(title: str, text: str, status: int = 200) -> HTMLResponse:
    """A page without scripts."""
    files = web_files()
    return HTMLResponse(
        f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · impactgraph</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{files.address("app/base.css")}">
<link rel="stylesheet" href="{files.address("app/parts.css")}">
<main><section class="card"><h1>{escape(title)}</h1>
<p>{escape(text)}</p>
<p><a class="button first" href="/login">Log in</a></p></section></main>
</html>
""",
        status,
        headers=STRICT | FRESH,
    )
