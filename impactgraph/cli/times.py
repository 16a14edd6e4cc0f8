"""Moments and durations of options: ISO 8601, or relative such as -2h."""

from graph_models.time import Millis, OutOfRangeError, check_moment, parse_duration, parse_moment
from impactgraph.errors import BadInputError, Problem

MOMENT = "a moment such as 2026-03-02T09:10:00Z (UTC where no zone is given), now, -2h or +30m"
DURATION = "a duration such as 30s, 15m, 4h, 2d or PT15M"


def parse_zone_option(name: str) -> str:
    """The name of a time zone. Raises BadInputError where there is none."""
    from impactgraph.usecases.time_zones import check_zone

    return check_zone(name, "--timezone")


def parse_moment_option(option: str, text: str | None, now: Millis) -> Millis | None:
    """Milliseconds since 1970 UTC; relative moments count from `now`.

    Raises BadInputError naming the option.
    """
    if text is None:
        return None
    try:
        return _moment(text.strip(), now)
    except OutOfRangeError as error:
        raise BadInputError(Problem(f"{option} is {text!r}, which is {error}; give {MOMENT}.")) from None
    except (ValueError, OverflowError):
        raise BadInputError(Problem(f"{option} is {text!r}; give {MOMENT}.")) from None


def parse_duration_option(option: str, text: str | None) -> Millis | None:
    """Milliseconds. Raises BadInputError naming the option."""
    if text is None:
        return None
    try:
        return parse_duration(text)
    except OutOfRangeError as error:
        raise BadInputError(Problem(f"{option} is {text!r}, which is {error}; give {DURATION}.")) from None
    except ValueError:
        raise BadInputError(Problem(f"{option} is {text!r}; give {DURATION}.")) from None


def _moment(text: str, now: Millis) -> Millis:
    if text.lower() == "now":
        return now
    if text[:1] in ("-", "+"):
        distance = parse_duration(text[1:])
        return now - distance if text[0] == "-" else check_moment(now + distance)
    return parse_moment(text)
