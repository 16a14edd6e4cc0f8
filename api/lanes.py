"""Quick and slow requests in lanes of their own, so that slow ones do not keep quick ones waiting."""

import asyncio
from collections import OrderedDict, deque
from hashlib import sha256

MAX_KINDS = 1_000
"""Kinds of requests of which it is remembered that they are slow."""


class Lane:
    """Seats of which only so many are taken; who comes later waits in turn.

    A seat can also be taken without waiting: then there are more than `count` until some are given back.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """Requests that wait for a seat."""
        return sum(not turn.done() for turn in self._waiting)

    async def enter(self) -> None:
        if self.taken < self.count and not self._waiting:
            self.taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def squeeze_in(self) -> None:
        self.taken += 1

    def leave(self) -> None:
        self.taken -= 1
        while self._waiting and self.taken < self.count:
            turn = self._waiting.popleft()
            if not turn.done():
                self.taken += 1
                turn.set_result(None)


class Lanes:
    """Belongs to one event loop."""

    def __init__(self, quick: int, slow: int, slow_after: float) -> None:
        """`slow_after`: seconds after which a request is slow."""
        self.quick = Lane(quick)
        self.slow = Lane(slow)
        self._slow_after = slow_after
        self._most = 2 * (quick + slow)
        self._slow_kinds: OrderedDict[bytes, None] = OrderedDict()

    async def enter(self, kind: str) -> "Seat":
        """A seat in the lane of this kind of request, once there is one."""
        key = sha256(kind.encode(errors="surrogatepass")).digest() if kind else b""
        is_slow = key in self._slow_kinds
        await (self.slow if is_slow else self.quick).enter()
        return Seat(self, key, is_slow=is_slow, seconds=self._slow_after)

    def note(self, key: bytes, *, is_slow: bool) -> None:
        """Remembers of a kind how its latest request was."""
        self._slow_kinds.pop(key, None)
        if is_slow and key:
            self._slow_kinds[key] = None
            if len(self._slow_kinds) > MAX_KINDS:
                self._slow_kinds.popitem(last=False)

    def move_to_slow(self) -> bool:
        """Frees a quick seat for another request, unless too many requests are slow already."""
        if self.quick.taken + self.slow.taken >= self._most:
            return False
        self.slow.squeeze_in()
        self.quick.leave()
        return True


class Seat:
    """The place of one request in a lane."""

    def __init__(self, lanes: Lanes, key: bytes, *, is_slow: bool, seconds: float) -> None:
        self._lanes = lanes
        self._key = key
        self._is_in_slow_lane = is_slow
        self._took_long = False
        self._timer = asyncio.get_running_loop().call_later(seconds, self._be_slow)

    def _be_slow(self) -> None:
        self._took_long = True
        self._lanes.note(self._key, is_slow=True)
        if not self._is_in_slow_lane:
            self._is_in_slow_lane = self._lanes.move_to_slow()

    def leave(self) -> None:
        self._timer.cancel()
        if not self._took_long:
            self._lanes.note(self._key, is_slow=False)
        (self._lanes.slow if self._is_in_slow_lane else self._lanes.quick).leave()
