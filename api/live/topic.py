"""What can be followed: a question whose answer changes."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from api.context import Context


@dataclass(frozen=True)
class Topic:
    """Two topics of the same name and question are one: it is worked out once for all who follow it."""

    name: str
    """Of the subscription's field."""
    question: Hashable
    value: Callable[[Context], Awaitable[object]] = field(compare=False)
    """What the field shows in the state that the context sees. Good as long as the context is open."""
