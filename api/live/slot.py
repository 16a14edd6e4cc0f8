"""Where one reader takes what is new."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError

from api.errors import coded
from api.ticking import Ticked


@dataclass(frozen=True)
class Told:
    """An answer that was worked out, written once for all who read it."""

    data: orjson.Fragment | None
    errors: list[GraphQLError]
    looks: bytes
    """The same for two answers that differ only in what is another with every answer."""

    @property
    def failed(self) -> bool:
        return self.data is None

    @classmethod
    def of(cls, result: ExecutionResult) -> "Told":
        errors = [coded(error) for error in result.errors or ()]
        looks = orjson.dumps(
            [result.data, [error.formatted for error in errors]], _lasting, orjson.OPT_PASSTHROUGH_SUBCLASS
        )
        return cls(
            orjson.Fragment(orjson.dumps(result.data)) if result.data is not None else None, errors, looks
        )


class Slot:
    """Holds the newest answer only: a reader that is slow misses those between, and nobody waits for it. Belongs to one event loop."""

    def __init__(self) -> None:
        self._told: Told | None = None
        self._ended = False
        self._filled = asyncio.Event()

    def put(self, told: Told) -> None:
        self._told = told
        self._filled.set()

    def end(self) -> None:
        self._ended = True
        self._filled.set()

    async def take(self) -> Told | None:
        """What is new, as soon as there is something; None when nothing will come any more."""
        await self._filled.wait()
        told, self._told = self._told, None
        if not self._ended:
            self._filled.clear()
        return told


def _lasting(value: Any) -> str | None:
    """Of a text that is more than a text: nothing where it is another with every answer."""
    return None if isinstance(value, Ticked) else str(value)
