"""POST /in/{source}, POST /webhooks/{sender}/{source} and POST /v1/traces: what other systems send."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from api.access import address_of
from api.audit import Auditing
from api.problems import problem
from graph_models.access import Principal
from impactgraph.errors import ImpactGraphError
from impactgraph.usecases.audit import Invocation
from impactgraph.usecases.sources import TOKEN_IN_ADDRESS, DeliveryCheck, LiveSources, Webhook

RETRY_SECONDS = "5"
FIXED_ADDRESSES = {
    "prometheus": "/api/v2/alerts",
    "pagerduty-events": "/v2/enqueue",
    "servicenow-events": "/api/global/em/jsonv2",
}
"""Where senders post that cannot be given another path."""
TRACES = "/v1/traces"
PROTOBUF = "application/x-protobuf"
Take: TypeAlias = Callable[[Request, Sequence[Webhook], str], Awaitable[Response]]
"""Gives a delivery to one of the webhooks; the text says what an unknown address lacks."""

log = structlog.get_logger("impactgraph.api")


def router(sources: LiveSources, auditing: Auditing) -> APIRouter:
    """The routes that take what webhooks send, for the sources that are webhooks or have alerts."""
    routes = APIRouter()
    take = partial(_take, auditing)

    @routes.post("/in/{source}")
    async def receive(  # pyright: ignore[reportUnusedFunction] - a route
        source: str, request: Request
    ) -> Response:
        """202 once it is durable, also what is quarantined; 401 and 403 where the sender is not known; 404;
        413; 503 where it should be sent again.
        """
        webhook = sources.webhook(source)
        return await take(request, [webhook] if webhook else [], f"No source {source!r} takes")

    @routes.post("/webhooks/{sender}/{source}")
    @routes.put("/webhooks/{sender}/{source}", include_in_schema=False)
    @routes.post("/webhooks/{sender}/{source}/{rest:path}", include_in_schema=False)
    async def receive_alerts(  # pyright: ignore[reportUnusedFunction] - a route
        sender: str, source: str, request: Request
    ) -> Response:
        """As above, of senders of alerts; some of them append a path of their own."""
        return await take(
            request, sources.alert_webhooks(sender, source), f"No source {source!r} of {sender!r} takes"
        )

    @routes.post(TRACES)
    async def receive_spans(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        """As above, of OTLP/HTTP: 200, and what was quarantined is accepted, too: nothing is sent again."""
        response = await take(request, sources.trace_webhooks(), "No source of traces takes")
        return _export_response(request) if response.status_code == 202 else response

    for sender, address in FIXED_ADDRESSES.items():
        routes.add_api_route(address, _dialect(sources, sender, take), methods=["POST"])
    return routes


def _export_response(request: Request) -> Response:
    """Of an export that is durable: an empty message, in the media type of the request."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == PROTOBUF:
        return Response(b"", 200, media_type=PROTOBUF)
    return JSONResponse({}, 200)


def _dialect(sources: LiveSources, sender: str, take: Take) -> Callable[[Request], Awaitable[Response]]:
    """Of a sender whose address is fixed: the source is the one whose proof the delivery has."""

    async def receive(request: Request) -> Response:
        return await take(request, sources.alert_webhooks(sender), f"No source of {sender!r} takes")

    return receive


async def _take(auditing: Auditing, request: Request, webhooks: Sequence[Webhook], unknown: str) -> Response:
    """Gives the delivery to the first of the webhooks whose proof it has, and records that it came."""
    if not webhooks:
        return problem(404, "NOT_FOUND", f"{unknown} what is sent to this address.")
    try:
        body = await request.body()
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it: the sender has gone
    headers = dict(request.headers)
    headers[TOKEN_IN_ADDRESS] = request.query_params.get("token", "")
    try:
        check, webhook = await to_thread.run_sync(_known_sender, webhooks, headers, body)
        if check is not DeliveryCheck.VALID:
            return _refusal(check, webhook)
        await to_thread.run_sync(webhook.receive, headers, body)
    except ImpactGraphError as error:
        log.warning("a webhook could not be stored", path=request.url.path, reason=str(error))
    except Exception as error:
        log.error("a webhook could not be stored", path=request.url.path, exc_info=error)
    else:
        if auditing.webhooks:
            auditing.note(_invocation(request, webhook, body))
        return JSONResponse(webhook.receipt(body), 202)
    text = "It could not be stored. Send it again later."
    return problem(503, "STORE_UNAVAILABLE", text, {"retry-after": RETRY_SECONDS})


def _invocation(request: Request, webhook: Webhook, body: bytes) -> Invocation:
    """What is recorded of a delivery: nothing that it says."""
    source = Principal(f"source:{webhook.key}", webhook.key, frozenset())
    route = request.scope["route"].path
    delivery = {"route": route, "proof": webhook.proof, "bytes": len(body)}
    return Invocation(source, "webhook", delivery, address_of(request))


def _known_sender(
    webhooks: Sequence[Webhook], headers: Mapping[str, str], body: bytes
) -> tuple[DeliveryCheck, Webhook]:
    """The first webhook whose proof the delivery has, else the last answer that there was."""
    check, webhook = DeliveryCheck.MISSING, webhooks[0]
    for webhook in webhooks:
        check = webhook.check(headers, body)
        if check is DeliveryCheck.VALID:
            break
    return check, webhook


def _refusal(check: DeliveryCheck, webhook: Webhook) -> JSONResponse:
    if check is DeliveryCheck.MISSING:
        return problem(401, "UNAUTHENTICATED", f"The {webhook.proof} is missing.")
    return problem(403, "FORBIDDEN", f"The {webhook.proof} is not what this source expects.")
