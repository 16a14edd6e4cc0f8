"""A topic: a question whose answer changes, which clients subscribe to."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from api.context import Context


@dataclass(frozen=True)
class Topic:
    """Equal for the same name and question: then it is evaluated once for all subscribers."""

    name: str
    """Of the subscription's field."""
    question: Hashable
    value: Callable[[Context], Awaitable[object]] = field(compare=False)
    """The value of the field in the state that the context sees; valid as long as the context is open."""
