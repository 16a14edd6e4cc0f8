"""Failures on record: look-up and list."""

from dataclasses import dataclass

from graph_models.enums import FailureClass, Severity
from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.errors import NotFoundError
from impactgraph.ports.store import Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.pages import page


@dataclass(frozen=True, slots=True)
class FailureFilter:
    """Any value within a field, all fields across; None is not restricted.

    `since` and `until` bound the start: since <= started_at < until.
    """

    targets: tuple[str, ...] | None = None
    classes: tuple[FailureClass, ...] | None = None
    severities: tuple[Severity, ...] | None = None
    since: Millis | None = None
    until: Millis | None = None

    def accepts(self, failure: Failure) -> bool:
        return (
            (self.targets is None or failure.target in self.targets)
            and (self.classes is None or failure.failure_class in self.classes)
            and (self.severities is None or failure.severity in self.severities)
            and (self.since is None or failure.started_at >= self.since)
            and (self.until is None or failure.started_at < self.until)
        )


def list_failures(
    store: Store,
    now: Millis,
    *,
    active: bool | None = None,
    where: FailureFilter | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[Failure]:
    """A page of failures, the newest first.

    Raises: BadInputError for a bad page, NotFoundError for a target of neither the topology nor a failure.
    """
    failures = store.failures()
    where = where or FailureFilter()
    _check_targets(
        store, reported_targets={failure.target for failure in failures}, targets=where.targets or ()
    )
    matches = [
        failure
        for failure in failures
        if where.accepts(failure) and (active is None or failure.active_at(now) == active)
    ]
    matches.sort(key=_newest_first)
    return page(matches, _newest_first, first=first, after=after)


def find_failure(store: Store, identifier: str, as_of: Millis | None = None) -> Failure | None:
    """The failure by full id or bare key; None where it is not on record (at `as_of`)."""
    key = key_of(identifier, "failure")
    return next((failure for failure in store.failures(as_of) if failure.key == key), None)


def get_failure(store: Store, identifier: str) -> Failure:
    """By full id or bare key. Raises NotFoundError."""
    failure = find_failure(store, identifier)
    if failure is None:
        key = key_of(identifier, "failure")
        near = nearest(key, [failure.key for failure in store.failures()], 3)
        raise NotFoundError(f"failure:{key}", near=[f"failure:{each}" for each in near])
    return failure


def _newest_first(failure: Failure) -> tuple[int | str, ...]:
    return -failure.started_at, failure.key


def _check_targets(store: Store, *, reported_targets: set[str], targets: tuple[str, ...]) -> None:
    unknown = [target for target in targets if target not in reported_targets]
    if not unknown:
        return
    elements = store.topology().elements
    for target in unknown:
        if target not in elements:
            raise NotFoundError(target, near=nearest(target, elements, 3))
