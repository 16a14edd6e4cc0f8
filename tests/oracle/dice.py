"""The chances of one life: lengths of work, branches, ends of failures.

Both courses of a life, with the failures and without them, use the same ones: they are drawn under a name,
once. What only the failures bring about (an attempt that fails, the wait for a person) is drawn anew each
time.
"""

import math
import random
from statistics import NormalDist

from graph_models.failure import Failure
from graph_models.impact import DEFAULT_RECOVERY
from graph_models.time import HOUR, MINUTE, SECOND, Millis
from graph_models.topology import Takes

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)
_TAIL = 1 / 258
"""Documented durations are held between their 0.4th and 99.6th hundredth."""
_SPREAD = 0.3
"""Of a duration without a p95."""
_REPORT_ERROR = 0.2
"""A reported end is right within this part of the failure's length."""


class Dice:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._drawn: dict[str, float] = {}

    def named(self, name: str) -> float:
        """Evenly spread over [0, 1); always the same of one name."""
        if name not in self._drawn:
            self._drawn[name] = self._random.random()
        return self._drawn[name]

    def fresh(self) -> float:
        return self._random.random()

    def forget(self, visit: int) -> None:
        """What was drawn for a visit is drawn again."""
        prefix = f"{visit}/"
        for name in [name for name in self._drawn if name.startswith(prefix)]:
            del self._drawn[name]

    # ---- what is drawn

    def work(self, takes: Takes, name: str) -> float:
        """Log-normal through p50 and p95."""
        p50 = max(float(takes.p50), 1.0)
        spread = math.log(max(takes.p95, p50 * 1.01) / p50) / _Z95 if takes.p95 else _SPREAD
        return p50 * math.exp(spread * _NORMAL.inv_cdf(min(max(self.named(name), _TAIL), 1 - _TAIL)))

    def person(self) -> float:
        """A person comes within the hour, not before a third of it."""
        return HOUR * (1 + 2 * self.fresh()) / 3

    def lag(self) -> float:
        """What waits for something that has recovered tries again within a minute and a half."""
        return 90 * SECOND * self.fresh()

    def end(self, failure: Failure, as_of: Millis) -> float:
        """A known end; else the reported one, or two hours where there is none, within a fifth of the length
        and not before now.
        """
        if failure.ended_at is not None:
            return float(failure.ended_at)
        end = failure.expected_end
        if end is None:
            end = max(failure.started_at + DEFAULT_RECOVERY, as_of + DEFAULT_RECOVERY // 4)
        slack = _REPORT_ERROR * max(end - failure.started_at, MINUTE)
        low, high = max(end - slack, float(as_of)), end + slack
        if high <= low + MINUTE:  # it should have ended by now
            high = low + max(slack, _REPORT_ERROR * (as_of - failure.started_at), MINUTE)
        return low + self.named(f"end of {failure.key}") * (high - low)
