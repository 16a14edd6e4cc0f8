"""GET /export: everything in a blast radius, streamed as CSV or NDJSON."""

import csv
import io
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

import orjson
import strawberry
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from api.context import Context
from api.download import FileForm, download
from api.json_input import read_json
from api.schema import Schema
from api.schema.filters import OrderFilter
from api.schema.inputs import FailureInput
from api.schema.question import QuestionArguments, question_of
from api.schema.scalars import Moment, Span
from api.spool import Spool
from graph_models.enums import OrderSort
from graph_models.impact import Question
from graph_models.time import parse_duration, parse_moment
from impactgraph.errors import BadInputError
from impactgraph.usecases.exports import Export, Row, columns, rows

POINTS = 10_000
"""Cost points of an export: it has all rows, whose number is not known before."""
BLOCK_ROWS = 1_000
"""Rows in one chunk of the response."""


@dataclass(frozen=True)
class QuestionParameters:
    """The question as parameters of the address; durations and moments as text."""

    failure: Annotated[
        list[str],
        Query(default_factory=list, description="Failures by full id or bare key; none: all active ones."),
    ]
    as_of: Annotated[
        str | None, Query(alias="asOf", description="The moment the answer is for; none: now.")
    ] = None
    horizon: Annotated[str | None, Query(description="A duration, such as PT48H.")] = None
    assume_recovery: Annotated[
        str | None,
        Query(alias="assumeRecovery", description="Assumed duration of failures without an end."),
    ] = None
    tolerance: Annotated[str | None, Query(description="A duration, such as PT5M.")] = None
    min_likelihood: Annotated[
        float | None,
        Query(alias="minLikelihood", description="Only what is more likely than this; none: 0.05."),
    ] = None
    timezone: Annotated[
        str | None, Query(description="IANA name of the zone of the times in sentences; none: UTC.")
    ] = None
    where: Annotated[str | None, Query(description="Only these orders: GraphQL's OrderFilter as JSON.")] = (
        None
    )
    suppose: Annotated[
        str | None, Query(description="What if: a list of GraphQL's FailureInput as JSON.")
    ] = None


def router(context: Callable[[Request], Awaitable[Context]], schema: Schema, spool: Spool) -> APIRouter:
    routes = APIRouter()

    def question(parameters: Annotated[QuestionParameters, Depends()]) -> Question:
        return _question(parameters, schema)

    @routes.get("/export")
    async def export(
        question: Annotated[Question, Depends(question)],
        request: Request,
        of: Annotated[Export, Query(description="What to export.")] = Export.ORDERS,
        sort: Annotated[
            OrderSort, Query(alias="orderBy", description="The order of the rows of orders.")
        ] = OrderSort.PROMISE_ASC,
        form: FileForm = "csv",
    ) -> StreamingResponse:
        """All rows, the same as GraphQL gives in pages."""
        request_context = await context(request)
        request_context.note_question("export", noted_parameters(request))
        request_context.spend(POINTS)
        request_context.kind = f"/export {of.value}"
        try:
            answer = await request_context.impact(question)
            blocks = blocks_of(rows(answer, of, sort), columns(of), form)
            return await download(spool, stream_blocks(request_context, blocks), f"affected-{of.value}", form)
        except BaseException:
            request_context.close()
            raise

    return routes


def noted_parameters(request: Request) -> dict[str, list[Any]]:
    """The parameters of the address for the audit log: JSON as what it means, since parts of it may be
    personal.
    """
    return {name: list(map(_meaning, texts)) for name, texts in parameter_texts(request).items()}


def _meaning(text: str) -> Any:
    try:
        value = read_json(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text  # pyright: ignore[reportUnknownVariableType] - JSON


def parameter_texts(request: Request) -> dict[str, list[str]]:
    """The parameters of the address, as they came."""
    return {name: request.query_params.getlist(name) for name in request.query_params}


def _question(parameters: QuestionParameters, schema: Schema) -> Question:
    """Raises BadInputError."""
    supposed_failures = _parse_json_list("suppose", parameters.suppose)
    where = _parse_json("where", parameters.where)
    return question_of(
        QuestionArguments(
            failures=[strawberry.ID(failure) for failure in parameters.failure],
            suppose=[
                schema.parse_input(failure, FailureInput, f"suppose.{n}")
                for n, failure in enumerate(supposed_failures)
            ],
            where=schema.parse_input(where, OrderFilter, "where") if where is not None else None,
            as_of=parse_moment_parameter("asOf", parameters.as_of),
            horizon=_parse_duration("horizon", parameters.horizon),
            assume_recovery=_parse_duration("assumeRecovery", parameters.assume_recovery),
            tolerance=_parse_duration("tolerance", parameters.tolerance),
            min_likelihood=parameters.min_likelihood,
            timezone=parameters.timezone,
        )
    )


async def stream_blocks(context: Context, blocks: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """The blocks, made one after another in the request's thread, at least one; the deadline holds for the
    first only. Closes the context.
    """
    try:
        block = await context.run(next, blocks, b"")
        yield block
        while block := await context.run_on(next, blocks, b""):
            yield block
    finally:
        context.close()


def blocks_of(answer_rows: Iterator[Row], names: Sequence[str], form: str) -> Iterator[bytes]:
    """Blocks of a file in the form csv or ndjson, with these columns."""
    return _csv(answer_rows, names) if form == "csv" else _ndjson(answer_rows)


def _csv(answer_rows: Iterator[Row], names: Sequence[str]) -> Iterator[bytes]:
    """The first block begins with the header, also without rows."""
    yield csv_block(islice(answer_rows, BLOCK_ROWS), names, has_header=True)
    while block := list(islice(answer_rows, BLOCK_ROWS)):
        yield csv_block(block, names)


def _ndjson(answer_rows: Iterator[Row]) -> Iterator[bytes]:
    while block := list(islice(answer_rows, BLOCK_ROWS)):
        yield ndjson_block(block)


def csv_block(block: Iterable[Row], names: Sequence[str], *, has_header: bool = False) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    if has_header:
        writer.writeheader()
    writer.writerows(block)
    return text.getvalue().encode()


def ndjson_block(block: Iterable[Row]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in block)


def _parse_json(name: str, text: str | None) -> object:
    try:
        if text is None:
            return None
        return read_json(text)
    except ValueError as error:
        raise BadInputError(f"{name} is not JSON: {error}.") from None


def _parse_json_list(name: str, text: str | None) -> list[object]:
    value = _parse_json(name, text) or []
    if not isinstance(value, list):
        raise BadInputError(f"{name} is not a list.")
    return value


def parse_moment_parameter(name: str, text: str | None) -> Moment | None:
    """Raises BadInputError."""
    try:
        return Moment(parse_moment(text)) if text is not None else None
    except (ValueError, OverflowError):
        message = f"{name} is {text!r}; it must be a moment such as 2026-03-02T09:10:00Z."
        raise BadInputError(message) from None


def _parse_duration(name: str, text: str | None) -> Span | None:
    try:
        return Span(parse_duration(text)) if text is not None else None
    except (ValueError, OverflowError):
        raise BadInputError(f"{name} is {text!r}; it must be a duration such as PT2H.") from None
