"""Limits of requests and cost points in a minute: moving windows in memory, per process."""

import math
import time
from collections.abc import Callable, Mapping, Sequence

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import client_address
from api.errors import RateLimitedError
from api.hardening.answers import TRY_AGAIN, is_webhook, refuse
from api.hardening.hosts import PROBES
from api.problems import problem
from graph_models.access import LOCAL, Principal, RequestLimit, Role
from impactgraph.usecases.access import Network

_STEPS = 10_000
"""Cost points are counted in steps of a ten-thousandth of the limit: a window keeps an entry a step."""
_JUMP = 1.0
"""Seconds by which a clock that is set back differs from one that is only adjusted."""
_NO_KEY = ""
"""Of no entry in a storage: such a one expires at once."""


class _Window:
    """One limit for everybody who is subject to it."""

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._name = name
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._clock = clock
        self._clock_offset = self._offset_now()

    def seconds_to_wait(self, amount: int, who: str, cost: int = 1) -> int:
        """0 where the cost was taken; else within how many seconds some of it is free again, at most."""
        self._forget_after_jump()
        unit = max(1, amount // _STEPS)
        item = RateLimitItemPerMinute(max(1, amount // unit), namespace=self._name)
        steps = min(item.amount, math.ceil(cost / unit))
        return 0 if self._limiter.hit(item, who, cost=steps) else item.get_expiry()

    def is_used_up(self, amount: int, who: str) -> bool:
        """Takes nothing."""
        self._forget_after_jump()
        return not self._limiter.test(RateLimitItemPerMinute(amount, namespace=self._name), who)

    def _forget_after_jump(self) -> None:
        """The storage goes by the time of day: after the clock was set back, what was spent before would stay
        in the window for as long as the clock needs to come there again.
        """
        offset = self._offset_now()
        if offset < self._clock_offset - _JUMP:
            self._storage.reset()
        self._clock_offset = offset

    def _offset_now(self) -> float:
        """Seconds between the time of day of the storage and a clock that nobody sets."""
        return self._storage.get_expiry(_NO_KEY) - self._clock()


class Rates:
    """What principals and addresses may spend. Belongs to one application."""

    def __init__(
        self,
        default: RequestLimit,
        by_role: Mapping[Role, RequestLimit],
        failures: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`default` holds for roles that are not listed; `failures`: refused requests a minute of an address
        that does not prove who it is; None: no limit. `clock`: seconds of a clock that nobody sets.
        """
        self._default = default
        self._by_role = by_role
        self._failures = failures
        self._requests = _Window("requests", clock)
        self._points = _Window("points", clock)
        self._refusals = _Window("refused", clock)

    def limit_of(self, principal: Principal) -> RequestLimit:
        """The largest of its roles; the local user has none unless its role is listed."""
        if principal == LOCAL and Role.ADMIN not in self._by_role:
            return RequestLimit()
        limits = [self._by_role.get(role, self._default) for role in principal.roles] or [self._default]
        return RequestLimit(
            _largest([each.requests for each in limits]), _largest([each.points for each in limits])
        )

    def take_request(self, principal: Principal) -> None:
        """Raises RateLimitedError."""
        if amount := self.limit_of(principal).requests:
            _check(self._requests.seconds_to_wait(amount, principal.subject), f"{amount} requests a minute")

    def take_points(self, principal: Principal, points: int) -> None:
        """Raises RateLimitedError."""
        if amount := self.limit_of(principal).points:
            wait = self._points.seconds_to_wait(amount, principal.subject, max(1, points))
            _check(wait, f"{amount} cost points a minute")

    def note_refusal(self, address: str) -> None:
        """Counts a request that did not prove who sends it."""
        if self._failures is not None:
            self._refusals.seconds_to_wait(self._failures, address)

    def is_refused_often(self, address: str) -> bool:
        return self._failures is not None and self._refusals.is_used_up(self._failures, address)


def _largest(amounts: list[int | None]) -> int | None:
    """None, which is no limit, is the largest."""
    numbers = [amount for amount in amounts if amount is not None]
    return max(numbers) if len(numbers) == len(amounts) else None


def _check(seconds: int, limit: str) -> None:
    if seconds:
        raise RateLimitedError(f"The limit of {limit} is used up. Try again in {seconds} s.", seconds)


class AddressRate:
    """ASGI middleware around authentication: an address whose requests fail to prove who sends them too often
    gets 429 for further failures, and 503 at the paths of webhooks, where proofs cost more to check.

    Requests that do prove it are answered: nobody can lock out others behind the same address.
    """

    def __init__(self, app: ASGIApp, rates: Rates, proxies: Sequence[Network] = ()) -> None:
        """`proxies`: whose clients are distinguished by the addresses that they forward."""
        self._app = app
        self._rates = rates
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        address = client_address(scope, self._proxies)
        is_over = self._rates.is_refused_often(address)
        text = "Too many requests of this address did not prove who sends them. Try again in a minute."
        if is_over and is_webhook(scope["path"]):
            answer = problem(503, "OVERLOADED", text, {"retry-after": "60"})
            await refuse(scope, receive, send, answer)
            return
        is_replaced = False

        async def send_and_note(message: Message) -> None:
            nonlocal is_replaced
            if _is_refusal(message) and "principal" not in scope.get("state", {}):
                self._rates.note_refusal(address)
                is_replaced = is_over
                if is_replaced:
                    answer = problem(429, "RATE_LIMITED", text, {"retry-after": "60"})
                    await answer(scope, receive, send)
            if not is_replaced:
                await send(message)

        await self._app(scope, receive, send_and_note)


def _is_refusal(message: Message) -> bool:
    return message["type"] == "http.response.start" and message["status"] in (401, 403)


class PrincipalRate:
    """ASGI middleware behind authentication: 429 with Retry-After where a principal has sent too many
    requests. Events are not counted: a sender of many is slowed down by `Admission` alone.
    """

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("state", {}).get("principal")
        if scope["type"] in ("http", "websocket") and principal is not None and scope["path"] != "/events":
            try:
                self._rates.take_request(principal)
            except RateLimitedError as error:
                headers = {"retry-after": str(error.seconds)}
                answer = problem(429, error.code, str(error), headers)
                await refuse(scope, receive, send, answer, TRY_AGAIN)
                return
        await self._app(scope, receive, send)
