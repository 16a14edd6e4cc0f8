"""Liveness, readiness and metrics; none of them requires a login."""

import structlog
from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.metrics import Metrics
from impactgraph.errors import StoreUnavailableError
from impactgraph.usecases import Store

log = structlog.get_logger("impactgraph.api")


def router(store: Store, metrics: Metrics) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        """200 as long as the process answers."""
        return JSONResponse({"status": "ok"})

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        """200 where the store can be read, else 503."""
        try:
            versions = await to_thread.run_sync(store.topologies)
        except StoreUnavailableError as error:
            log.warning("not ready", reason=str(error))
            return JSONResponse(
                {"status": "unavailable", "code": error.code, "message": str(error)},
                503,
                headers={"retry-after": "5"},
            )
        return JSONResponse(
            {"status": "ready", "topology": f"topology:{versions[0].key}" if versions else None}
        )

    @routes.get("/metrics")
    async def metrics_text() -> Response:
        """Metrics in the text format of Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return routes
