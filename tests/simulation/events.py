"""Events that a schedule sends: of orders and failures, what is refused, and what is ahead of the clock."""

from collections.abc import Sequence
from random import Random

from graph_models.time import MINUTE, Millis, millis
from tests.stores.events import NOON, entered, event, of, placed, reported

_STEPS = {"collect": ("promise", "pick", "hand-over"), "ship": ("promise", "wrap", "pack", "deliver")}


class Lines:
    """Draws events, and remembers those that were sent."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._sent: list[bytes] = []
        self._source: list[bytes] = []
        self._orders: list[tuple[str, str]] = []
        """(order, workflow)"""
        self._failures = 0

    def batch(self, now: Millis) -> list[bytes]:
        lines = [self._line(now) for _ in range(self._random.randint(1, 4))]
        self._sent += lines
        return lines

    def again(self) -> Sequence[bytes]:
        """Some of what was sent before, acknowledged or not."""
        return self._random.sample(self._sent, min(len(self._sent), 3))

    def of_source(self, position: int, now: Millis) -> Sequence[bytes]:
        """What the source has from a position on, which is the same whoever reads it."""
        while len(self._source) < position + 2:
            self._source.append(self._line(now))
        return self._source[position : position + self._random.randint(1, 2)]

    def _line(self, now: Millis) -> bytes:
        minutes = (now - millis(NOON)) / MINUTE + self._random.choice((-30, -5, -1, 0, 0, 0, 3, 40))
        if not self._orders or self._random.random() < 0.3:
            return self._placed(minutes)
        order, workflow = self._random.choice(self._orders)
        part = f"{order}/1"
        match self._random.randrange(10):
            case 0:
                self._failures += self._random.random() < 0.7
                return reported(f"F-{self._failures}", minutes)
            case 1:
                return event("failure.resolved", minutes, failure=f"F-{self._failures}")
            case 2:
                return of("posting.recorded", minutes, part, type="invoice", amount="60", currency="EUR")
            case 3:
                return of("notification.sent", minutes, part, type="thanks")
            case 4:
                return of("fulfillment.failed", minutes, part, code="timeout")
            case 5:
                return of("fulfillment.completed", minutes, part)
            case 6:
                return b"no event, number %d" % self._random.randrange(10**6)
            case _:
                return entered(self._random.choice(_STEPS[workflow]), minutes, part)

    def _placed(self, minutes: float) -> bytes:
        workflow = self._random.choice(tuple(_STEPS))
        order = f"O-{len(self._orders) + 1}"
        self._orders.append((order, workflow))
        return placed(order, minutes, workflow=workflow, location=self._random.choice(("store-1", "store-2")))
