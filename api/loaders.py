"""Data loaders: load what the orders of a page need with one call of the store."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeAlias, TypeVar

from strawberry.dataloader import DataLoader

from graph_models.time import Millis
from impactgraph.errors import NotFoundError

T = TypeVar("T")
OrderAt: TypeAlias = tuple[str, Millis | None]
"""Bare key of an order, and a moment; None: now."""
Find: TypeAlias = Callable[[list[str], Millis | None], Awaitable[Mapping[str, T]]]
"""Values by bare key of the order, at a moment; unknown orders are absent."""


class OrderLoader(Generic[T]):
    """Loads a value of each order, by bare key and moment."""

    def __init__(self, find: Find[T]) -> None:
        self._find = find
        self._loader: DataLoader[OrderAt, T | NotFoundError] = DataLoader(load_fn=self._load)

    async def load(self, key: str, as_of: Millis | None) -> T:
        """Raises NotFoundError."""
        value = await self._loader.load((key, as_of))
        if isinstance(value, NotFoundError):
            raise value
        return value

    async def _load(self, requests: list[OrderAt]) -> list[T | NotFoundError]:
        keys_by_moment: defaultdict[Millis | None, list[str]] = defaultdict(list)
        for key, as_of in requests:
            keys_by_moment[as_of].append(key)
        values = {as_of: await self._find(keys, as_of) for as_of, keys in keys_by_moment.items()}
        return [
            values[as_of][key] if key in values[as_of] else NotFoundError(f"order:{key}")
            for key, as_of in requests
        ]
