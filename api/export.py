"""GET /export: all that a blast radius hits, as CSV or NDJSON, streamed."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import islice
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from api.context import Context
from api.schema import Schema
from api.schema.filters import OrderFilter, filter_of
from api.schema.inputs import FailureInput
from api.schema.question import question_of
from graph_models.enums import OrderSort
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.orders import ANY_ORDER
from graph_models.time import DAY, MINUTE, Millis, parse_duration, parse_moment
from impactgraph.errors import BadInputError
from impactgraph.usecases.exports import Export, Row, columns, rows

MEDIA = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
BLOCK = 1_000
"""Rows that are sent at once."""

Span = Annotated[str | None, Query(description="A duration, such as PT2H.")]


def router(context: Callable[[Request], Awaitable[Context]], schema: Schema) -> APIRouter:
    routes = APIRouter()

    def question(
        failure: Annotated[
            list[str], Query(description="Failures by full id or bare key; none: all that are active.")
        ] = [],  # noqa: B006 - FastAPI copies it
        as_of: Annotated[
            str | None, Query(alias="asOf", description="The moment that it is asked for; none: now.")
        ] = None,
        horizon: Span = None,
        assume_recovery: Annotated[
            str | None,
            Query(alias="assumeRecovery", description="How long a failure of unknown end is taken to last."),
        ] = None,
        tolerance: Span = None,
        min_likelihood: Annotated[
            float, Query(alias="minLikelihood", description="Given is what is more likely than this.")
        ] = 0.05,
        where: Annotated[
            str | None, Query(description="These orders only: an OrderFilter of GraphQL as JSON.")
        ] = None,
        suppose: Annotated[
            str | None, Query(description="What if: a list of FailureInput of GraphQL as JSON.")
        ] = None,
    ) -> Question:
        supposed = enumerate(_list("suppose", _json("suppose", suppose) or []))
        filtered = _json("where", where)
        return Question(
            suppose=question_of(
                suppose=[schema.read_input(one, FailureInput, f"suppose.{n}") for n, one in supposed]
            ).suppose,
            where=filter_of(schema.read_input(filtered, OrderFilter, "where"))
            if filtered is not None
            else ANY_ORDER,
            failures=tuple(dict.fromkeys(key_of(identifier, "failure") for identifier in failure)),
            as_of=_read("asOf", parse_moment, as_of),
            horizon=_read("horizon", parse_duration, horizon) or 2 * DAY,
            assume_recovery=_read("assumeRecovery", parse_duration, assume_recovery),
            tolerance=5 * MINUTE if tolerance is None else _read("tolerance", parse_duration, tolerance) or 0,
            min_likelihood=min_likelihood,
        )

    @routes.get("/export")
    async def export(
        asked: Annotated[Question, Depends(question)],
        request: Request,
        of: Annotated[Export, Query(description="What the rows are of.")] = Export.ORDERS,
        sort: Annotated[
            OrderSort, Query(alias="orderBy", description="In which order orders come.")
        ] = OrderSort.PROMISE_ASC,
        form: Annotated[
            Literal["csv", "ndjson"], Query(alias="format", description="csv or ndjson.")
        ] = "csv",
    ) -> StreamingResponse:
        """The same rows as the pages of GraphQL give, all of them."""
        asking = await context(request)
        try:
            answer = await asking.impact(asked)
            blocks = _csv(rows(answer, of, sort), of) if form == "csv" else _ndjson(rows(answer, of, sort))
            begin = await asking.run(next, blocks, b"")
        except BaseException:
            asking.close()
            raise
        headers = {"content-disposition": f'attachment; filename="affected-{of.value}.{form}"'}
        return StreamingResponse(_sent(asking, begin, blocks), media_type=MEDIA[form], headers=headers)

    return routes


async def _sent(asking: Context, block: bytes, blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Made in the request's thread, one after the other; however long the whole takes, the deadline holds for its begin only."""
    try:
        while block:
            yield block
            block = await asking.run_on(next, blocks, b"")
    finally:
        asking.close()


def _csv(found: Iterator[Row], of: Export) -> Iterator[bytes]:
    head, block = True, list(islice(found, BLOCK))
    while head or block:
        text = io.StringIO()
        writer = csv.DictWriter(text, columns(of))
        if head:
            writer.writeheader()
        writer.writerows(block)
        yield text.getvalue().encode()
        head, block = False, list(islice(found, BLOCK))


def _ndjson(found: Iterator[Row]) -> Iterator[bytes]:
    while block := list(islice(found, BLOCK)):
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in block)


def _json(name: str, text: str | None) -> object:
    try:
        return orjson.loads(text) if text is not None else None
    except orjson.JSONDecodeError as error:
        raise BadInputError(f"{name} is not JSON: {error}.") from None


def _list(name: str, given: object) -> list[object]:
    if not isinstance(given, list):
        raise BadInputError(f"{name} is not a list.")
    return given


def _read(name: str, parse: Callable[[str], Millis], text: str | None) -> Millis | None:
    try:
        return parse(text) if text is not None else None
    except (ValueError, OverflowError):
        raise BadInputError(
            f"{name} is {text!r}; give {'a moment such as 2026-03-02T09:10:00Z' if name == 'asOf' else 'a duration such as PT2H'}."
        ) from None
