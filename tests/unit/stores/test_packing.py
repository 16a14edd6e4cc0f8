import zlib
from base64 import b64decode
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block, Table, concatenate_blocks
from impactgraph.stores.local.packing import pack, unpack, zstd

_KINDS = (np.uint8, np.int16, np.int32, np.int64, np.uint32, np.uint64)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Columns of one length: of every type, over its whole range or rising by little, and texts of which some
    are missing.
    """
    size = draw(st.integers(1, 12))
    table: Table = {}
    for kind in _KINDS:
        limits = np.iinfo(kind)
        numbers = st.integers(int(limits.min), int(limits.max))
        near = numbers.map(lambda first, limits=limits: min(first, int(limits.max) - 2 * size))
        values = draw(
            st.one_of(
                st.lists(numbers, min_size=size, max_size=size),
                near.map(lambda first: list(range(first, first + size))),
            )
        )
        table[np.dtype(kind).name] = np.array(values, kind)
    texts = draw(
        st.one_of(st.lists(st.none() | st.text(), min_size=size, max_size=size), st.just([None] * size))
    )
    table["text"] = np.empty(size, np.object_)
    table["text"][:] = texts
    return table


_FORMAT_1 = b64decode(
    "eAGbyti0LLUsNa+keOr0xcWphYttMi0W15QaHmFm5+A8dIBh+pKSzNxUsKhNptERHgaLvMlzGBkYvjCq/DoMks7O"
    "zEsBaYBoYmRiAmvKSCzOWGxTagHCRyT+QwErAwSwQWmQ0kWZKQsWHGE4NHlRquGBRYdXMizLL0pJLSqeNH1ZXmlu"
    "UmoR0G4TsOGMLMjqJy721zVkmL68KDU3vyw1Be5uRmaQqmU5qSXx6flwUSZuHqBwI+uavHyF4tLkDIXiktQCAJS7"
    "aEY="
)
"""What the last version that wrote format 1 made of `_block_of_format_1()`."""


def _texts(*values: str | None) -> np.ndarray:
    column = np.empty(len(values), np.object_)
    column[:] = values
    return column


def _block_of_format_1() -> Block:
    events: Table = {
        "seq": np.array([7, 8, 9]),
        "time": np.array([1_772_000_000_000, 1_772_000_000_500, 1_771_999_999_000]),
        "kind": np.array([1, 2, 2], np.uint8),
        "hash": np.array([2**64 - 1, 5, 6], np.uint64),
        "id": _texts("e1", None, "é"),
    }
    orders: Table = {"number": np.array([4], np.int32), "id": _texts("O-1")}
    return Block(
        rows={"events": events, "orders": orders},
        removed_seqs=np.array([3]),
        quarantine_releases=np.array([11, 12]),
        reasons={5: "no such step"},
    )


_SEQS = st.lists(st.integers(0, 2**62), max_size=5).map(lambda seqs: np.array(seqs, np.int64))
BLOCKS = st.builds(
    Block,
    st.dictionaries(st.sampled_from(["events", "orders"]), tables()),
    _SEQS,
    _SEQS,
    st.dictionaries(st.integers(1, 2**62), st.text()),
)


def same(one: Block, other: Block) -> bool:
    tables_same = {
        name: {c: (v.dtype, v.tolist()) for c, v in t.items()} for name, t in one.rows.items()
    } == {name: {c: (v.dtype, v.tolist()) for c, v in t.items()} for name, t in other.rows.items()}
    rest = [
        (block.removed_seqs.tolist(), block.quarantine_releases.tolist(), block.reasons)
        for block in (one, other)
    ]
    return tables_same and list(one.rows) == list(other.rows) and rest[0] == rest[1]


@given(BLOCKS)
def test_a_block_comes_out_as_it_went_in(block: Block) -> None:
    assert same(unpack(pack(block)), block)


def test_a_block_of_format_1_is_read() -> None:
    assert same(unpack(_FORMAT_1), _block_of_format_1())


def test_a_block_is_written_in_format_2() -> None:
    packed = pack(_block_of_format_1())

    assert packed.startswith(b"\x28\xb5\x2f\xfd")
    assert msgspec.msgpack.decode(zstd.decompress(packed))[0] == 2


@pytest.mark.parametrize(
    ("compress", "number"), [(zstd.compress, 1), (zstd.compress, 3), (zlib.compress, 2), (zlib.compress, 3)]
)
def test_a_block_of_an_unknown_format_is_an_error(compress: Callable[[bytes], bytes], number: int) -> None:
    fields = msgspec.msgpack.decode(zlib.decompress(_FORMAT_1))
    fields[0] = number

    with pytest.raises(StoreUnavailableError, match=f"format {number}, this version reads formats up to 2"):
        unpack(compress(msgspec.msgpack.encode(fields)))


@given(BLOCKS)
def test_the_same_block_is_the_same_bytes(block: Block) -> None:
    assert pack(unpack(pack(block))) == pack(block)


@given(st.lists(BLOCKS, min_size=1, max_size=4))
def test_blocks_that_are_joined_have_all_rows_in_their_order(blocks: list[Block]) -> None:
    together = concatenate_blocks(blocks)

    for table in ("events", "orders"):
        rows = [
            text for block in blocks if table in block.rows for text in block.rows[table]["text"].tolist()
        ]
        assert (together.rows[table]["text"].tolist() if table in together.rows else []) == rows
    assert together.removed_seqs.tolist() == [seq for block in blocks for seq in block.removed_seqs.tolist()]


@pytest.mark.parametrize("harmed", [b"", b"no block", pack(Block())[:-3]])
def test_what_is_no_block_is_reported(harmed: bytes) -> None:
    with pytest.raises(StoreUnavailableError, match="cannot be read"):
        unpack(harmed)


def test_a_block_of_which_a_bit_flipped_is_an_error_or_the_same() -> None:
    block = _block_of_format_1()
    packed = pack(block)
    for place in range(len(packed)):
        for bit in range(8):
            harmed = bytearray(packed)
            harmed[place] ^= 1 << bit
            try:
                found = pack(unpack(bytes(harmed)))
            except StoreUnavailableError:
                continue
            assert found == packed, f"bit {bit} of byte {place}"


def test_many_events_take_few_bytes() -> None:
    count = 10_000
    block = Block(
        {
            "events": {
                "seq": np.arange(1, count + 1),
                "time": 1_772_000_000_000 + np.arange(count) * 37 % 100_000,
                "step": np.full(count, 3),
            }
        }
    )

    assert len(pack(block)) < 2.5 * count
