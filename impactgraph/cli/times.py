"""Moments and spans as they are typed: ISO 8601, or relative such as -2h."""

from graph_models.time import FOREVER, Millis, parse_duration, parse_moment
from impactgraph.errors import BadInputError, Problem

MOMENT = "a moment such as 2026-03-02T09:10:00Z (UTC where no zone is given), now, -2h or +30m"
SPAN = "a duration such as 30s, 15m, 4h, 2d or PT15M"


def read_moment(option: str, text: str | None, now: Millis) -> Millis | None:
    """Milliseconds; relative ones count from `now`. Raises BadInputError naming the option."""
    if text is None:
        return None
    try:
        return _moment(text.strip(), now)
    except (ValueError, OverflowError):
        raise BadInputError(Problem(f"{option} is {text!r}; give {MOMENT}.")) from None


def read_span(option: str, text: str | None) -> Millis | None:
    """Milliseconds. Raises BadInputError naming the option."""
    if text is None:
        return None
    try:
        found = parse_duration(text)
    except (ValueError, OverflowError):
        raise BadInputError(Problem(f"{option} is {text!r}; give {SPAN}.")) from None
    if found >= FOREVER:
        raise BadInputError(Problem(f"{option} is {text!r}, which is too long; give {SPAN}."))
    return found


def _moment(text: str, now: Millis) -> Millis:
    if text.lower() == "now":
        return now
    if text[:1] in ("-", "+"):
        away = parse_duration(text[1:])
        return now - away if text[0] == "-" else now + away
    return parse_moment(text)
