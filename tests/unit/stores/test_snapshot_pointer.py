"""The file that names the last snapshot: damaged anywhere, it is read as if there were none."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import structlog

from impactgraph.stores.state.snapshot import Meta, own_sum, read_meta


@pytest.fixture
def pointer(tmp_path: Path) -> Path:
    (tmp_path / "columns-7-ab").mkdir()
    words = {"channel": ["web", "store"], "attribute:märke": ["ü"]}
    sums = {"orders.placed_at": 4_294_967_295}
    meta = Meta(
        identity="r-1", topology="t-1", watermark=7, latest=9, folder="columns-7-ab", words=words, sums=sums
    )
    meta.own_sum = own_sum(meta)
    path = tmp_path / "columns.json"
    path.write_bytes(msgspec.json.encode(meta))
    assert read_meta(tmp_path) == meta
    return path


@pytest.fixture(autouse=True)
def no_log() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


def test_a_byte_that_is_other_is_noticed(pointer: Path) -> None:
    content = pointer.read_bytes()
    meta = read_meta(pointer.parent)
    for place in range(len(content)):
        for value in {content[place] ^ 0x80, content[place] ^ 1 << place % 8, *b'"9'}:
            pointer.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])

            assert read_meta(pointer.parent) in (None, meta)


def test_a_file_that_is_cut_is_noticed(pointer: Path) -> None:
    content = pointer.read_bytes()
    for size in range(len(content)):
        pointer.write_bytes(content[:size])

        assert read_meta(pointer.parent) is None
