import gzip
import io
from pathlib import Path

import pytest

from impactgraph.errors import BadInputError
from impactgraph.ingest.files import read_blocks, size_of


def test_lines_come_in_blocks_with_their_places(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"a\n\n b \nc")

    blocks = list(read_blocks(str(file), block=2))

    assert [(block.lines, block.places) for block in blocks] == [
        ([b"a", b"b"], [f"{file}:1", f"{file}:3"]),
        ([b"c"], [f"{file}:4"]),
    ]


def test_gzip_is_recognized_by_the_content_of_the_file_and_not_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "events"
    file.write_bytes(gzip.compress(b"a\nb\n"))

    assert [block.lines for block in read_blocks(str(file))] == [[b"a", b"b"]]


def test_the_last_block_is_at_the_end_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "events.gz"
    file.write_bytes(gzip.compress(b"a\nb\n"))

    assert [block.read for block in read_blocks(str(file))] == [size_of(str(file))]


def test_a_dash_is_standard_input() -> None:
    assert [block.lines for block in read_blocks("-", standard_input=io.BytesIO(b"a\n"))] == [[b"a"]]


def test_the_size_of_standard_input_is_not_known() -> None:
    assert size_of("-") is None


@pytest.mark.parametrize("name", ["missing.ndjson", "broken.gz"])
def test_a_file_that_cannot_be_read_is_reported_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.gz").write_bytes(gzip.compress(b"a\n" * 9000)[:-12])

    with pytest.raises(BadInputError, match=name):
        list(read_blocks(str(tmp_path / name)))
