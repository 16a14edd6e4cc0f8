"""POST /events: CloudEvents in structured, batched and binary mode."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.audit import Auditing, invocation_of
from api.grouping import Grouping
from api.problems import problem_response
from impactgraph.usecases.audit import Invocation
from impactgraph.usecases.receive_events import (
    DeliveryOutcome,
    EventOutcome,
    EventResult,
    UnsupportedMediaError,
    read_delivery,
)


def router(grouping: Grouping, auditing: Auditing) -> APIRouter:
    """Routes that ingest events."""
    routes = APIRouter()

    @routes.post("/events")
    async def receive(request: Request) -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        """200 with a result per event; 400 where the body or its only event is invalid; 413; 415; 503."""
        try:
            delivery = read_delivery(dict(request.headers), await request.body())
        except UnsupportedMediaError as error:
            return problem_response(error, 415)
        outcome = await grouping.receive(delivery.events)
        auditing.note(_invocation(request, outcome))
        is_rejected = delivery.single and bool(outcome.rejection_reasons)
        return JSONResponse(_summary(outcome), 400 if is_rejected else 200)

    return routes


def _invocation(request: Request, outcome: DeliveryOutcome) -> Invocation:
    """Counts only: the events themselves are in the record."""
    counts = {one.value: outcome.count(one) for one in EventOutcome}
    return invocation_of(request, "events", counts)


def _summary(outcome: DeliveryOutcome) -> dict[str, object]:
    counts: dict[str, object] = {one.value: outcome.count(one) for one in EventOutcome}
    counts["results"] = [_result(result) for result in outcome.results]
    if len(outcome.results) == 1 and outcome.rejection_reasons:
        return {"code": "BAD_INPUT", "message": outcome.rejection_reasons[0], **counts}
    return counts


def _result(result: EventResult) -> dict[str, object]:
    reason = {"reason": result.reason} if result.outcome is EventOutcome.QUARANTINED else {}
    return {"result": result.outcome.value, **reason}
