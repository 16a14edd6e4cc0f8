"""Interface that answers GraphQL documents: the schema of this process, or a server elsewhere."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from starlette.requests import Request

from api.audit import Auditing
from api.config import ApiSettings
from api.context import Context, Contexts
from api.errors import with_code
from api.schema import Schema, build_schema
from api.workers import Workers
from graph_models.access import LOCAL, Permission
from graph_models.time import Millis
from impactgraph.errors import ImpactGraphError
from impactgraph.usecases import Store
from impactgraph.usecases.access import NoAudit, require
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.list_cache import ListCache
from impactgraph.usecases.wording import read_messages

Json = dict[str, Any]


class AskedError(ImpactGraphError):
    """What GraphQL answers instead of data: its message says what is wrong, and how to correct it."""


class Answers(Protocol):
    async def ask(self, request: Request | None, document: str, variables: Mapping[str, object]) -> Json:
        """The data of a GraphQL document. `request`: the HTTP request of the tool call, if it came by one.

        Raises ImpactGraphError.
        """
        ...


class SchemaAnswers:
    """Answers from the schema of this process, each call with a context of its own.

    `context_of` makes the context of a request, as for GraphQL over HTTP.
    """

    def __init__(self, schema: Schema, context_of: Callable[[Request], Awaitable[Context]]) -> None:
        self._schema = schema
        self._context_of = context_of

    async def ask(self, request: Request | None, document: str, variables: Mapping[str, object]) -> Json:
        assert request is not None, "the tools of a server are called over HTTP"
        return await answer_with(self._schema, await self._context_of(request), document, variables)


class StoreAnswers:
    """Answers of an open store to the local user."""

    def __init__(self, store: Store, settings: ApiSettings, now: Callable[[], Millis]) -> None:
        self._schema = build_schema(settings)
        self._contexts = Contexts(
            store,
            answer_question,
            Workers(),
            clock=now,
            seconds=settings.deadline,
            max_objects=settings.max_cost,
            lists=ListCache(settings.kept_pages),
            auditing=Auditing(NoAudit(), now, questions=False),
            messages=read_messages(settings.messages),
            rank_weights=settings.rank_weights,
        )

    async def ask(self, request: Request | None, document: str, variables: Mapping[str, object]) -> Json:
        return await answer_with(self._schema, self._contexts.new(LOCAL), document, variables)


async def answer_with(
    schema: Schema, context: Context, document: str, variables: Mapping[str, object]
) -> Json:
    """The data of a document; closes the context. Raises ForbiddenError, AskedError."""
    try:
        require(context.principal, Permission.READ)
        result = await schema.execute(document, variable_values=dict(variables), context_value=context)
    finally:
        context.close()
    if result.errors:
        raise AskedError(with_code(result.errors[0]).message)
    assert result.data is not None
    return result.data
