"""Numbers, money, moments and durations as text for people."""

from collections.abc import Sequence

from graph_models.money import Money, say_amount
from graph_models.percent import percent
from graph_models.time import DAY, LAST_SHOWN, Millis, moment, say_duration

NOTHING = "-"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 order`, `2,300 orders`; the plural is the singular with an s by default."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def money(amounts: Sequence[Money]) -> str:
    """One amount for each currency; currencies are never added up."""
    return " + ".join(say_amount(m.amount, m.currency) for m in amounts) or NOTHING


def at(value: Millis | None, now: Millis) -> str:
    """The time of day (UTC), with the date where it is more than half a day away from `now`."""
    if value is None or value > LAST_SHOWN:
        return NOTHING
    return f"{moment(value):%H:%M}" if abs(value - now) < DAY // 2 else f"{moment(value):%Y-%m-%d %H:%M}"


def day_and_time(value: Millis) -> str:
    """The date and the time of day, with its zone."""
    return f"{moment(value):%Y-%m-%d %H:%M} UTC"


def duration(value: Millis | None) -> str:
    """Such as `3 h 20 min`; `indefinitely` for what never ends."""
    if value is None:
        return NOTHING
    return "indefinitely" if value > LAST_SHOWN else say_duration(value)


def share(value: float) -> str:
    """A likelihood as a percentage; only exactly 0 and 1 are printed as 0 % and 100 %."""
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return percent(value)


def words(value: str) -> str:
    """`RECORDS_ONLY` as `records only`."""
    return value.lower().replace("_", " ")
