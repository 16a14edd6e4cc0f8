import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.block import Block, Table, joined
from impactgraph.stores.local.packing import pack, unpack

_KINDS = (np.uint8, np.int16, np.int32, np.int64, np.uint32, np.uint64)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Columns of one length: of every type, over its whole range or rising by little, and texts of which some are missing."""
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
    rest = [(block.removed.tolist(), block.let_go.tolist(), block.reasons) for block in (one, other)]
    return tables_same and list(one.rows) == list(other.rows) and rest[0] == rest[1]


@given(BLOCKS)
def test_a_block_comes_out_as_it_went_in(block: Block) -> None:
    assert same(unpack(pack(block)), block)


@given(BLOCKS)
def test_the_same_block_is_the_same_bytes(block: Block) -> None:
    assert pack(unpack(pack(block))) == pack(block)


@given(st.lists(BLOCKS, min_size=1, max_size=4))
def test_blocks_that_are_joined_have_all_rows_in_their_order(blocks: list[Block]) -> None:
    together = joined(blocks)

    for table in ("events", "orders"):
        rows = [
            text for block in blocks if table in block.rows for text in block.rows[table]["text"].tolist()
        ]
        assert (together.rows[table]["text"].tolist() if table in together.rows else []) == rows
    assert together.removed.tolist() == [seq for block in blocks for seq in block.removed.tolist()]


@pytest.mark.parametrize("harmed", [b"", b"no block", pack(Block())[:-3]])
def test_what_is_no_block_is_told(harmed: bytes) -> None:
    with pytest.raises(StoreUnavailableError, match="cannot be read"):
        unpack(harmed)


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
