"""A backup as a stream of bytes: a line of JSON for the head, and for each part a line and its data."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, TypeAlias

import msgspec

from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.backup import BackupHead, Part, PartKey


class _PartLine(msgspec.Struct):
    key: PartKey
    fingerprint: str
    rows: int
    size: int | None
    """Bytes that follow; None where the backup has the part already."""


class _End(msgspec.Struct):
    end: int
    """Number of parts: without this line the stream was cut off."""


KnownParts: TypeAlias = list[tuple[PartKey, str]]
"""What the sender of a request has already: parts with their fingerprints."""


def encode_known(known: dict[PartKey, str]) -> bytes:
    return msgspec.json.encode(list(known.items()))


def encode(head: BackupHead, parts: Iterable[Part]) -> Iterator[bytes]:
    yield msgspec.json.encode(head) + b"\n"
    count = 0
    for part in parts:
        size = None if part.data is None else len(part.data)
        yield msgspec.json.encode(_PartLine(part.key, part.fingerprint, part.rows, size)) + b"\n"
        if part.data is not None:
            yield part.data
        count += 1
    yield msgspec.json.encode(_End(count)) + b"\n"


def decode(stream: BinaryIO) -> tuple[BackupHead, Iterator[Part]]:
    """Raises StoreUnavailableError where the stream ends early, also while the parts are read."""
    try:
        return msgspec.json.decode(stream.readline(), type=BackupHead), _parts(stream)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreUnavailableError(f"The server sent no backup: {error}") from error


def _parts(stream: BinaryIO) -> Iterator[Part]:
    count = 0
    while True:
        line = stream.readline()
        try:
            if line.startswith(b'{"end"'):
                if msgspec.json.decode(line, type=_End).end != count:
                    raise StoreUnavailableError("Parts of the backup are missing: try again.")
                return
            each = msgspec.json.decode(line, type=_PartLine)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreUnavailableError("The backup broke off: the server ended it. Try again.") from error
        data = None if each.size is None else stream.read(each.size)
        if data is not None and len(data) != each.size:
            raise StoreUnavailableError("The backup broke off within a part: try again.")
        yield Part(each.key, each.fingerprint, each.rows, data)
        count += 1
