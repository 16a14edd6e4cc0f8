"""Reports a suspected element as a failure."""

import uuid
from dataclasses import replace

from graph_models.failure import Failure
from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.usecases.overdue import OverdueQuestion, overdue, suspected_failure
from impactgraph.usecases.report_failure import FailureOutcome, report_failure
from impactgraph.usecases.validation import element_id


def report_suspect(store: Store, element: str, now: Millis, where: OrderFilter = ANY_ORDER) -> FailureOutcome:
    """Reports the failure that is suspected of the element (full id) now.

    Raises: NotFoundError where the element is not suspected.
    """
    with overdue(store, OverdueQuestion(where), now) as answer:
        failure = suspected_failure(answer, element_id(element))
    return report_suspected_failure(store, failure, now)


def report_suspected_failure(store: Store, failure: Failure, now: Millis) -> FailureOutcome:
    """Reports a suspected failure under a new id."""
    return report_failure(store, replace(failure, key=suspect_key()), now)


def suspect_key() -> str:
    """A new key for a suspected failure."""
    return f"suspect-{uuid.uuid4().hex[:12]}"
