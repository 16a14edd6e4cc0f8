"""POST /in/{source}: what webhooks of other systems send."""

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from impactgraph.errors import ImpactGraphError
from impactgraph.usecases.sources import DeliveryCheck, LiveSources, Webhook

RETRY_SECONDS = "5"

log = structlog.get_logger("impactgraph.api")


def router(sources: LiveSources) -> APIRouter:
    """The route that takes what webhooks send, for the sources that are webhooks."""
    routes = APIRouter()

    @routes.post("/in/{source}")
    async def receive(source: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        """202 once it is durable, also what is quarantined; 401 and 403 where the sender is not known; 404;
        413; 503 where it should be sent again.
        """
        webhook = sources.webhook(source)
        if webhook is None:
            return _problem(404, "NOT_FOUND", f"No source {source!r} takes what is sent to this address.")
        body = await request.body()
        headers = dict(request.headers)
        try:
            check = await to_thread.run_sync(webhook.check, headers, body)
            if check is not DeliveryCheck.VALID:
                return _refusal(check, webhook)
            await to_thread.run_sync(webhook.receive, headers, body)
        except ImpactGraphError as error:
            log.warning("a webhook could not be stored", source=source, reason=str(error))
        except Exception as error:
            log.error("a webhook could not be stored", source=source, exc_info=error)
        else:
            return JSONResponse({"status": "stored"}, 202)
        answer = _problem(503, "STORE_UNAVAILABLE", "It could not be stored. Send it again later.")
        answer.headers["retry-after"] = RETRY_SECONDS
        return answer

    return routes


def _refusal(check: DeliveryCheck, webhook: Webhook) -> JSONResponse:
    if check is DeliveryCheck.MISSING:
        return _problem(401, "UNAUTHENTICATED", f"The header {webhook.header} is missing.")
    return _problem(403, "FORBIDDEN", f"The header {webhook.header} does not have what this source expects.")


def _problem(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"code": code, "message": message}, status)
