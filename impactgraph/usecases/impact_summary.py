"""The figures by which failures are ranked: orders affected, money, promises."""

from dataclasses import dataclass
from decimal import Decimal

from graph_models.estimates import Estimates, comparable_amount
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.money import Money
from graph_models.time import Millis
from impactgraph.impact.owners import owner_shares
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.common_values import common_values
from impactgraph.usecases.single_failures import question_about
from impactgraph.usecases.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ImpactSummary:
    """Of a failure by itself: an order that two failures affect counts for both. Keys are bare."""

    failure: Failure
    orders: int
    stuck: int
    value: tuple[Money, ...]
    will_miss_promise: int
    estimates: Estimates
    next_promise: Millis | None
    """The soonest promise, not yet passed, that is expected to be missed."""
    oldest_order: str | None
    """The affected order that was placed first."""
    team: str | None
    """Whom to call first."""
    common_values: tuple[str, ...]
    """Values that nearly all affected orders share and most others do not, such as `region emea`."""


def impact_summary(s: Snapshot, ask: Ask, failure: Failure, question: Question) -> ImpactSummary:
    """Of the failure by itself, else as in `question`. Costs one answer."""
    return _summary(ask(s, question_about(question, [failure])), failure)


def impact_summaries(s: Snapshot, ask: Ask, answer: Answer) -> tuple[ImpactSummary, ...]:
    """Of each failure of the answer, the most promises missed first; of as many, the most orders, then the
    most value in the reporting currency.

    Costs an answer for each but a single one, all from the snapshot of this one.
    """
    if len(answer.failures) == 1:
        return (_summary(answer, answer.failures[0]),)
    summaries = [impact_summary(s, ask, failure, answer.question) for failure in answer.failures]
    rates = answer.topology.rates
    currency = rates.currency if rates is not None else None
    return tuple(sorted(summaries, key=lambda summary: _rank(summary, currency)))


def _rank(summary: ImpactSummary, currency: str | None) -> tuple[float, float, Decimal, Millis, str]:
    of = summary.estimates
    return (
        -of.promises_missed.expected,
        -of.orders.expected,
        -comparable_amount(of.value, currency),
        summary.failure.started_at,
        summary.failure.key,
    )


def _summary(answer: Answer, failure: Failure) -> ImpactSummary:
    totals = answer.order_totals
    orders = answer.affected_orders
    return ImpactSummary(
        failure=failure,
        orders=totals.orders,
        stuck=totals.stuck,
        value=totals.value,
        will_miss_promise=totals.will_miss_promise,
        estimates=answer.estimates,
        next_promise=answer.next_missed_promise,
        oldest_order=answer.oldest_order,
        team=_team(answer, failure),
        common_values=common_values(answer.columns, orders.order, orders.fulfillment),
    )


def _team(answer: Answer, failure: Failure) -> str | None:
    topology = answer.topology
    own = topology.owner_of(failure.target) if failure.target in topology.elements else None
    return own or next((share.team for share in owner_shares(answer)), None)
