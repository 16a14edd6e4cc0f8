"""Coroutines in a thread of their own: a browser test may have a loop running in the main thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class OwnLoop:
    """A loop and its thread, for coroutines that share something."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of the coroutine."""
        return self._thread.submit(self._loop.run_until_complete, coroutine).result()

    def close(self) -> None:
        self._thread.shutdown()
        self._loop.close()


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of one coroutine."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
