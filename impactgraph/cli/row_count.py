"""Number of rows of a list that a command prints: `--first`."""

from impactgraph.errors import BadInputError
from impactgraph.usecases.pages import MOST, is_page_size


def parse_row_count(count: int, option: str = "--first") -> int:
    """Raises BadInputError outside of what one answer may list."""
    if not is_page_size(count):
        raise BadInputError(
            f"{option} is {count}; give a number from 1 to {MOST}. `impactgraph export` writes whole lists."
        )
    return count
