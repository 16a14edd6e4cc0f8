"""Distances from a promise, as they are printed."""

from graph_models.time import MINUTE, Millis, say_duration

LATER_THAN_PROMISED = "later than promised"


def delay_to_promise(at: Millis, promise: Millis) -> str:
    """`1 h 36 min later than promised`: the difference of the two times as they are printed, to the minute.

    `less than a minute` where both are in the same one. `at` is after the promise.
    """
    excess = (at // MINUTE - promise // MINUTE) * MINUTE
    return f"{say_duration(excess) if excess else 'less than a minute'} {LATER_THAN_PROMISED}"
