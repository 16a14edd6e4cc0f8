"""Begin and end of a log."""

from collections.abc import Mapping

from graph_models.time import HOUR, Millis

_STRAY = 0.001
"""Share of the events that may lie apart from the others, at either end."""


def log_span(hours: Mapping[int, int]) -> tuple[Millis, Millis, int]:
    """(beginning, end, stray events) of a log with so many events in each hour since 1970.

    Few events far from all others, such as one of the year 2099, do not count: a gap that is longer than
    what is left of the log divides them from it.
    """
    if not hours:
        return 0, 0, 0
    order = sorted(hours)
    allowance = sum(hours.values()) * _STRAY
    first, last = 0, len(order) - 1
    stray = 0
    while first < last:
        span = order[last] - order[first]
        ends = ((order[first + 1] - order[first], order[first]), (order[last] - order[last - 1], order[last]))
        gap, hour = max(ends)
        if stray + hours[hour] > allowance or gap <= span - gap:
            break
        stray += hours[hour]
        first, last = (first + 1, last) if hour == order[first] else (first, last - 1)
    return order[first] * HOUR, (order[last] + 1) * HOUR, stray
