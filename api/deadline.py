"""How long a request may take."""

from graph_models.time import SECOND, parse_duration
from impactgraph.errors import BadInputError

HEADER = "impactgraph-deadline"
"""A duration such as 2s or PT2S, with which a request asks for less time than it is given."""


def seconds_of(asked: str | None, most: float) -> float:
    """The shorter of what is asked for and what is given. Raises BadInputError for what is no duration."""
    if asked is None:
        return most
    try:
        return min(parse_duration(asked) / SECOND, most)
    except ValueError as error:
        raise BadInputError(f"The header {HEADER} is wrong: {error}.") from None
