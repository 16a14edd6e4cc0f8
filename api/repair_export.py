"""GET /export/repair: a complete repair list, streamed as CSV or NDJSON."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api.context import Context
from api.download import FileForm, download
from api.export import (
    POINTS,
    blocks_of,
    noted_parameters,
    parse_moment_parameter,
    stream_blocks,
)
from api.spool import Spool
from impactgraph.usecases.repair import RepairQuestion
from impactgraph.usecases.repair_exports import RepairExport, repair_columns, repair_rows


def router(context: Callable[[Request], Awaitable[Context]], spool: Spool) -> APIRouter:
    routes = APIRouter()

    @routes.get("/export/repair")
    async def export_repair(
        request: Request,
        of: Annotated[RepairExport, Query(description="Which list.")] = RepairExport.REPLAY,
        failure: Annotated[
            list[str] | None, Query(description="Failures by full id or bare key; none: all of interest.")
        ] = None,
        incident: Annotated[str | None, Query(description="An incident by full id or bare key.")] = None,
        as_of: Annotated[
            str | None, Query(alias="asOf", description="The moment the answer is for; none: now.")
        ] = None,
        form: FileForm = "csv",
    ) -> StreamingResponse:
        """All rows, the same as GraphQL gives in pages; of replays also what is checked off."""
        asked_for = RepairQuestion(tuple(failure or ()), incident, parse_moment_parameter("asOf", as_of))
        request_context = await context(request)
        request_context.note_question("export repair", noted_parameters(request))
        request_context.spend(POINTS)
        request_context.kind = f"/export/repair {of.value}"
        try:
            lists = await request_context.repair(await request_context.repair_question(asked_for))
            blocks = blocks_of(repair_rows(lists, of), repair_columns(of), form)
            return await download(spool, stream_blocks(request_context, blocks), f"repair-{of.value}", form)
        except BaseException:
            request_context.close()
            raise

    return routes
