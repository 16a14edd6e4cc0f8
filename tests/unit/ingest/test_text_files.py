"""Zipped files that are broken, or made to fill the memory."""

import gzip
import io

import pytest

from impactgraph.ingest import text_files
from impactgraph.ingest.text_files import unpacked

TEXT = b"hello\nworld\n" * 5_000


def test_a_file_that_was_zipped_twice_is_read() -> None:
    head, stream = unpacked(io.BytesIO(gzip.compress(gzip.compress(TEXT))))

    assert (head, stream.read()) == (TEXT[:4096], TEXT)


def test_a_file_that_was_zipped_again_and_again_is_refused() -> None:
    content = TEXT
    for _ in range(50):
        content = gzip.compress(content)

    with pytest.raises(OSError, match="zipped several times"):
        unpacked(io.BytesIO(content))


@pytest.mark.parametrize("at", range(12, 200, 7))
def test_a_broken_zipped_file_is_an_error_of_reading(at: int) -> None:
    content = bytearray(gzip.compress(bytes(range(256)) * 50))
    content[at : at + 20] = b"\xff" * 20

    with pytest.raises((OSError, EOFError)):
        unpacked(io.BytesIO(content))[1].read()


def test_a_compression_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "MOST_UNPACKED", 100_000)
    _, stream = unpacked(io.BytesIO(gzip.compress(b" " * 5_000_000)))

    with pytest.raises(OSError, match="200 times its size"):
        stream.read()


def test_text_that_packs_well_is_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "MOST_UNPACKED", 100_000)
    lines = b"".join(b'{"id": "%d", "type": "order.placed"}\n' % number for number in range(50_000))

    assert unpacked(io.BytesIO(gzip.compress(lines)))[1].read() == lines
