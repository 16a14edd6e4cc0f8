"""Downloads that are made without waiting for whoever takes them."""

import asyncio
from collections.abc import AsyncGenerator

from anyio import SpooledTemporaryFile

MOST_IN_MEMORY = 1 << 20
"""Bytes of a download that wait in memory for its client; longer ones wait in a temporary file."""
CHUNK = 1 << 18
"""Bytes that are sent at once."""


async def spool(blocks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The bytes of the blocks, which are made as fast as they can be and not as the client takes them: what
    they are made from is held for that time only, since a store admits no events meanwhile.

    Raises what `blocks` raises, after all that came before.
    """
    async with SpooledTemporaryFile(max_size=MOST_IN_MEMORY) as file:
        buffer = _Buffer(file)
        filling = asyncio.create_task(buffer.fill(blocks))
        try:
            while chunk := await buffer.next_chunk():
                yield chunk
            await filling
        finally:
            filling.cancel()
            await asyncio.wait([filling])


class _Buffer:
    """A file that one task writes and another reads."""

    def __init__(self, file: SpooledTemporaryFile[bytes]) -> None:
        self._file = file
        self._size = self._position = 0
        self._is_complete = False
        self._change = asyncio.Condition()

    async def fill(self, blocks: AsyncGenerator[bytes]) -> None:
        try:
            async for block in blocks:
                async with self._change:
                    await self._file.seek(self._size)
                    self._size += await self._file.write(block)
                    self._change.notify_all()
        finally:
            self._is_complete = True
            async with self._change:
                self._change.notify_all()
            await blocks.aclose()

    async def next_chunk(self) -> bytes:
        """Waits for one; empty at the end."""
        async with self._change:
            await self._change.wait_for(lambda: self._is_complete or self._position < self._size)
            await self._file.seek(self._position)
            chunk = await self._file.read(CHUNK)
            self._position += len(chunk)
            return chunk
