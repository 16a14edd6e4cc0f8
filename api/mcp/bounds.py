"""Keeps answers small: texts are clipped, and lists end where an answer would have too many bytes."""

from collections.abc import Mapping
from typing import Any

import orjson

LONGEST_TEXT = 1000
"""Characters of one text of an answer."""
LARGEST_ANSWER = 24_000
"""Bytes of one answer as JSON."""
_ENVELOPE = 3_000
"""Bytes for what an answer has beside its page."""

Json = dict[str, Any]


def clip(value: Any) -> Any:
    """The value with an ellipsis at the end of each text that is too long."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[: LONGEST_TEXT - 1].rstrip() + "…"
    if isinstance(value, list):
        return [clip(each) for each in value]
    if isinstance(value, dict):
        return {name: clip(each) for name, each in value.items()}
    return value


def shorten(answer: Json, longest: Mapping[str, int]) -> Json:
    """The answer with its lists cut to these lengths, and further where it would have too many bytes.

    `omitted` says how many items of each list are missing then.
    """
    result = clip(answer)
    omitted_counts = dict[str, int]()

    def cut(name: str, length: int) -> None:
        omitted_counts[name] = omitted_counts.get(name, 0) + len(result[name]) - length
        result[name] = result[name][:length]

    for name, length in longest.items():
        if len(result[name]) > length:
            cut(name, length)
    while _size(result) > LARGEST_ANSWER and any(result[name] for name in longest):
        largest = max(longest, key=lambda name: _size(result[name]))
        cut(largest, len(result[largest]) - 1)
    return result | {"omitted": omitted_counts}


def page_of(connection: Json) -> Json:
    """`items`, `totalCount` and `nextCursor` (null on the last page) of a GraphQL connection.

    The page ends earlier where it would have too many bytes: its cursor leads on from there.
    """
    items, size = list[Json](), _ENVELOPE
    edges = connection["edges"]
    for edge in edges:
        item = clip(edge["node"])
        size += _size(item)
        if items and size > LARGEST_ANSWER:
            break
        items.append(item)
    is_whole = len(items) == len(edges)
    has_next = not is_whole or connection["pageInfo"]["hasNextPage"]
    return {
        "items": items,
        "totalCount": connection["totalCount"],
        "nextCursor": edges[len(items) - 1]["cursor"] if items and has_next else None,
    }


def _size(value: object) -> int:
    return len(orjson.dumps(value))
