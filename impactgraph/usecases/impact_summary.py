"""What a failure puts at stake: the few figures by which failures are ranked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.money import Money
from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.common_values import common_values


@dataclass(frozen=True, slots=True)
class ImpactSummary:
    """Of a failure by itself: an order that two failures hit counts for both. Keys are bare."""

    failure: Failure
    orders: int
    stuck: int
    value: tuple[Money, ...]
    will_miss_promise: int
    next_promise: Millis | None
    """The soonest promise, not yet passed, that is expected to be missed."""
    oldest_order: str | None
    """The one placed first of those that are hit."""
    team: str | None
    """Whom to call first."""
    common_values: tuple[str, ...]
    """What nearly all orders hit have and most others have not, such as `region emea`."""


def impact_summary(
    store: Store, ask: Ask, failure: Failure, question: Question, now: Millis
) -> ImpactSummary:
    """By itself, else as in `question`. Costs one answer."""
    alone = (
        replace(question, failures=(), suppose=(failure,))
        if failure.is_supposed
        else replace(question, failures=(failure.key,), suppose=())
    )
    with ask(store, alone, now) as answer:
        return _told(answer, failure)


def impact_summaries(store: Store, ask: Ask, answer: Answer) -> tuple[ImpactSummary, ...]:
    """Of each failure of the answer, the most orders first. Costs an answer for each but a single one, all from the state that this one stands on."""
    if len(answer.failures) == 1:
        return (_told(answer, answer.failures[0]),)
    found = [
        impact_summary(store, ask, failure, answer.inputs.question, answer.as_of)
        for failure in answer.failures
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (-one.orders, -one.will_miss_promise, one.failure.started_at, one.failure.key),
        )
    )


def _told(answer: Answer, failure: Failure) -> ImpactSummary:
    columns, hit, totals = answer.inputs.columns, answer.orders_hit, answer.order_totals
    placed, promised = columns.orders.placed_at[hit.order], columns.orders.promised_by[hit.order]
    missed = promised[hit.misses & (promised > answer.as_of)]
    return ImpactSummary(
        failure=failure,
        orders=totals.orders,
        stuck=totals.stuck,
        value=totals.value,
        will_miss_promise=totals.will_miss_promise,
        next_promise=int(missed.min()) if len(missed) else None,
        oldest_order=str(columns.orders.ids[hit.order[np.argmin(placed)]]) if len(placed) else None,
        team=_team(answer, failure),
        common_values=common_values(columns, hit.order, hit.fulfillment),
    )


def _team(answer: Answer, failure: Failure) -> str | None:
    topology = answer.inputs.topology
    own = topology.owner_of(failure.target) if failure.target in topology.elements else None
    owners: Sequence[str] = [share.team for share in answer.owners[:1]]
    return own or next(iter(owners), None)
