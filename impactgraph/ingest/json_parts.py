"""The members of a large JSON object one after the other, so that the whole text is never in memory."""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, TypeAlias

import msgspec

from impactgraph.ingest.text_files import encoding_of

_PART = 1 << 18
"""Characters that are read at once; of a long value as many more as are there already."""
_SPACES = re.compile(r"[ \t\n\r]*")
_END_OF_VALUE = json.JSONDecoder(parse_int=len, parse_float=len).raw_decode
"""Finds where a value ends; what it makes of the value is not used."""
_NEXT_ITEM = re.compile(r'[ \t\n\r]*,([ \t\n\r]*\{[ \t\n\r]*"[^"\\]*"[ \t\n\r]*:)')
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])

Text: TypeAlias = str | msgspec.Raw


class _Parts:
    """A JSON text of which one value is in memory at a time."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._text, self._at = "", 0
        self._are_items_clear = True
        """Whether no attempt to separate the items of the present text at once has failed."""

    def _has_more(self) -> bool:
        part = self._stream.read(max(_PART, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + part, 0
        self._are_items_clear = True
        return bool(part)

    def next_character(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            match = _SPACES.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._has_more():
                return ""

    def take(self, characters: str) -> str:
        """The next character, which is one of these. Raises ValueError."""
        character = self.next_character()
        if not character or character not in characters:
            raise ValueError(f"{character!r} stands where one of {characters!r} is expected")
        self._at += 1
        return character

    def value(self) -> str:
        """The text of the next value. Raises ValueError, and RecursionError."""
        self.next_character()
        while True:
            try:
                _, end = _END_OF_VALUE(self._text, self._at)
            except json.JSONDecodeError:
                if not self._has_more():
                    raise
                continue
            if end == len(self._text) and self._has_more():
                continue  # a number may go on
            text, self._at = self._text[self._at : end], end
            return text

    def following_items(self) -> Sequence[msgspec.Raw]:
        """The items of a list that follow one, as far as they are read already and are easily separated: the
        last place that looks as the one between the next two is taken for an end, and what is before it must
        be a list. That is several times as fast as to look for the end of each.
        """
        behind = _NEXT_ITEM.match(self._text, self._at) if self._are_items_clear else None
        end = self._text.rfind("}" + behind[0], behind.end()) + 1 if behind else 0
        if behind is None or not end:
            return ()
        try:
            items = _ITEMS.decode(f"[{self._text[behind.start(1) : end]}]")
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._are_items_clear = False
            return ()
        self._at = end
        return items


def json_members(
    head: bytes, stream: BinaryIO, brackets_of: Mapping[str, str]
) -> Iterator[tuple[str, str, Text]]:
    """(name, key, text) of each member of the object in a stream; of a list (`[]`) or an object (`{}`) named
    in `brackets_of`, of each of its members, after an empty text: of an object with its key.

    Raises ValueError, UnicodeDecodeError and RecursionError where it is no object, has a name twice, or has
    something else under one of these names.
    """
    encoding = encoding_of(head)
    with io.TextIOWrapper(stream, encoding=encoding) as whole:
        parts = _Parts(whole)
        if encoding != "utf-8-sig" and parts.next_character() == "\ufeff":
            parts.take("\ufeff")
        for name in _names(parts):
            brackets = brackets_of.get(name)
            if brackets is None:
                yield name, "", parts.value()
                continue
            yield name, "", ""
            if brackets == "{}":
                for key in _names(parts):
                    yield name, key, parts.value()
                continue
            for _ in _items(parts, brackets):
                yield name, "", parts.value()
                for text in parts.following_items():
                    yield name, "", text
        if parts.next_character():
            raise ValueError("something follows the document")


def _names(parts: _Parts) -> Iterator[str]:
    """The names of the members of an object; their values are to be read."""
    names: set[str] = set()
    for _ in _items(parts, "{}"):
        name = json.loads(parts.value())
        if not isinstance(name, str) or name in names:
            raise ValueError(f"{name!r} is no name, or is there twice")
        names.add(name)
        parts.take(":")
        yield name


def _items(parts: _Parts, brackets: str) -> Iterator[None]:
    """One for each item between the brackets."""
    opening, closing = brackets
    parts.take(opening)
    if parts.next_character() == closing:
        parts.take(closing)
        return
    while True:
        yield
        if parts.take("," + closing) == closing:
            return
