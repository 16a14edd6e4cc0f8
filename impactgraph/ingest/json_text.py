"""Finds a key that is in one object of a JSON text twice: parsers take the last value and say nothing."""

import json
from typing import Any, cast

import msgspec

_decode, _encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
_LARGE = 1024 * 1024
"""Bytes."""
_UNREAD = object()
_FAILURES = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError)


def repeated_key(text: bytes | str, value: Any = _UNREAD) -> str | None:
    """The place of the first key that its object has twice, such as `data.amount`; None where there is none,
    and for a text that is no JSON. `value`: what was read of the text, if it was.

    A text without escapes has as many colons as what is written of the value that was read, unless a key was
    read twice: that is seen at a tenth of the cost of looking at every key.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(content) > _LARGE:
        try:
            return _in_parts(content.strip())
        except _FAILURES:
            return _search(content)
    return _in_whole(content, value)


def _in_parts(content: bytes) -> str | None:
    """Of a large text: member by member, so that its values are not all in memory at once."""
    if content.startswith(b"["):
        for index, member in enumerate(msgspec.json.decode(content, type=list[msgspec.Raw])):
            if (inner := repeated_key(bytes(member))) is not None:
                return _joined(f"[{index}]", inner)
        return None
    if not content.startswith(b"{"):
        return None
    members = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    colons = sum(name.count(":") + 1 + bytes(member).count(b":") for name, member in members.items())
    has_escaped_colons = b"\\u" in content and any(":" in name for name in members)
    if has_escaped_colons or colons != content.count(b":"):
        return _search(content)
    for name, member in members.items():
        if (inner := repeated_key(bytes(member))) is not None:
            return _joined(name, inner)
    return None


def _in_whole(content: bytes, value: Any) -> str | None:
    if b"\\u" not in content:
        try:
            written = _encode(_decode(content) if value is _UNREAD else value)
            if written.count(b":") == content.count(b":"):
                return None
        except _FAILURES:
            pass  # such as a number that is too large for this parser
    return _search(content)


def refuse_repeated_key(text: bytes | str, value: Any = _UNREAD) -> None:
    """Raises ValueError where a key is there twice. `value`: what was read of the text, if it was."""
    if (place := repeated_key(text, value)) is not None:
        raise ValueError(twice(place))


def twice(place: str) -> str:
    """What is wrong with such a text."""
    return f"`{place}` is there twice, and nothing says which of its values holds: send it once"


class _Object(dict[str, Any]):
    """With the first key that is there twice; empty: each is there once."""

    repeated: str | None = None


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        seen = set[str]()
        made.repeated = next(name for name, _ in pairs if name in seen or seen.add(name))
    return made


def _search(text: bytes) -> str | None:
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_int=str, parse_float=str)
        return _place(document)
    except (ValueError, RecursionError):
        return None


def _place(node: object) -> str | None:
    """From the node on, as a path."""
    if isinstance(node, list):
        for index, each in enumerate(cast("list[object]", node)):
            if (inner := _place(each)) is not None:
                return _joined(f"[{index}]", inner)
    if isinstance(node, _Object):
        if node.repeated is not None:
            return node.repeated
        for name, each in node.items():
            if (inner := _place(each)) is not None:
                return _joined(name, inner)
    return None


def _joined(outer: str, inner: str) -> str:
    return f"{outer}{'' if inner.startswith('[') else '.'}{inner}"
