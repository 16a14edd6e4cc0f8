"""Moments as they are read aloud: exact for the desk, rounded up for the customer, so that no more is promised than is expected."""

from graph_models.time import DAY, HOUR, MINUTE, Millis, moment, say_duration

_QUARTER = 15 * MINUTE
_PARTS = ((12, "morning"), (17, "afternoon"), (24, "evening"))


def clock(at: Millis, now: Millis) -> str:
    """`13:56 UTC`, with the date where it is another day."""
    same = at // DAY == now // DAY
    return f"{moment(at):%H:%M} UTC" if same else f"{moment(at):%Y-%m-%d %H:%M} UTC"


def ago(at: Millis, now: Millis) -> str:
    """`13:56 UTC (2 h 10 min ago)`."""
    return f"{clock(at, now)} ({say_duration(now - at)} ago)" if now > at else clock(at, now)


def customer_moment(at: Millis, now: Millis) -> str:
    """For a customer: `today by about 15:15 (UTC)`, `tomorrow morning`, `on Friday 27 November`. Never earlier than `at`."""
    days = _day(at) - _day(now)
    if days <= 0:
        rounded = -(-max(at, now) // _QUARTER) * _QUARTER
        return (
            f"today by about {moment(rounded):%H:%M} (UTC)"
            if _day(rounded) == _day(now)
            else "by midnight (UTC)"
        )
    if days == 1:
        return f"tomorrow {_part(at)}"
    return f"on {moment(at):%A} {moment(at).day} {moment(at):%B}"


def _part(at: Millis) -> str:
    hour = at % DAY // HOUR
    return next(name for until, name in _PARTS if hour < until)


def _day(at: Millis) -> int:
    return at // DAY
