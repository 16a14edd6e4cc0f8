"""Reports a failure."""

import uuid
from dataclasses import dataclass, replace

from graph_models.failure import Failure
from graph_models.time import Millis
from impactgraph.errors import NoTopologyError, Problem
from impactgraph.ports.store import Store
from impactgraph.usecases.failure_events import (
    SOURCE,
    content_id,
    failure_data,
    masked_problems,
    problems_in,
    problems_of,
    send,
)
from impactgraph.usecases.failures import find_failure
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.validation import check_element


@dataclass(frozen=True, slots=True)
class FailureOutcome:
    """The failure as it now is, or None with the problems for which it was refused."""

    failure: Failure | None
    problems: tuple[Problem, ...] = ()


def report_failure(store: Store, failure: Failure, now: Millis, *, dry_run: bool = False) -> FailureOutcome:
    """Reports a failure; durable when it returns. `dry_run`: only returns the failure as it would be.

    A repeated report changes nothing; one that starts after the end on record is a new episode; an empty key
    is replaced.

    A value of its scope that nothing has yet is kept: answers name it, and it counts from the first order
    that has it.

    It is on record as of its start, or of now where it starts later, so that it also counts in questions
    about earlier moments.

    Raises:
        NotFoundError: an unknown element.
        NoTopologyError: no topology was applied.
    """
    failure = replace(failure, key=failure.key or uuid.uuid4().hex, source=SOURCE)
    topology = current_topology(store)
    if not topology.version:
        raise NoTopologyError
    check_element(topology, failure.target)
    if problems := (*masked_problems(failure.scope), *problems_in(failure)):
        return FailureOutcome(None, problems)
    data = failure_data(failure)
    recorded_failure = find_failure(store, failure.key)
    if recorded_failure is not None and _is_over_before(recorded_failure, failure):
        recorded_failure = None
    if recorded_failure is not None and failure_data(recorded_failure) != data:
        return FailureOutcome(
            None,
            (
                Problem(
                    f"{failure.id} is reported already. Change it with updateFailure, or report this one by "
                    "another id."
                ),
            ),
        )
    if dry_run:
        return FailureOutcome(recorded_failure or failure)
    if recorded_failure is None:
        intake = send(
            store,
            "failure.reported",
            data,
            event_id=content_id("failure.reported", data),
            at=min(now, failure.started_at),
        )
        if problems := problems_of(intake):
            return FailureOutcome(None, problems)
    return FailureOutcome(find_failure(store, failure.key))


def new_key() -> str:
    """A key for a failure that is reported without one."""
    return f"F-{uuid.uuid4().hex[:8]}"


def _is_over_before(recorded_failure: Failure, failure: Failure) -> bool:
    return recorded_failure.ended_at is not None and failure.started_at > recorded_failure.ended_at
