"""Put a suspicion on record as a failure, in one call."""

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
    """As the suspicion of now says: its class, since when, in which scope. Raises NotFoundError where the element (full id) is not suspected (any more)."""
    with overdue(store, OverdueQuestion(where), now) as found:
        failure = suspected_failure(found, element_id(element))
    return report_suspected_failure(store, failure, now)


def report_suspected_failure(store: Store, failure: Failure, now: Millis) -> FailureOutcome:
    """A suspicion that was told, under an id of its own."""
    return report_failure(store, replace(failure, key=f"suspect-{uuid.uuid4().hex[:12]}"), now)
