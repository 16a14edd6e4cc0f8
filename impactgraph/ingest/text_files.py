"""Files as bytes or text, whatever their compression, byte order mark or encoding."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

GZIP = b"\x1f\x8b"
SQLITE = b"SQLite format 3\x00"
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_HEAD = 4096
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes that any zipped file may unpack to."""
MOST_TIMES = 200
"""By which a larger one may unpack; logs of text unpack to ten to sixty times their size."""
_MOST_OFTEN = 2
_JSON_START = re.compile(r"\{\s*[\"}]|\[\s*[\[{\]]")
"""Not `[id],[name]`, which is a header of CSV."""
_UTF8_MARK = codecs.BOM_UTF8


class UndecodableError(ValueError):
    """A file is not text in its encoding; the message says so and how to correct it."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class _Rejoined(io.RawIOBase):
    """What was read of a stream to look at it, and the rest of the stream."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(  # pyright: ignore[reportIncompatibleMethodOverride] - any buffer
        self, buffer: "memoryview | bytearray"
    ) -> int:
        data = self._head or self._rest.read(len(buffer))
        data, self._head = data[: len(buffer)], data[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


class _Unzipped(io.RawIOBase):
    """What a zipped stream unpacks to.

    Raises OSError where it is broken, or unpacks to so much more that it was made to fill the memory.
    """

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = _Counted(packed)
        self._file = gzip.GzipFile(fileobj=cast("BinaryIO", self._packed))
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(  # pyright: ignore[reportIncompatibleMethodOverride] - any buffer
        self, buffer: "memoryview | bytearray"
    ) -> int:
        try:
            data = self._file.read1(len(buffer))
        except zlib.error as error:
            raise OSError(f"it is broken: {error}") from error
        self._size += len(data)
        if self._size > max(MOST_UNPACKED, MOST_TIMES * self._packed.size):
            raise OSError(f"it unpacks to more than {MOST_TIMES} times its size: unpack it first")
        buffer[: len(data)] = data
        return len(data)


class _Counted:
    """A stream that counts the bytes that were read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.size += len(data)
        return data


def unpacked(stream: BinaryIO, times: int = 0) -> tuple[bytes, BinaryIO]:
    """(the first bytes, the whole stream), both without gzip where it is zipped. Raises OSError.

    `times`: how often it was unpacked already; there are files that unpack to themselves.
    """
    head = _head(stream)
    whole = cast("BinaryIO", io.BufferedReader(_Rejoined(head, stream)))
    if not head.startswith(GZIP):
        return head, whole
    if times == _MOST_OFTEN:
        raise OSError("it is zipped several times: unpack it first")
    return unpacked(cast("BinaryIO", _Unzipped(whole)), times + 1)


def _head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < _HEAD and (part := stream.read(_HEAD - len(head))):
        head += part
    return head


@contextmanager
def open_unpacked(path: Path) -> Generator[tuple[bytes, BinaryIO]]:
    """As `unpacked`, of a file. Raises OSError and EOFError."""
    with path.open("rb") as raw:
        yield unpacked(raw)


def encoding_of(head: bytes, default: str = "utf-8-sig") -> str:
    """UTF-16 or UTF-32 where a byte order mark, or zero bytes between others, show it; else the default."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if len(head) >= 4 and head[0] and not any(head[1:4]):
        return "utf-32-le"
    if len(head) >= 4 and head[3] and not any(head[:3]):
        return "utf-32-be"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) >= 4 and head[1] == 0 and head[3] == 0 and head[0]:
        return "utf-16-le"
    if len(head) >= 4 and head[0] == 0 and head[2] == 0 and head[1]:
        return "utf-16-be"
    return default


def utf8_lines(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """The lines in UTF-8 without byte order marks, also of a file in UTF-16."""
    encoding = encoding_of(head)
    if encoding == "utf-8-sig":
        yield from (line.removeprefix(_UTF8_MARK) for line in stream)
        return
    with io.TextIOWrapper(stream, encoding=encoding, errors="backslashreplace", newline="\n") as text:
        yield from (line.removeprefix("\ufeff").encode("utf-8", "backslashreplace") for line in text)


@contextmanager
def open_text(path: Path, encoding: str | None = None) -> Generator[Iterator[str]]:
    """Lines of a text file with their ends, without a byte order mark.

    Raises UndecodableError with the line, OSError and EOFError.
    """
    with open_unpacked(path) as (head, stream):
        codec = encoding or encoding_of(head)
        with io.TextIOWrapper(stream, encoding=codec, newline="") as text:
            try:
                yield text
            except UnicodeDecodeError as error:
                raise _undecodable(path, codec, error) from error


def read_text(path: Path) -> str:
    """Raises UndecodableError and OSError."""
    with open_text(path) as lines:
        return "".join(lines)


def read_bytes(path: Path) -> bytes:
    """The content in UTF-8 without a byte order mark, unzipped.

    Raises OSError, EOFError, UndecodableError.
    """
    with open_unpacked(path) as (head, stream):
        content = stream.read()
    encoding = encoding_of(head)
    if encoding == "utf-8-sig":
        return content.removeprefix(_UTF8_MARK)
    try:
        return content.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeError as error:
        raise UndecodableError(f"It is not text in {encoding}: save it in UTF-8.") from error


def is_xml(head: bytes) -> bool:
    """Whether a file is XML, by its first bytes."""
    start = head.removeprefix(_UTF8_MARK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", "ignore").encode()
    return start.lstrip().startswith(b"<")


def begins_as_json(head: bytes) -> bool:
    """Whether a file is an object, or a list of them, by its first bytes."""
    start = head.decode(encoding_of(head), "ignore").removeprefix("\ufeff").lstrip()
    return _JSON_START.match(start) is not None


def foreign_kind(head: bytes) -> str | None:
    """What a file that is no text of ours is, by its first bytes; None where that does not show."""
    if head.startswith(_ZIP):
        return "a ZIP archive or a workbook (.xlsx): save the sheet as CSV, or unpack it"
    if head.startswith(_COMPOUND):
        return "a workbook (.xls): save the sheet as CSV"
    return "XML: define its contents with --mapping" if is_xml(head) else None


def _undecodable(path: Path, encoding: str, error: UnicodeDecodeError) -> UndecodableError:
    name = "UTF-8" if encoding == "utf-8-sig" else encoding
    try:
        with open_unpacked(path) as (_, stream):
            for number, line in enumerate(stream, 1):
                try:
                    line.decode("utf-8" if encoding == "utf-8-sig" else encoding)
                except UnicodeDecodeError as bad:
                    return UndecodableError(_encoding_advice(name, bad), number)
    except (OSError, EOFError):
        pass
    return UndecodableError(_encoding_advice(name, error))


def _encoding_advice(name: str, error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    return (
        f"It is not text in {name} (byte 0x{byte:02x}): save it in UTF-8, or name its encoding in the "
        "mapping, such as `csv: {encoding: cp1252}`."
    )
