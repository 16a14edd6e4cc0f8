"""What failures do to one message of an order: a hand-off, or a record on its way."""

from graph_models.enums import Transport
from graph_models.topology import Buffer, Integration
from tests.oracle.calls import Answer, Calls, Met
from tests.oracle.runs import after, next_run
from tests.oracle.windows import INF, C


class Troubles(Calls):
    """All that the failures of one life do to one order."""

    def deliver(self, via: str, t: float, met: Met) -> float:
        """When what is sent at `t` arrives; INF: never."""
        link = self.topology.elements[via]
        assert isinstance(link, Integration)
        if link.transport is Transport.SYNC:
            t = self.obtain(via, t, met)
        elif link.schedule:
            t = self._by_run(link, t, met)
        else:
            t = self._by_queue(link, t, met)
        met.doubled &= not link.idempotent
        return t + met.late

    def _attempts(self, link: Integration, t: float, met: Met) -> Answer:
        """Of a message: errors by chance are tried again."""
        answer = Answer(True, t)
        for n in range(link.retry.attempts):
            t += link.retry.backoff if n else 0
            answer = self.look(f"integration:{link.key}", t, met)
            if not answer.by_chance:
                return Answer(True, t) if answer.works else answer
        return answer

    def _by_run(self, link: Integration, t: float, met: Met) -> float:
        """What misses a run, or whose run fails, goes with the next."""
        assert link.schedule
        while t < INF:
            t = next_run(link.schedule, t)
            if any(
                w.since <= t < w.until and w.failure.failure_class is C.MISSED_RUN
                for w in self.windows(f"integration:{link.key}")
            ):
                t = after(link.schedule, t)
                continue
            answer = self._attempts(link, t, met)
            if answer.works:
                return answer.at
            t = after(link.schedule, t) if answer.by_chance else answer.again
        return INF

    def _by_queue(self, link: Integration, t: float, met: Met) -> float:
        """First in, first out: what comes during an outage, or while the queue drains after it, waits. What
        a full queue does not take, or does not keep for long enough, and what fails at every attempt, is
        rejected.
        """
        for window in self.outages(f"integration:{link.key}"):
            if not window.since <= t:
                continue
            drain = float(window.failure.drain or 0)
            length = window.until - window.since
            through = window.until + (t - window.since) * drain / max(length + drain, 1.0)
            if through <= t:
                continue
            if t < window.until and not _keeps(link.buffer, t - window.since, window.until - t):
                return INF
            t = through + (0 if drain else self.dice.lag())
        answer = self._attempts(link, t, met)
        if not answer.works:
            return INF
        return INF if link.buffer.retention is not None and met.late > link.buffer.retention else answer.at


def _keeps(buffer: Buffer, since: float, ahead: float) -> bool:
    """Whether a queue that has been held for so long takes one more, and keeps it until the end."""
    has_room = buffer.capacity is None or not buffer.rate or since < buffer.capacity / buffer.rate
    return has_room and (buffer.retention is None or ahead <= buffer.retention)
