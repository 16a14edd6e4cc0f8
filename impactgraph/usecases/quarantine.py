"""What was refused and is kept: list it, try it again."""

from collections.abc import Sequence

from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import IngestResult, QuarantinedEvent, Store


def list_quarantined(store: Store, limit: int) -> tuple[QuarantinedEvent, ...]:
    """The oldest first, at most `limit`. Raises BadInputError where that is below 1."""
    if limit < 1:
        raise BadInputError(f"The limit is {limit}; give a number from 1 on.")
    return tuple(store.quarantined(limit))


def replay_quarantined(store: Store, numbers: Sequence[int] | None) -> IngestResult:
    """Tries them again, all where none are named; what is taken now leaves the list. Raises NotFoundError for a number that is not in it."""
    if numbers is not None:
        kept = {each.number for each in store.quarantined(2**31 - 1)}
        for number in numbers:
            if number not in kept:
                raise NotFoundError(f"number {number} among what is kept aside")
    return store.replay_quarantined(numbers)
