"""The deadline of a request."""

from graph_models.time import SECOND, parse_duration
from impactgraph.errors import BadInputError

HEADER = "impactgraph-deadline"
"""A duration such as 2s or PT2S: an earlier deadline than the server's."""


def seconds_of(header: str | None, max_seconds: float) -> float:
    """The duration in the header, at most `max_seconds`.

    Raises: BadInputError where it is not a duration.
    """
    if header is None:
        return max_seconds
    try:
        return min(parse_duration(header) / SECOND, max_seconds)
    except ValueError as error:
        raise BadInputError(f"The header {HEADER} is invalid: {error}.") from None
