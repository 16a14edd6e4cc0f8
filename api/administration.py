"""POST /backup, /forget and /retention: for administrators, who otherwise use the store itself."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from api.access import principal_of
from api.audit import Auditing, invocation_of
from api.json_input import read_json
from graph_models.time import Millis
from impactgraph.errors import BadInputError
from impactgraph.usecases import Store
from impactgraph.usecases.backup_wire import KnownParts, encode
from impactgraph.usecases.forget import (
    ForgetRequest,
    RemovalContext,
    RetentionRule,
    forget,
    forget_arguments,
    retain,
)

T = TypeVar("T")
STREAM = "application/octet-stream"


class _Retention(msgspec.Struct, rename="camel"):
    rules: list[RetentionRule]
    dry_run: bool = True


def router(
    store: Store, now: Callable[[], Millis], on_commit: Callable[[], None], auditing: Auditing
) -> APIRouter:
    """`on_commit` is called after each removal, which is in the audit log without what was removed."""
    routes = APIRouter()

    @routes.post("/backup")
    async def backup(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
    ) -> StreamingResponse:
        """The parts of the record that the sender of the request does not have yet (docs/backup.md)."""
        body = await request.body()
        known = dict(_read(body, KnownParts)) if body.strip() else {}
        auditing.note(invocation_of(request, "backup", {}))
        return StreamingResponse(_stream(store, known), media_type=STREAM)

    @routes.post("/forget")
    async def forget_(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        """Removes orders and values of attributes for good (docs/retention.md)."""
        forget_request = _read(await request.body(), ForgetRequest)
        if not forget_request.orders and not forget_request.attributes:
            raise BadInputError("Name what to forget: `orders`, or `attributes` with values.")
        context = RemovalContext(store, auditing.log, principal_of(request), now())
        result = await auditing.change(
            invocation_of(request, "forget", forget_arguments(forget_request)),
            lambda: to_thread.run_sync(lambda: forget(context, forget_request)),
        )
        on_commit()
        return _json(result)

    @routes.post("/retention")
    async def retention(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        """Removes ended orders by rules, or counts them (docs/retention.md)."""
        rules = _read(await request.body(), _Retention)
        names = {"rules": [rule.name for rule in rules.rules], "dryRun": rules.dry_run}
        context = RemovalContext(store, auditing.log, principal_of(request), now())
        counts = await auditing.change(
            invocation_of(request, "retention", names),
            lambda: to_thread.run_sync(lambda: retain(context, rules.rules, dry_run=rules.dry_run)),
        )
        on_commit()
        return _json(counts)

    return routes


def _stream(store: Store, known: Any) -> Iterator[bytes]:
    with store.backup(known) as (head, parts):
        yield from encode(head, parts)


def _read(body: bytes, kind: type[T]) -> T:
    """The JSON that a client sends. Raises BadInputError with what is wrong."""
    try:
        return msgspec.convert(read_json(body), kind)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise BadInputError(f"The body cannot be read: {error}.") from error


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json")
