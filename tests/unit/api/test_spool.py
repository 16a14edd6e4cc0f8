"""Downloads that are made without waiting for whoever takes them, and the room that they share."""

import asyncio
import errno
from collections.abc import AsyncGenerator
from contextlib import suppress

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import OverloadedError
from api.spool import CHUNK, MOST_IN_MEMORY, Spool
from tests.own_loop import run_apart

BLOCK = b"x" * CHUNK
IN_MEMORY = [BLOCK] * (MOST_IN_MEMORY // CHUNK)
LONG = [BLOCK] * 20


def spool_of(max_bytes: int = 100 * MOST_IN_MEMORY, room: int = 100 * MOST_IN_MEMORY) -> Spool:
    return Spool(max_bytes, lambda: room)


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


async def take(spool: Spool, making: Making, taken: list[bytes] | None = None) -> bytes:
    """What a client gets; `taken`: what it has got where there is an error."""
    taken = [] if taken is None else taken
    buffer = await spool.begin(making.blocks())
    try:
        async for chunk in buffer.chunks():
            taken.append(chunk)
    finally:
        await buffer.close()
    return b"".join(taken)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=10))
def test_all_bytes_come_in_their_order(blocks: list[bytes]) -> None:
    assert run_apart(take(spool_of(), Making(blocks))) == b"".join(blocks)


def test_what_does_not_fit_into_memory_comes_whole() -> None:
    blocks = [bytes([n]) * CHUNK for n in range(3 * MOST_IN_MEMORY // CHUNK)]

    assert run_apart(take(spool_of(), Making(blocks))) == b"".join(blocks)


def test_the_making_ends_while_the_client_has_taken_one_chunk_only() -> None:
    async def take_one() -> None:
        making = Making(LONG)
        buffer = await spool_of().begin(making.blocks())
        await anext(buffer.chunks())
        await asyncio.wait_for(making.ended.wait(), 60)
        await buffer.close()

    run_apart(take_one())


def test_an_error_of_what_fits_into_memory_comes_before_the_first_byte() -> None:
    with pytest.raises(ValueError, match="lost"):
        run_apart(spool_of().begin(Making([b"first"], ValueError("lost")).blocks()))


def test_a_later_error_comes_after_all_that_was_made_before_it() -> None:
    taken: list[bytes] = []

    with pytest.raises(ValueError, match="lost"):
        run_apart(take(spool_of(), Making(LONG, ValueError("lost")), taken))
    assert b"".join(taken) == b"".join(LONG)


@pytest.mark.parametrize("blocks", [LONG, [BLOCK] * 1_000])
def test_a_client_that_leaves_ends_the_making_and_leaves_no_bytes_on_the_disk(blocks: list[bytes]) -> None:
    async def leave() -> tuple[bool, int]:
        spool, making = spool_of(), Making(blocks)
        buffer = await spool.begin(making.blocks())
        await anext(buffer.chunks())
        await buffer.close()
        return making.ended.is_set(), spool.nbytes

    assert run_apart(leave()) == (True, 0)


@pytest.mark.parametrize(
    "spool", [spool_of(max_bytes=MOST_IN_MEMORY), spool_of(room=MOST_IN_MEMORY)], ids=["limit", "free space"]
)
def test_what_needs_a_disk_that_has_no_room_is_refused_before_the_first_byte(spool: Spool) -> None:
    with pytest.raises(OverloadedError) as refusal:
        run_apart(spool.begin(Making(LONG).blocks()))

    assert refusal.value.seconds > 0
    assert spool.nbytes == 0


def test_what_fits_into_memory_needs_no_disk() -> None:
    assert run_apart(take(spool_of(max_bytes=0, room=0), Making(IN_MEMORY))) == b"".join(IN_MEMORY)


def test_slow_clients_together_have_no_more_of_the_disk_than_the_limit() -> None:
    async def many(spool: Spool) -> list[int]:
        """Bytes on the disk after each client that takes nothing."""
        sizes: list[int] = []
        for _ in range(10):
            making = Making(LONG)
            with suppress(OverloadedError):
                await spool.begin(making.blocks())
            await making.ended.wait()
            sizes.append(spool.nbytes)
        return sizes

    limit = 3 * len(LONG) * CHUNK + MOST_IN_MEMORY

    assert max(run_apart(many(spool_of(limit)))) == 3 * len(LONG) * CHUNK


def test_a_download_that_no_longer_has_room_gives_back_what_it_has_while_its_client_waits() -> None:
    async def outgrow() -> tuple[int, bool]:
        spool, making = spool_of(3 * MOST_IN_MEMORY), Making(LONG)
        buffer = await spool.begin(making.blocks())
        await making.ended.wait()
        size = spool.nbytes
        with pytest.raises(OverloadedError):
            await anext(buffer.chunks())
        await buffer.close()
        return size, spool.nbytes == 0

    assert run_apart(outgrow()) == (0, True)


def test_a_disk_that_refuses_to_write_refuses_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(anyio.SpooledTemporaryFile, "rollover", full)

    with pytest.raises(OverloadedError):
        run_apart(spool_of().begin(Making(LONG).blocks()))


def test_a_disk_that_cannot_be_asked_has_no_room() -> None:
    def broken() -> int:
        raise FileNotFoundError("No usable temporary directory found")

    with pytest.raises(OverloadedError):
        run_apart(Spool(100 * MOST_IN_MEMORY, broken).begin(Making(LONG).blocks()))
