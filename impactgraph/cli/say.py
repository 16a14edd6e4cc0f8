"""Figures, moments and spans as people read them."""

from collections.abc import Sequence

from graph_models.money import Money
from graph_models.time import DAY, FOREVER, Millis, moment, say_duration

NOTHING = "-"


def count(number: int, word: str, several: str = "") -> str:
    """`1 order`, `2,300 orders`."""
    return f"{number:,} {word if number == 1 else several or word + 's'}"


def money(amounts: Sequence[Money]) -> str:
    """A sum for each currency; they are never added up."""
    return " + ".join(f"{m.amount:,.2f} {m.currency}" for m in amounts) or NOTHING


def at(value: Millis | None, now: Millis) -> str:
    """The time of day (UTC), with the date where it is more than half a day away from `now`."""
    if value is None or value >= FOREVER:
        return NOTHING
    return f"{moment(value):%H:%M}" if abs(value - now) < DAY // 2 else f"{moment(value):%Y-%m-%d %H:%M}"


def day_and_time(value: Millis) -> str:
    return f"{moment(value):%Y-%m-%d %H:%M} UTC"


def span(value: Millis | None) -> str:
    """`none at all` is told as such; what never ends is `never ends`."""
    if value is None:
        return NOTHING
    return "for good" if value >= FOREVER else say_duration(value)


def share(value: float) -> str:
    """A likelihood as a percentage; certain is only what is certain."""
    percent = value * 100
    if 0 < percent < 1:
        return "< 1 %"
    if 99 < percent < 100:
        return "> 99 %"
    return f"{percent:.0f} %"


def word(value: str) -> str:
    """`RECORDS_ONLY` as `records only`."""
    return value.lower().replace("_", " ")
