"""Updates the fields of a failure on record."""

from dataclasses import dataclass, replace

from graph_models.enums import Severity
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.usecases.failure_events import (
    ChangedFields,
    Data,
    iso,
    masked_problems,
    next_id,
    problems_in,
    problems_of,
    send,
)
from impactgraph.usecases.failures import find_failure, get_failure
from impactgraph.usecases.report_failure import FailureOutcome


@dataclass(frozen=True, slots=True)
class FailureChange:
    """The fields that change; None stays as it is."""

    started_at: Millis | None = None
    expected_end: Millis | None = None
    ended_at: Millis | None = None
    delay: Millis | None = None
    error_rate: float | None = None
    drain: Millis | None = None
    scope: Scope | None = None
    severity: Severity | None = None
    summary: str | None = None
    evidence: str | None = None

    def applied_to(self, failure: Failure) -> Failure:
        changes = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}
        return replace(failure, **changes)

    def data(self, key: str) -> Data:
        """The `data` of failure.updated."""
        fields: Data = {"failure": key}
        if self.started_at is not None:
            fields["started_at"] = iso(self.started_at)
        if self.severity is not None:
            fields["severity"] = self.severity.value.lower()
        if self.summary is not None:
            fields["summary"] = self.summary
        changes = ChangedFields(
            expected_end=self.expected_end,
            ended_at=self.ended_at,
            delay=self.delay,
            drain=self.drain,
            error_rate=self.error_rate,
            scope=self.scope,
            evidence=self.evidence,
        )
        return fields | changes.data()


def update_failure(
    store: Store, identifier: str, change: FailureChange, now: Millis, *, dry_run: bool = False
) -> FailureOutcome:
    """Updates a failure; durable when it returns. `dry_run`: only returns the failure as it would be.

    Raises: NotFoundError for the failure.
    """
    failure = get_failure(store, identifier)
    if change == FailureChange():
        return FailureOutcome(failure)
    if problems := (*masked_problems(change.scope), *problems_in(change.applied_to(failure))):
        return FailureOutcome(failure, problems)
    if dry_run:
        return FailureOutcome(change.applied_to(failure))
    intake = send(store, "failure.updated", change.data(failure.key), event_id=next_id(now), at=now)
    return FailureOutcome(find_failure(store, failure.key), problems_of(intake))
