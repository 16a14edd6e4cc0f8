"""What is sent to one who follows: the results of a subscription, one after the other, in Strawberry's words."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import Any

from graphql import ExecutionResult as Result
from graphql import GraphQLError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from api.context import Context
from api.errors import coded
from api.live.hub import Hub
from api.live.operation import Operation, Prepared
from impactgraph.errors import ImpactGraphError


class Live:
    """Answers subscriptions of one schema."""

    def __init__(self, prepared: Prepared, hub: Hub) -> None:
        self._prepared, self._hub = prepared, hub

    def follow(
        self, query: str | None, variables: Any, name: str | None, context: Context
    ) -> AsyncGenerator[ExecutionResult] | None:
        """None for what is no subscription."""
        operation = self._prepared.read(query, variables, name)
        return self._results(operation, context.fresh()) if operation is not None else None

    async def _results(self, operation: Operation, context: Context) -> AsyncGenerator[ExecutionResult]:
        """The first may be what is wrong: then it is the only one."""
        try:
            topic = await self._prepared.topic_of(operation, context)
        finally:
            context.close()
        if isinstance(topic, list):
            yield _refused(topic)
            return
        begun = False
        try:
            async with aclosing(self._hub.follow(topic, operation)) as news:
                async for told in news:
                    if told.failed and not begun:
                        yield _refused(told.errors)
                        return
                    yield ExecutionResult(data=told.data, errors=told.errors or None)  # pyright: ignore[reportArgumentType] - written already
                    begun = True
        except ImpactGraphError as error:
            yield _refused([GraphQLError(str(error), original_error=error)])


async def told(answers: AsyncIterable[Any], context: Context) -> AsyncGenerator[Any]:
    """The answers of another operation that came by the same way, their errors with our codes. Closes the context."""
    try:
        async for answer in answers:
            if isinstance(answer, ExecutionResult | Result) and answer.errors:
                answer.errors = [coded(error) for error in answer.errors]
            yield answer
    finally:
        context.close()


def _refused(errors: list[GraphQLError]) -> PreExecutionError:
    return PreExecutionError(data=None, errors=[coded(error) for error in errors])
