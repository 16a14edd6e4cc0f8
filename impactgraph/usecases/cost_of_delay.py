"""Cost of ending failures later: the answer for several ends."""

from collections.abc import Sequence
from dataclasses import replace

from graph_models.failure import Failure
from graph_models.impact import CostOfDelayPoint
from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.zones import TextClock
from impactgraph.errors import BadInputError
from impactgraph.impact.estimate_text import cost_sentence
from impactgraph.impact.knees import knee_reasons
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.blast_radius import assess
from impactgraph.usecases.snapshot import Snapshot

DEFAULT_ENDS: tuple[Millis, ...] = (0, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR)
MOST_ENDS = 24
LONGEST_DELAY: Millis = 14 * DAY


def cost_of_delay(
    s: Snapshot, answer: Answer, ends: Sequence[Millis] | None = None
) -> tuple[CostOfDelayPoint, ...]:
    """A point for each end, counted from the moment of the answer, the earliest first.

    All failures of the answer that have not ended end then. Costs an answer for each end. Raises:
    BadInputError for a negative, too long or too many ends.
    """
    delays = sorted(set(DEFAULT_ENDS if ends is None else ends))
    _check(delays)
    answers = [
        assess(s, answer.question, tuple(_with_end(each, answer.as_of, end) for each in answer.failures))
        for end in delays
    ]
    estimates = [each.estimates for each in answers]
    reasons = knee_reasons(answer, delays, estimates)
    return tuple(
        CostOfDelayPoint(
            ends_in=end, ends_at=answer.as_of + end, estimates=of, reason=reason, to_come=each.to_come
        )
        for end, of, reason, each in zip(delays, estimates, reasons, answers, strict=True)
    )


def delay_sentence(answer: Answer, points: Sequence[CostOfDelayPoint]) -> str:
    """What an hour costs, in one sentence; the headline where there is no failure."""
    if not answer.failures:
        return answer.headline
    return cost_sentence(points, TextClock(answer.as_of, answer.question.timezone))


class DelayCosts:
    """Costs of delay of one answer: those of the same ends are calculated once. For one thread."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._points: dict[tuple[Millis, ...] | None, tuple[CostOfDelayPoint, ...]] = {}

    def points(self, s: Snapshot, ends: Sequence[Millis] | None) -> tuple[CostOfDelayPoint, ...]:
        """A point for each end; raises as `cost_of_delay`."""
        key = None if ends is None else tuple(ends)
        if key not in self._points:
            self._points[key] = cost_of_delay(s, self._answer, key)
        return self._points[key]

    def sentence(self, s: Snapshot, ends: Sequence[Millis] | None) -> str:
        """What an hour costs, in one sentence; raises as `cost_of_delay`."""
        return delay_sentence(self._answer, self.points(s, ends))


def _check(ends: Sequence[Millis]) -> None:
    if not ends:
        raise BadInputError("ends is empty: name at least one duration, such as PT1H.")
    if len(ends) > MOST_ENDS:
        raise BadInputError(f"ends has {len(ends)} durations; give at most {MOST_ENDS}.")
    if ends[0] < 0 or ends[-1] > LONGEST_DELAY:
        raise BadInputError("ends must be durations from PT0S to P14D, such as PT1H.")


def _with_end(failure: Failure, as_of: Millis, end: Millis) -> Failure:
    """The failure with an end so much later than `as_of`; one that has ended stays as it is."""
    if failure.ended_at is not None and failure.ended_at <= as_of:
        return failure
    return replace(failure, ended_at=max(as_of + end, failure.started_at), expected_end=None)
