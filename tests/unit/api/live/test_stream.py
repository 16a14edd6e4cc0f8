"""Results that are sent over web sockets."""

from collections.abc import AsyncGenerator
from typing import Any, cast

from strawberry.types import ExecutionResult

from api.context import Context
from api.live.stream import with_codes
from tests.own_loop import run_apart


class Closing:
    """Stands for a context: knows whether it is closed."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


async def _one_result() -> AsyncGenerator[ExecutionResult]:
    yield ExecutionResult(data={"__typename": "Query"}, errors=None)


def test_the_store_is_left_before_the_client_takes_the_result() -> None:
    context = Closing()

    async def take_first() -> Any:
        results = with_codes(_one_result(), cast(Context, context))
        first = await anext(results)
        was_closed = context.is_closed
        await results.aclose()
        return first.data, was_closed

    assert run_apart(take_first()) == ({"__typename": "Query"}, True)
