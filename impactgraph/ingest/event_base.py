"""Base of the structs of all events."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

import msgspec

from graph_models.time import Millis

Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class EventData(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The `data` of an event, or a part of it."""


class EventHead(msgspec.Struct, kw_only=True, tag_field="type", forbid_unknown_fields=True, gc=False):
    """Attributes of every event."""

    specversion: Literal["1.0"]
    id: Text
    source: Text
    time: datetime
    datacontenttype: str | None = None

    @property
    def type(self) -> str:
        return self.__struct_config__.tag  # pyright: ignore[reportReturnType] - always a text here

    @property
    def millis(self) -> Millis:
        """When it happened; a moment without a zone is UTC, digits finer than a millisecond do not count."""
        return moment_millis(self.time)


def moment_millis(moment: datetime) -> Millis:
    """Milliseconds since 1970, rounded down; a moment without a zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000_000) // 1000
