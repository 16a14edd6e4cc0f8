"""GET /audit: the audit log, streamed as NDJSON."""

from collections.abc import Iterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.export import parse_moment_parameter
from impactgraph.errors import StoreUnavailableError
from impactgraph.usecases.access import AuditLog
from impactgraph.usecases.audit import AuditEntry, line_of

BLOCK_ENTRIES = 1_000


def router(audit: AuditLog) -> APIRouter:
    routes = APIRouter()

    @routes.get("/audit")
    async def export_audit(  # pyright: ignore[reportUnusedFunction] - a route
        since: Annotated[str | None, Query(description="From this moment on; none: everything.")] = None,
    ) -> StreamingResponse:
        """Every entry as it was written, oldest first: its hash can be verified from the line."""
        entries = audit.entries(parse_moment_parameter("since", since))
        return StreamingResponse(_blocks(entries), media_type="application/x-ndjson")

    return routes


def _blocks(entries: Iterator[AuditEntry]) -> Iterator[bytes]:
    """Where the log is broken or cannot be read, the last line says so."""
    block = list[bytes]()
    try:
        for entry in entries:
            block.append(line_of(entry).encode() + b"\n")
            if len(block) == BLOCK_ENTRIES:
                yield b"".join(block)
                block.clear()
    except StoreUnavailableError as error:
        block.append(
            orjson.dumps({"code": error.code, "message": str(error)}, option=orjson.OPT_APPEND_NEWLINE)
        )
    yield b"".join(block)
