"""What the rows of a page need is asked of the store once for the page."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeAlias, TypeVar

from strawberry.dataloader import DataLoader

from graph_models.time import Millis
from impactgraph.errors import NotFoundError

T = TypeVar("T")
Asked: TypeAlias = tuple[str, Millis | None]
Find: TypeAlias = Callable[[list[str], Millis | None], Awaitable[Mapping[str, T]]]
"""Those of some orders, by bare key, that are known at a moment (None: now)."""


class OrderLoader(Generic[T]):
    """Something of orders, by bare key and moment."""

    def __init__(self, find: Find[T]) -> None:
        self._find = find
        self._loader: DataLoader[Asked, T | NotFoundError] = DataLoader(load_fn=self._load)

    async def load(self, key: str, as_of: Millis | None) -> T:
        """Raises NotFoundError."""
        found = await self._loader.load((key, as_of))
        if isinstance(found, NotFoundError):
            raise found
        return found

    async def _load(self, asked: list[Asked]) -> list[T | NotFoundError]:
        grouped: defaultdict[Millis | None, list[str]] = defaultdict(list)
        for key, as_of in asked:
            grouped[as_of].append(key)
        found = {as_of: await self._find(keys, as_of) for as_of, keys in grouped.items()}
        return [
            found[as_of][key] if key in found[as_of] else NotFoundError(f"order:{key}")
            for key, as_of in asked
        ]
