"""Loaders: what the rows of a page need is asked of the store once for the page."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from strawberry.dataloader import DataLoader

from graph_models.orders import Order, TimelineEntry
from graph_models.time import Millis
from impactgraph.errors import NotFoundError
from impactgraph.usecases.diagnoses import Case, cases
from impactgraph.usecases.orders import get_orders
from impactgraph.usecases.timelines import timelines

if TYPE_CHECKING:
    from api.context import Context

T = TypeVar("T")
Asked: TypeAlias = tuple[str, Millis | None]
Timeline: TypeAlias = tuple[TimelineEntry, ...]


class OrderLoader:
    """Orders by bare key and moment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._loader: DataLoader[Asked, Order | NotFoundError] = DataLoader(load_fn=self._load)

    async def load(self, key: str, as_of: Millis | None) -> Order:
        """Raises NotFoundError."""
        return _known(await self._loader.load((key, as_of)))

    async def _load(self, asked: list[Asked]) -> list[Order | NotFoundError]:
        found = {at: await self._context.ask(get_orders, keys, self._context.now, at) for at, keys in _by_moment(asked).items()}
        return [found[at].get(key) or NotFoundError(f"order:{key}") for key, at in asked]


class CaseLoader:
    """Orders with all that their diagnosis and their story are told from, by bare key and moment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._loader: DataLoader[Asked, Case | NotFoundError] = DataLoader(load_fn=self._load)

    async def load(self, key: str, as_of: Millis | None) -> Case:
        """Raises NotFoundError."""
        return _known(await self._loader.load((key, as_of)))

    async def _load(self, asked: list[Asked]) -> list[Case | NotFoundError]:
        found = {at: await self._context.ask(cases, keys, self._context.now, at) for at, keys in _by_moment(asked).items()}
        return [found[at].get(key) or NotFoundError(f"order:{key}") for key, at in asked]


class TimelineLoader:
    """Stories by bare order key and moment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._loader: DataLoader[Asked, Timeline | NotFoundError] = DataLoader(load_fn=self._load)

    async def load(self, key: str, as_of: Millis | None) -> Timeline:
        """Raises NotFoundError."""
        await self._context.cases.load(key, as_of)
        return _known(await self._loader.load((key, as_of)))

    async def _load(self, asked: list[Asked]) -> list[Timeline | NotFoundError]:
        found = {at: await self._tell(keys, at) for at, keys in _by_moment(asked).items()}
        return [found[at].get(key) or NotFoundError(f"order:{key}") for key, at in asked]

    async def _tell(self, keys: list[str], as_of: Millis | None) -> dict[str, Timeline]:
        context = self._context
        landscape = await context.landscape(as_of)
        known = {key: await context.cases.load(key, as_of) for key in keys}
        return await context.ask(timelines, landscape.topology, known, as_of)


def _by_moment(asked: list[Asked]) -> dict[Millis | None, list[str]]:
    grouped: defaultdict[Millis | None, list[str]] = defaultdict(list)
    for key, as_of in asked:
        grouped[as_of].append(key)
    return grouped


def _known(found: T | NotFoundError) -> T:
    if isinstance(found, NotFoundError):
        raise found
    return found
