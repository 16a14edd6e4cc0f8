"""Liveness and readiness, which need no login and show no data, and metrics."""

import structlog
from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.lifecycle import Lifecycle, Phase
from api.metrics import Metrics
from api.request_ids import of_request
from impactgraph.usecases import Store
from impactgraph.usecases.notices import NoticeWorker
from impactgraph.usecases.readiness import Readiness, readiness
from impactgraph.usecases.sources import LiveSources

RETRY_SECONDS = "5"

log = structlog.get_logger("impactgraph.api")


def router(
    store: Store, sources: LiveSources, notices: NoticeWorker, metrics: Metrics, lifecycle: Lifecycle
) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        """200 as long as the process answers."""
        return JSONResponse({"status": "ok"})

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        """200 where questions can be answered; 503 where the store cannot be read, and while the server
        starts or is about to stop. `parts` has the reasons.
        """
        return _answer(await to_thread.run_sync(readiness, store, sources, notices), lifecycle.phase)

    @routes.get("/metrics")
    async def metrics_text() -> Response:
        """Metrics in the text format of Prometheus."""
        return Response(await to_thread.run_sync(metrics.text), media_type=CONTENT_TYPE_LATEST)

    return routes


def _answer(ready: Readiness, phase: Phase) -> JSONResponse:
    parts = {
        each.part: {"state": each.state} | ({"reason": each.reason} if each.reason else {})
        for each in ready.parts
    }
    if ready.problem is not None:
        log.warning("not ready", reason=str(ready.problem))
        problem = {"code": ready.problem.code, "message": str(ready.problem), **of_request()}
        return _unavailable({"status": "unavailable", **problem, "parts": parts})
    if phase is not Phase.SERVING:
        return _unavailable({"status": phase, "parts": parts})
    topology = f"topology:{ready.topology}" if ready.topology else None
    return JSONResponse({"status": "ready", "topology": topology, "parts": parts})


def _unavailable(content: dict[str, object]) -> JSONResponse:
    return JSONResponse(content, 503, headers={"retry-after": RETRY_SECONDS})
