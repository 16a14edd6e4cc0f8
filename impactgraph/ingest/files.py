"""Blocks of events from files of CloudEvents: NDJSON, JSON arrays, gzip, standard input."""

import re
import sys
from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.blocks import BLOCK, Block
from impactgraph.ingest.text_files import SQLITE, foreign_kind, unpacked, utf8_lines

STANDARD_INPUT = "-"
_MOST_LINES = 10_000
"""Of one event that goes over several lines."""
_OCEL = re.compile(rb'"(?:objectTypes|eventTypes|ocel:[a-z-]+)"')
_VALUE = msgspec.json.Decoder(msgspec.Raw)
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


class _Typed(msgspec.Struct):
    type: str = ""


_TYPE = msgspec.json.Decoder(_Typed)


def size_of(path: str) -> int | None:
    """Bytes of the file; None for standard input.

    Raises BadInputError where the file does not exist.
    """
    if path == STANDARD_INPUT:
        return None
    try:
        return Path(path).stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def read_blocks(path: str, *, block: int = BLOCK, standard_input: BinaryIO | None = None) -> Iterator[Block]:
    """Blocks of CloudEvents: the lines that are not blank, or the members of a JSON array, of a file or of
    standard input (`-`); unzipped, in UTF-8 whatever their encoding.

    Raises BadInputError where it cannot be read, or is a log of another kind.
    """
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        if path == STANDARD_INPUT:
            yield from _blocks(name, standard_input or sys.stdin.buffer, None, block)
            return
        with Path(path).open("rb") as raw:
            yield from _blocks(name, raw, raw, block)
    except (OSError, EOFError) as error:
        raise unreadable(path, error) from error


def _blocks(name: str, stream: BinaryIO, file: BinaryIO | None, block: int) -> Iterator[Block]:
    """`file` knows how many bytes were read, where it does."""
    head, whole = unpacked(stream)
    _check_kind(name, head)
    read = 0
    batch = Block()
    for place, text in _events(name, utf8_lines(head, whole)):
        read += len(text) + 1
        batch.add(_type_of(text), [text], place)
        if len(batch.lines) >= block:
            batch.read = file.tell() if file else read
            yield batch
            batch = Block()
    if batch.lines:
        batch.read = file.tell() if file else read
        yield batch


def _check_kind(name: str, head: bytes) -> None:
    if head.startswith(SQLITE) or (_OCEL.search(head) and b'"specversion"' not in head):
        raise BadInputError(
            Problem("It is an OCEL log, not a file of CloudEvents: define its contents with --mapping.", name)
        )
    if foreign := foreign_kind(head):
        raise BadInputError(Problem(f"It is not a file of CloudEvents but {foreign}.", name))


def _events(name: str, lines: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    """(place, event) of each line, of each member of a JSON array, or of one event over several lines."""
    number_and_text = ((number, text) for number, line in enumerate(lines, 1) if (text := line.strip()))
    first = next(number_and_text, None)
    if first is None:
        return
    is_array = first[1].startswith(b"[")
    if is_array or (first[1].startswith(b"{") and not _is_json(first[1])):
        rest = list(number_and_text if is_array else islice(number_and_text, _MOST_LINES))
        document = b"\n".join([first[1], *(text for _, text in rest)])
        members = _members(document)
        if members is not None:
            yield from ((f"{name}: event {number}", bytes(each)) for number, each in enumerate(members, 1))
            return
        number_and_text = chain(rest, number_and_text)
    for number, text in chain([first], number_and_text):
        yield f"{name}:{number}", text


def _members(document: bytes) -> list[msgspec.Raw] | None:
    """Members of an array that is empty or has objects, or a single object; None where it is neither."""
    try:
        if document.startswith(b"["):
            members = _ARRAY.decode(document)
            has_objects = any(bytes(each).startswith(b"{") for each in members)
            return members if has_objects or not members else None
        return [_VALUE.decode(document)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_json(text: bytes) -> bool:
    try:
        _VALUE.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _type_of(event: bytes) -> str:
    try:
        return _TYPE.decode(event).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def digest_of(path: str, size: int | None = None) -> str:
    """Digest of the file's bytes, or of its first `size`. Raises BadInputError where it cannot be read."""
    digest = blake2b(digest_size=16)
    remaining = size_of(path) if size is None else size
    try:
        with Path(path).open("rb") as file:
            while remaining and (part := file.read(min(remaining, 1 << 20))):
                digest.update(part)
                remaining -= len(part)
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()


def unreadable(path: str, error: OSError | EOFError) -> BadInputError:
    """The error for a file that cannot be read."""
    reason = getattr(error, "strerror", None) or str(error)
    return BadInputError(
        Problem(
            f"It cannot be read: {reason}. Name an existing NDJSON file (.gz too), or - for standard input.",
            path,
        )
    )
