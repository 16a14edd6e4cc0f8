"""Downloads that are made without waiting for whoever takes them."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from anyio import SpooledTemporaryFile

from api.errors import OverloadedError

MOST_IN_MEMORY = 1 << 20
"""Bytes of a download that wait in memory for its client; longer ones wait in a temporary file."""
CHUNK = 1 << 18
"""Bytes that are sent at once."""
RESERVE = 1 << 30
"""Bytes of the disk that downloads leave free for whatever else is on it, such as the store."""
LEAST_PART = 10
"""Of a small disk, downloads leave this part free."""
RETRY_SECONDS = 30
NO_ROOM = (
    "Other exports wait on the disk of the server for their clients, and there is no room for another one. "
    "Try again later, or ask for less."
)


def room_on_disk() -> int:
    """Bytes that temporary files may take until only the reserve is free. Raises OSError."""
    disk = shutil.disk_usage(tempfile.gettempdir())
    return disk.free - min(RESERVE, disk.total // LEAST_PART)


class Spool:
    """The temporary files of all downloads, with one limit. Belongs to one event loop."""

    def __init__(self, max_bytes: int, room: Callable[[], int] = room_on_disk) -> None:
        self._max_bytes = max_bytes
        self._room = room
        self.nbytes = 0
        """On the disk."""

    async def begin(self, blocks: AsyncGenerator[bytes]) -> "Buffer":
        """Begins to make the blocks, as fast as they can be made and not as the client takes them: what they
        are made from is held for that time only, since a store admits no events meanwhile.

        Returns once they are complete or no longer fit into memory; the caller closes the buffer. Raises what
        `blocks` raises until then, and OverloadedError where there is no room for them.
        """
        buffer = Buffer(self, blocks)
        try:
            await buffer.begin()
        except BaseException:
            await buffer.close()
            raise
        return buffer

    def take(self, count: int) -> None:
        """Raises OverloadedError where there is no room for so many bytes more."""
        try:
            has_room = self.nbytes + count <= self._max_bytes and count <= self._room()
        except OSError:
            has_room = False
        if not has_room:
            raise OverloadedError(NO_ROOM, RETRY_SECONDS)
        self.nbytes += count

    def give_back(self, count: int) -> None:
        self.nbytes -= count


class Buffer:
    """A file that one task writes and another reads."""

    def __init__(self, spool: Spool, blocks: AsyncGenerator[bytes]) -> None:
        self._spool = spool
        self._blocks = blocks
        self._file = SpooledTemporaryFile[bytes](max_size=MOST_IN_MEMORY)
        self._size = self._position = self._on_disk = 0
        self._is_complete = False
        self._has_room = True
        self._change = asyncio.Condition()
        self._filling = asyncio.create_task(self._fill())

    async def begin(self) -> None:
        """Waits until the blocks are complete or on the disk. Raises what the making of them raised."""
        async with self._change:
            await self._change.wait_for(lambda: self._is_complete or self._on_disk > 0)
        if self._is_complete:
            await self._filling

    async def chunks(self) -> AsyncGenerator[bytes]:
        """All bytes. Raises what the making of the blocks raised, after all that came before it; but at once
        where there is no more room for them, since what was made is dropped then.
        """
        while chunk := await self._next_chunk():
            yield chunk

    async def _next_chunk(self) -> bytes:
        """Waits for one; empty at the end."""
        async with self._change:
            await self._change.wait_for(lambda: self._is_complete or self._position < self._size)
            if self._position < self._size and self._has_room:
                await self._file.seek(self._position)
                chunk = await self._file.read(CHUNK)
                self._position += len(chunk)
                return chunk
        await self._filling
        return b""

    async def close(self) -> None:
        """Ends the making, and removes the file."""
        self._filling.cancel()
        await asyncio.wait([self._filling])
        await self._drop()

    async def _fill(self) -> None:
        try:
            async for block in self._blocks:
                async with self._change:
                    await self._write(block)
                    self._change.notify_all()
        except OverloadedError:
            self._has_room = False
            await self._drop()
            raise
        finally:
            self._is_complete = True
            async with self._change:
                self._change.notify_all()
            await self._blocks.aclose()

    async def _write(self, block: bytes) -> None:
        """Raises OverloadedError where there is no room."""
        size = self._size + len(block)
        if size > MOST_IN_MEMORY:
            self._spool.take(size - self._on_disk)
            self._on_disk = size
        try:
            await self._file.seek(self._size)
            await self._file.write(block)
            await self._file.flush()  # that the disk is full shows here, not where it is read
        except OSError as error:
            raise OverloadedError(NO_ROOM, RETRY_SECONDS) from error
        self._size = size

    async def _drop(self) -> None:
        """Gives the room back at once: the client may take long to notice."""
        self._spool.give_back(self._on_disk)
        self._on_disk = 0
        with suppress(OSError):  # it writes what it could not write before
            await self._file.aclose()
