"""POST /events: CloudEvents in structured, batched and binary mode."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.grouping import Grouping
from api.metrics import Metrics
from api.problems import told
from impactgraph.usecases import Store
from impactgraph.usecases.receive_events import (
    DeliveryOutcome,
    EventOutcome,
    EventResult,
    UnsupportedMediaError,
    read_delivery,
)


def router(store: Store, metrics: Metrics, changed: Callable[[], None]) -> APIRouter:
    """`changed` is called after each commit."""
    routes = APIRouter()
    grouping = Grouping(store, metrics, changed)

    @routes.post("/events")
    async def receive(request: Request) -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        """200 with what became of each event; 400 where the body, or its only event, is invalid; 413; 415; 503 where nothing was taken."""
        try:
            delivery = read_delivery(dict(request.headers), await request.body())
        except UnsupportedMediaError as error:
            return told(error, 415)
        received = await grouping.receive(delivery.events)
        return JSONResponse(_told(received), 400 if delivery.single and received.rejection_reasons else 200)

    return routes


def _told(received: DeliveryOutcome) -> dict[str, object]:
    results = [_result(result) for result in received.results]
    counts: dict[str, object] = {outcome.value: received.count(outcome) for outcome in EventOutcome}
    counts["results"] = results
    if len(results) == 1 and received.rejection_reasons:
        return {"code": "BAD_INPUT", "message": received.rejection_reasons[0], **counts}
    return counts


def _result(result: EventResult) -> dict[str, object]:
    reason = {"reason": result.reason} if result.outcome is EventOutcome.QUARANTINED else {}
    return {"result": result.outcome.value, **reason}
