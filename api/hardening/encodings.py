"""Bodies that are compressed: decompressed piece by piece, up to the largest size of a body."""

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 64 * 1024
"""Bytes that are decompressed at a time."""
MOST_MEMBERS = 2_000
"""Members of gzip, or frames of zstd, in a body. Each costs some 20 µs even where it is empty, so that the
limits of sizes alone would let a body of them take minutes.
"""
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_WINDOW_LOG_MAX = 23
"""Of zstd: 8 MB, the largest window that HTTP permits (RFC 9659)."""


class EncodingError(Exception):
    """The body is not what its Content-Encoding says."""


class Decoder(Protocol):
    """Decompresses a body."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What the next part of the body has, in pieces. Raises EncodingError."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether the body is at its end."""
        ...


class _Members:
    """Counts the members of a body."""

    def __init__(self) -> None:
        self._count = 1

    def begin(self) -> None:
        """Another one begins. Raises EncodingError."""
        self._count += 1
        if self._count > MOST_MEMBERS:
            raise EncodingError(f"it has more than {MOST_MEMBERS} members; compress it as one")


class ZlibDecoder:
    """gzip, also of several members, and deflate."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._members = _Members()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        is_full = False
        while data or is_full:
            if self._stream.eof:
                self._members.begin()
                self._stream = zlib.decompressobj(self._window)
            try:
                piece = self._stream.decompress(data, PIECE)
            except zlib.error as error:
                raise EncodingError(str(error)) from None
            data = self._stream.unconsumed_tail or self._stream.unused_data
            is_full = len(piece) == PIECE and not self._stream.eof  # then more may be ready without input
            if piece:
                yield piece

    @property
    def is_complete(self) -> bool:
        return self._stream.eof


class ZstdDecoder:
    def __init__(self) -> None:
        self._stream = self._new()
        self._members = _Members()

    def _new(self) -> "zstd.ZstdDecompressor":
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG_MAX})

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data or not (self._stream.needs_input or self._stream.eof):
            if self._stream.eof:
                self._members.begin()
                self._stream = self._new()
            try:
                piece = self._stream.decompress(data, PIECE)
            except zstd.ZstdError as error:
                raise EncodingError(str(error)) from None
            data = self._stream.unused_data if self._stream.eof else b""
            if piece:
                yield piece

    @property
    def is_complete(self) -> bool:
        return self._stream.eof


DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: ZlibDecoder(_GZIP_WINDOW),
    "x-gzip": lambda: ZlibDecoder(_GZIP_WINDOW),
    "deflate": lambda: ZlibDecoder(zlib.MAX_WBITS),
    "zstd": ZstdDecoder,
}
"""By the value of Content-Encoding. Several encodings, one on another, are not accepted."""
