"""A topic: a question whose answer changes, which clients subscribe to."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from api.context import Context
from graph_models.access import LOCAL, Principal


@dataclass(frozen=True)
class Topic:
    """Equal for the same name and question: then it is evaluated once for all subscribers."""

    name: str
    """Of the subscription's field."""
    question: Hashable
    audience: Principal = field(default=LOCAL, kw_only=True)
    """Who gets its values: everybody with these roles and this row filter."""
    value: Callable[[Context], Awaitable[object]] = field(compare=False)
    """The value of the field in the state that the context sees; valid as long as the context is open."""
    key_of: Callable[[object], str] | None = field(default=None, compare=False)
    """Of a topic with several values, of which `value` gives a list: what identifies each of them. A value
    is sent when it is new or has changed, by itself.
    """

    def of(self, principal: Principal) -> "Topic":
        """The topic for those who have the same roles and may see the same orders."""
        return replace(self, audience=replace(principal, subject="audience", name="audience"))

    def by_key(self, value: object) -> Mapping[str, object]:
        """The values of the field, by what identifies each of them."""
        if self.key_of is None:
            return {"": value}
        return {self.key_of(each): each for each in cast("Sequence[object]", value)}
