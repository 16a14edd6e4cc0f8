"""JSON documents of a file: one in each line (NDJSON), or the whole file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from impactgraph.ingest.json_text import refuse_repeated_key
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.skip_reasons import MALFORMED_JSON
from impactgraph.ingest.text_files import open_unpacked, utf8_lines

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_MALFORMED = (msgspec.DecodeError, UnicodeDecodeError)
_FAILURES = (*_MALFORMED, RecursionError, ArithmeticError)
_BEGINS, _OPEN, _CLOSES, _INNER = b"{[", b"{[,:", b"}]", b" \t}]"
"""With what a document over several lines begins, what its first line ends with, what the last one and all
others begin with.
"""

Document: TypeAlias = tuple[Any, str]
"""A value and its place."""


class MalformedJsonError(ValueError):
    """A text is no JSON; the message is what is wrong with it."""


def decode_document(content: bytes | str) -> Any:
    """The value; numbers with a fraction are exact.

    Raises MalformedJsonError, and ValueError with the reason for which JSON cannot be taken.
    """
    try:
        value = _DECODER.decode(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ArithmeticError:
        raise ValueError("a number in it is too large") from None
    except _MALFORMED as error:
        raise MalformedJsonError(str(error)) from None
    refuse_repeated_key(content, value)
    return value


def json_documents(path: Path) -> Iterator[Document | Skipped]:
    """Every document of a file; a line that is none is passed over. A file that begins with a document in a
    line is read in a stream, any other as a whole: one document, or several behind each other, as `jq` writes
    them.

    Raises OSError and EOFError.
    """
    with open_unpacked(path) as (head, stream):
        lines = utf8_lines(head, stream)
        number_and_text = ((number, line.rstrip()) for number, line in enumerate(lines, 1) if line.strip())
        first = next(number_and_text, None)
        if first is None:
            return
        if not _is_json(first[1]):
            rest = list(number_and_text)
            whole = _decoded(b"\n".join([first[1], *(text for _, text in rest)]), str(path))
            if not isinstance(whole, Skipped) or not rest:
                yield whole
                return
            for part in _parts([first, *rest]):
                yield from _of_part(part, path)
            return
        for number, text in _joined(chain([first], number_and_text)):
            yield _decoded(text, f"{path}:{number}")


def _joined(lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The lines, each with its number; those of a document that is written over several as one. Such a
    document opens at the end of its first line, and its other lines are indented or close it.
    """
    parts: list[bytes] = []
    first = 0
    for number, line in lines:
        is_inner = line[:1] in _INNER
        if parts and not is_inner:
            yield first, b"\n".join(parts)
            parts = []
        if not parts and not (line[-1:] in _OPEN and line.lstrip()[:1] in _BEGINS):
            yield number, line
            continue
        first = first if parts else number
        parts.append(line)
        if line[:1] in _CLOSES:
            yield first, b"\n".join(parts)
            parts = []
    if parts:
        yield first, b"\n".join(parts)


def _parts(lines: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """The numbered lines of each document of a text that consists of several, or of several documents where
    brackets do not match.
    """
    part: list[tuple[int, bytes]] = []
    levels = 0
    for number, line in lines:
        part.append((number, line))
        levels += _opened(line)
        if levels == 0:
            yield part
            part = []
    if part:
        yield part


def _of_part(lines: Sequence[tuple[int, bytes]], path: Path) -> Iterator[Document | Skipped]:
    """The document of these lines, or several that a bracket without its match has joined."""
    place = f"{path}:{lines[0][0]}"
    try:
        yield decode_document(b"\n".join(line for _, line in lines)), place
    except MalformedJsonError as error:
        if len(lines) == 1:
            yield Skipped(f"{MALFORMED_JSON}: {error}", "", place)
        else:
            yield from (_decoded(text, f"{path}:{number}") for number, text in _joined(lines))
    except ValueError as error:
        yield Skipped(f"{MALFORMED_JSON}: {error}", "", place)


def _opened(line: bytes) -> int:
    """How many more objects and lists begin in a line than end."""
    bare_line = _TEXT.sub(b"", line)
    return sum(bare_line.count(each) for each in (b"{", b"[")) - sum(
        bare_line.count(each) for each in (b"}", b"]")
    )


def _decoded(text: bytes, place: str) -> Document | Skipped:
    try:
        return decode_document(text), place
    except ValueError as error:
        return Skipped(f"{MALFORMED_JSON}: {error}", "", place)


def _is_json(text: bytes) -> bool:
    try:
        _DECODER.decode(text)
    except _FAILURES:
        return False
    return True
