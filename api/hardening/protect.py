"""Puts the middleware of hardening around an application, in its order."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api.config import ApiSettings
from api.hardening.headers import SecurityHeaders
from api.hardening.hosts import AllowedHosts, OwnOrigin
from api.hardening.names import LOOPBACK, host_of, is_loopback, names_in, origin_of, without_port
from api.hardening.overload import Admission
from api.hardening.rates import Rates
from graph_models.access import RequestLimit, Role

_METHODS = ("GET", "POST")
_REQUEST_HEADERS = ("authorization", "content-type", "impactgraph-deadline")
_RESPONSE_HEADERS = ("retry-after", "content-disposition")


def rates_of(settings: ApiSettings, by_role: Mapping[Role, RequestLimit]) -> Rates:
    """What principals may spend: by role, else by the settings."""
    default = RequestLimit(settings.rate_requests or None, settings.rate_points or None)
    return Rates(default, by_role, settings.rate_failures or None)


def allowed_origins(settings: ApiSettings) -> tuple[str, ...]:
    """Origins of pages that may use the API, beside those that the server serves itself."""
    own = origin_of(settings.url)
    return (*names_in(settings.cors_origins), *([own] if own else []))


def protect(app: FastAPI, settings: ApiSettings) -> None:
    """Adds what looks at requests before anything of them is read. What is added last comes first."""
    app.add_middleware(
        Admission,
        max_requests=settings.max_requests,
        max_sockets=settings.max_sockets,
        ingest_first=settings.ingest_first,
    )
    origins = allowed_origins(settings)
    app.add_middleware(OwnOrigin, origins=origins)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(names_in(settings.cors_origins)),
            allow_methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_RESPONSE_HEADERS,
        )
    app.add_middleware(AllowedHosts, hosts=_hosts(settings))
    app.add_middleware(SecurityHeaders, frame_ancestors=settings.frame_ancestors, hsts=settings.hsts)


def _hosts(settings: ApiSettings) -> frozenset[str]:
    """Names of the server without ports; none: all are allowed."""
    names = {without_port(each) for each in names_in(settings.allowed_hosts)}
    if not names and not is_loopback(settings.host):
        return frozenset()
    return frozenset({*names, *LOOPBACK, without_port(settings.host), host_of(settings.url)} - {""})
