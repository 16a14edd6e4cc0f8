"""Updates of a topic, and the mailbox from which one subscriber reads them."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError

from api.errors import with_code
from api.volatile import VolatileText


@dataclass(frozen=True)
class Update:
    """One answer of a topic, serialized once for all subscribers with the same selection."""

    data: orjson.Fragment | None
    errors: list[GraphQLError]
    fingerprint: bytes
    """Equal for two answers that differ in volatile fields only."""

    @property
    def is_failure(self) -> bool:
        return self.data is None

    @classmethod
    def of(cls, result: ExecutionResult) -> "Update":
        errors = [with_code(error) for error in result.errors or ()]
        fingerprint = orjson.dumps(
            [result.data, [error.formatted for error in errors]],
            _without_volatile,
            orjson.OPT_PASSTHROUGH_SUBCLASS,
        )
        data = orjson.Fragment(orjson.dumps(result.data)) if result.data is not None else None
        return cls(data, errors, fingerprint)


class Mailbox:
    """Holds the newest update of each value only: a slow subscriber skips older ones and delays nobody.

    Belongs to one event loop.
    """

    def __init__(self) -> None:
        self._updates: dict[str, Update] = {}
        self._is_closed = False
        self._readable = asyncio.Event()

    def put(self, update: Update, key: str = "") -> None:
        """`key` identifies the value, of a topic with several."""
        self._updates.pop(key, None)
        self._updates[key] = update
        self._readable.set()

    def close(self) -> None:
        self._is_closed = True
        self._readable.set()

    async def receive(self) -> Update | None:
        """The newest unread update of the value that has waited longest, as soon as there is one; None once
        the mailbox is closed.
        """
        await self._readable.wait()
        update = self._updates.pop(next(iter(self._updates))) if self._updates else None
        if not self._is_closed and not self._updates:
            self._readable.clear()
        return update


def _without_volatile(value: Any) -> str | None:
    """The text of a `str` subclass; None for a volatile one, so that it does not enter the fingerprint."""
    return None if isinstance(value, VolatileText) else str(value)
