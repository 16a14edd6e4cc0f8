"""Responses that are files."""

from collections.abc import AsyncGenerator
from typing import Annotated, Literal

import structlog
from fastapi import Query
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.spool import Buffer, Spool
from impactgraph.errors import ImpactGraphError

log = structlog.get_logger("impactgraph.api")

MEDIA = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
FileForm = Annotated[Literal["csv", "ndjson"], Query(alias="format", description="csv or ndjson.")]


class Download(StreamingResponse):
    """What a buffer has. An error in the midst of it breaks the connection off, so that no client takes a
    part for the whole.
    """

    def __init__(self, buffer: Buffer, name: str, form: str) -> None:
        headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
        super().__init__(buffer.chunks(), media_type=MEDIA[form], headers=headers)
        self._buffer = buffer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._buffer.close()

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except ImpactGraphError as error:
            log.warning("an export was broken off", code=error.code, reason=str(error))


async def download(spool: Spool, blocks: AsyncGenerator[bytes], name: str, form: str) -> Download:
    """The blocks as a file of this name. What is wrong before they fill the memory that they have is answered
    by its status.
    """
    return Download(await spool.begin(blocks), name, form)
