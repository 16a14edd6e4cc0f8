"""Quarantined events: list and replay."""

from collections.abc import Sequence

from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.ingest import IngestResult, QuarantinedEvent
from impactgraph.ports.store import Store

MOST = 2**31 - 1
"""As a limit: everything."""


def list_quarantine(store: Store, limit: int) -> tuple[QuarantinedEvent, ...]:
    """At most `limit` quarantined events, the oldest first. Raises BadInputError for a limit below 1."""
    if limit < 1:
        raise BadInputError(f"The limit is {limit}; give a number from 1 on.")
    return tuple(store.quarantined(limit))


def replay_quarantine(store: Store, numbers: Sequence[int] | None) -> IngestResult:
    """Ingests quarantined events again, all where `numbers` is None; accepted ones leave the quarantine.

    Raises: NotFoundError for a number that is not in the quarantine.
    """
    if numbers is not None:
        numbers_in_quarantine = {each.number for each in store.quarantined(MOST)}
        for number in numbers:
            if number not in numbers_in_quarantine:
                raise NotFoundError(f"number {number} in the quarantine")
    return store.replay_quarantined(numbers)
