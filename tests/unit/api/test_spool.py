"""Downloads that are made without waiting for whoever takes them."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.spool import CHUNK, MOST_IN_MEMORY, spool
from tests.own_loop import run_apart

BLOCK = b"x" * CHUNK


class Making:
    """Blocks, and whether their making has ended."""

    def __init__(self, blocks: list[bytes], error: Exception | None = None) -> None:
        self._blocks = blocks
        self._error = error
        self.ended = asyncio.Event()

    async def blocks(self) -> AsyncGenerator[bytes]:
        try:
            for block in self._blocks:
                yield block
            if self._error is not None:
                raise self._error
        finally:
            self.ended.set()


async def all_of(blocks: AsyncGenerator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in blocks])


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=10))
def test_all_bytes_come_in_their_order(blocks: list[bytes]) -> None:
    assert run_apart(all_of(spool(Making(blocks).blocks()))) == b"".join(blocks)


def test_what_does_not_fit_into_memory_comes_whole() -> None:
    blocks = [bytes([n]) * CHUNK for n in range(3 * MOST_IN_MEMORY // CHUNK)]

    assert run_apart(all_of(spool(Making(blocks).blocks()))) == b"".join(blocks)


def test_the_making_ends_while_the_client_has_taken_one_chunk_only() -> None:
    async def take_one() -> None:
        making = Making([BLOCK] * 20)
        download = spool(making.blocks())
        await anext(download)
        await asyncio.wait_for(making.ended.wait(), 60)
        await download.aclose()

    run_apart(take_one())


def test_an_error_comes_after_all_that_was_made_before_it() -> None:
    taken: list[bytes] = []

    async def take() -> None:
        async for chunk in spool(Making([b"first", b"second"], ValueError("lost")).blocks()):
            taken.append(chunk)

    with pytest.raises(ValueError, match="lost"):
        run_apart(take())
    assert b"".join(taken) == b"firstsecond"


def test_a_client_that_leaves_ends_the_making() -> None:
    async def leave() -> bool:
        making = Making([BLOCK] * 1_000)
        download = spool(making.blocks())
        await anext(download)
        await download.aclose()
        return making.ended.is_set()

    assert run_apart(leave())
