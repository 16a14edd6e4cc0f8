"""The situation in a few figures: incidents, failures, and what all active failures affect."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph_models.impact import Question
from graph_models.incident_life import IncidentState
from graph_models.journal import NoticeState
from graph_models.time import Millis
from impactgraph.columns import IN_FLIGHT
from impactgraph.ports.store import Store
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.incidents import IncidentsQuestion, list_incidents
from impactgraph.usecases.notices import count_notices, statuses_of
from impactgraph.usecases.snapshot import snapshot


@dataclass(frozen=True, slots=True)
class Situation:
    at: Millis
    incidents: Mapping[IncidentState, int]
    """Of the last week, by state; every state is there."""
    active_failures: int
    orders_in_flight: int
    affected_orders: int
    """By all active failures together."""
    promises_at_risk: int
    """Promises missed because of them: the sum of their likelihoods, rounded."""
    notices: Mapping[NoticeState, int]


def situation(store: Store, ask: Ask, now: Millis) -> Situation:
    """Costs an answer about all active failures, and one for each incident; before a topology is applied,
    nothing.

    Raises StoreUnavailableError.
    """
    with snapshot(store, None, now) as s:
        incidents = dict.fromkeys(IncidentState, 0)
        affected, at_risk = 0, 0
        if s.topology.version:
            for report in list_incidents(s, ask, IncidentsQuestion(active=None)):
                incidents[report.life.state] += 1
            totals = ask(s, Question()).order_totals
            affected, at_risk = totals.orders, totals.will_miss_promise
        parts = s.columns.fulfillments
        return Situation(
            at=now,
            incidents=incidents,
            active_failures=sum(failure.active_at(now) for failure in s.failures),
            orders_in_flight=len(np.unique(parts.order[parts.status == IN_FLIGHT])),
            affected_orders=affected,
            promises_at_risk=at_risk,
            notices=count_notices(statuses_of(store.journal().notices)),
        )
