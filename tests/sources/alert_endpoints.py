"""The endpoints of alert senders, in process: an application without a server, and a small store."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from api import incoming
from api.audit import Auditing
from api.body import BodyLimit
from graph_models.failure import Failure
from graph_models.time import printed_moment
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.ports.store import Store
from impactgraph.sources.config import AlertsSource, Secret
from impactgraph.sources.live_sources import FollowedSources
from impactgraph.usecases.access import NoAudit
from tests.alert_payloads import PAYLOADS, SECRET, hmac_hex, text
from tests.own_loop import run_apart
from tests.sources.shop import NOW

VARIABLE = "ALERT_SECRET"
TOPIC = "arn:aws:sns:eu-west-1:1234567890:alerta-test"
RULES = """
rules:
  - match: {labels: {service: noise}}
    ignore: true
  - match: {labels: {service: missing}}
    element: system:nowhere
  - match: {labels: {service: oms}}
    element: "system:{service}"
  - match: {labels: {repository: oms}}
    element: system:oms
  - match: {labels: {app: oms}}
    element: system:oms
  - match: {labels: {cmdb_ci: oms}}
    element: system:oms
""" + "".join(
    f"  - {{match: {{labels: {{{label}: {value}}}}}, element: 'system:oms'}}\n"
    for label, value in sorted({each.label for each in PAYLOADS.values()} - {("service", "oms")})
)


def source_of(sender: str, rules: Path | None, key: str = "") -> AlertsSource:
    """A source of this sender, with its own proof where it has one, else a token in the address."""
    kind = SENDERS[sender]
    return AlertsSource(
        key or sender,
        sender,
        () if kind.is_sns else (Secret(env=VARIABLE),),
        check="signature" if kind.signs else "token",
        rules=rules,
        topics=(TOPIC,) if kind.is_sns else (),
    )


def proof_of(sender: str, body: bytes, secret: str = SECRET) -> tuple[dict[str, str], str]:
    """(headers, query) that prove the sender."""
    kind = SENDERS[sender]
    if kind.signature is not None:
        signature = hmac_hex(body, secret)
        if kind.signature.encoding == "base64":
            signature = b64encode(bytes.fromhex(signature)).decode()
        return {kind.signature.header: kind.signature.prefix + signature}, ""
    return {}, "" if kind.signs else f"?token={secret}"


def app_of(store: Store, *configs: AlertsSource) -> FastAPI:
    """The endpoints alone: the whole application takes long to build."""
    app = FastAPI()
    auditing = Auditing(NoAudit(), lambda: NOW, questions=False, webhooks=False)
    app.include_router(incoming.router(FollowedSources(configs, store, now=lambda: NOW), auditing))
    app.add_middleware(BodyLimit, max_bytes=100_000)
    return app


def post(app: FastAPI, address: str, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post(address, content=body, headers=dict(headers or {}))

    return run_apart(ask())


def send(app: FastAPI, sender: str, document: Any, key: str = "") -> int:
    """The status of the answer to a delivery that proves its sender."""
    body = document if isinstance(document, bytes) else text(document)
    headers, query = proof_of(sender, body)
    return post(app, f"/webhooks/{sender}/{key or sender}{query}", body, headers).status_code


def only_failure(store: Store) -> Failure:
    (failure,) = store.failures()
    return failure


def moment_at(text_: str) -> int:
    return printed_moment(text_)


def reasons(store: Store) -> list[str]:
    return [each.reason for each in store.quarantined()]
