"""Resolves a failure."""

from dataclasses import replace

from graph_models.time import Millis
from impactgraph.errors import Problem
from impactgraph.ports.store import Store
from impactgraph.usecases.failure_events import Data, content_id, iso, next_id, problems_of, send
from impactgraph.usecases.failures import find_failure, get_failure
from impactgraph.usecases.report_failure import FailureOutcome


def resolve_failure(
    store: Store, identifier: str, ended_at: Millis | None, now: Millis, *, dry_run: bool = False
) -> FailureOutcome:
    """Sets the end of a failure; durable when it returns. `ended_at` None: the end it has, else now.

    `dry_run`: only returns the failure as it would be.

    The first end is on record as of that end, so that it counts in questions about moments between it and
    now; a correction is on record as of now, because the later of two statements wins.

    Raises: NotFoundError for an unknown failure.
    """
    failure = get_failure(store, identifier)
    end = failure.ended_at if ended_at is None else ended_at
    if end is None:
        end = now
    if end < failure.started_at:
        return FailureOutcome(
            failure,
            (Problem(f"endedAt {iso(end)} is before the failure started, {iso(failure.started_at)}."),),
        )
    if end == failure.ended_at:
        return FailureOutcome(failure)
    if dry_run:
        return FailureOutcome(replace(failure, ended_at=end))
    data: Data = {"failure": failure.key, "ended_at": iso(end)}
    first = failure.ended_at is None
    at = min(now, max(end, failure.reported_at)) if first else now
    intake = send(
        store,
        "failure.resolved",
        data,
        event_id=content_id("failure.resolved", data) if first else next_id(now),
        at=at,
    )
    return FailureOutcome(find_failure(store, failure.key), problems_of(intake))
