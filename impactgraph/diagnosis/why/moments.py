"""Moments as text: exact for the desk, quarter_hour up for the customer, so that no more is promised than is
expected.
"""

from graph_models.time import DAY, HOUR, MINUTE, Millis, moment, say_duration

_QUARTER = 15 * MINUTE
_DAY_PARTS = ((12, "morning"), (17, "afternoon"), (24, "evening"))


def clock(at: Millis, now: Millis) -> str:
    """`13:56 UTC`, with the date where it is another day."""
    same = at // DAY == now // DAY
    return f"{moment(at):%H:%M} UTC" if same else f"{moment(at):%Y-%m-%d %H:%M} UTC"


def ago(at: Millis, now: Millis) -> str:
    """`13:56 UTC (2 h 10 min ago)`."""
    return f"{clock(at, now)} ({say_duration(now - at)} ago)" if now > at else clock(at, now)


def customer_moment(at: Millis, now: Millis) -> str:
    """`today by about 15:15 (UTC)`, `tomorrow morning`, `on Friday 27 November`, in another year
    `on Thursday 30 December 2027`. Never earlier than `at`.
    """
    days = at // DAY - now // DAY
    if days <= 0:
        quarter_hour = -(-max(at, now) // _QUARTER) * _QUARTER
        if quarter_hour // DAY > now // DAY:
            return "by midnight (UTC)"
        return f"today by about {moment(quarter_hour):%H:%M} (UTC)"
    if days == 1:
        return f"tomorrow {_day_part(at)}"
    year = "" if moment(at).year == moment(now).year else f" {moment(at).year}"
    return f"on {moment(at):%A} {moment(at).day} {moment(at):%B}{year}"


def _day_part(at: Millis) -> str:
    hour = at % DAY // HOUR
    return next(name for until, name in _DAY_PARTS if hour < until)
