"""Streams the results of a subscription, and those of other operations on the same connection."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import Any

from graphql import ExecutionResult as Result
from graphql import GraphQLError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from api.context import Context
from api.errors import with_code
from api.live.hub import Hub
from api.live.operation import Operation, OperationSchema, is_ambiguous
from impactgraph.errors import ImpactGraphError


class Subscriptions:
    """Answers the subscriptions of one schema."""

    def __init__(self, schema: OperationSchema, hub: Hub) -> None:
        self._schema = schema
        self._hub = hub

    def is_ambiguous(self, query: str | None, name: str | None) -> bool:
        """As the function: whether it is not said which of several operations to execute."""
        return is_ambiguous(query, name, self._schema.settings.max_tokens)

    def subscribe(
        self, query: str | None, variables: Any, name: str | None, context: Context
    ) -> AsyncGenerator[ExecutionResult] | None:
        """The results, one after another; None where the operation is not a subscription."""
        operation = self._schema.parse(query, variables, name)
        return self._results(operation, context.new()) if operation is not None else None

    async def _results(self, operation: Operation, context: Context) -> AsyncGenerator[ExecutionResult]:
        """Ends after the first result where that reports what is wrong with the operation."""
        try:
            topic = await self._schema.topic_of(operation, context)
        finally:
            context.close()
        if isinstance(topic, list):
            yield _rejection(topic)
            return
        is_first = True
        try:
            async with aclosing(self._hub.subscribe(topic, operation, context.principal)) as updates:
                async for update in updates:
                    if update.is_failure and is_first:
                        yield _rejection(update.errors)
                        return
                    data: Any = update.data  # serialized already, unlike the type of `data` says
                    yield ExecutionResult(data=data, errors=update.errors or None)
                    is_first = False
        except ImpactGraphError as error:
            yield _rejection([GraphQLError(str(error), original_error=error)])


async def with_codes(results: AsyncIterable[Any], context: Context) -> AsyncGenerator[Any]:
    """The results of an operation that is not a subscription, errors with codes.

    Closes the context before it gives the first one: no store waits for a client that takes its time.
    """
    try:
        complete = [result async for result in results]
    finally:
        context.close()
    for result in complete:
        if isinstance(result, ExecutionResult | Result) and result.errors:
            result.errors = [with_code(error) for error in result.errors]
        yield result


async def rejection(error: GraphQLError) -> AsyncGenerator[ExecutionResult]:
    """The one result of an operation that is not executed."""
    yield _rejection([error])


def _rejection(errors: list[GraphQLError]) -> PreExecutionError:
    return PreExecutionError(data=None, errors=[with_code(error) for error in errors])
