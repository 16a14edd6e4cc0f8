"""GET /export/list: any list of GraphQL, complete, streamed as CSV or NDJSON."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api.context import Context
from api.download import FileForm, download
from api.export import POINTS, csv_block, ndjson_block, noted_parameters, parameter_texts
from api.lists import ExportedList, Json, at_one_moment, chosen_list, exported_lists, row_blocks, variables_of
from api.schema import Schema
from api.spool import Spool
from impactgraph.errors import BadInputError, ImpactGraphError
from impactgraph.usecases.exports import Row

_OWN = ("of", "format")


def router(context: Callable[[Request], Awaitable[Context]], schema: Schema, spool: Spool) -> APIRouter:
    routes = APIRouter()
    lists = exported_lists(schema.core_schema)

    @routes.get("/export/list")
    async def export_list(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
        of: Annotated[str, Query(description="A list of GraphQL, such as orders or overdue.orders.")],
        form: FileForm = "csv",
    ) -> StreamingResponse:
        """All rows, the same as GraphQL gives in pages. Other parameters are arguments of the list."""
        flat_list = chosen_list(lists, of)
        arguments = {name: texts for name, texts in parameter_texts(request).items() if name not in _OWN}
        base = await context(request)
        variables = at_one_moment(flat_list, variables_of(flat_list, arguments), base.now)
        base.note_question(f"export {of}", noted_parameters(request))
        base.spend(POINTS)
        base.is_paid = True
        base.kind = f"/export/list {of}"
        return await download(spool, _blocks(base, schema, flat_list, variables, form), of, form)

    return routes


async def _blocks(
    base: Context, schema: Schema, flat_list: ExportedList, variables: Json, form: str
) -> AsyncGenerator[bytes]:
    """Each page is asked of the same state, with a deadline of its own. Closes the context."""

    async def ask(document: str, page: Json) -> Json:
        turn = await base.next_turn()
        result = await schema.execute(document, variable_values=page, context_value=turn)
        for error in result.errors or ():
            cause = error.original_error
            if isinstance(cause, ImpactGraphError) or (cause is not None and error.path is not None):
                raise cause
            raise BadInputError(error.message)
        assert result.data is not None
        return result.data

    names = [column.name for column in flat_list.columns]
    is_first = True
    try:
        async for rows in row_blocks(ask, flat_list, variables):
            yield _block(rows, names, form, is_first=is_first)
            is_first = False
    finally:
        base.close()


def _block(rows: Sequence[Row], names: Sequence[str], form: str, *, is_first: bool) -> bytes:
    return csv_block(rows, names, has_header=is_first) if form == "csv" else ndjson_block(rows)
