"""Contribution of each of several failures: the joint answer less the answer without it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from graph_models.estimates import Estimates, comparable_amount
from graph_models.failure import Failure
from graph_models.impact import Contribution
from impactgraph.impact.estimates import Sums, estimate_difference
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.single_failures import question_about, single_answers
from impactgraph.usecases.snapshot import Snapshot


def contributions(s: Snapshot, ask: Ask, answer: Answer) -> tuple[Contribution, ...]:
    """One for each failure, reports of the same one in one; those that add most promises missed first.

    Costs two answers for each failure; one each where there are two, none where there is one.
    """
    failures = answer.inputs.distinct.failures
    if len(failures) == 1:
        return (_contribution(answer, failures[0], answer.estimates, answer.estimates),)
    alone = [(single.estimates, single.sums) for single in single_answers(s, ask, answer)]
    without = _without_each(s, ask, answer, [sums for _, sums in alone])
    additions = [
        _contribution(answer, failure, estimates, estimate_difference(answer.sums, rest))
        for failure, (estimates, _), rest in zip(failures, alone, without, strict=True)
    ]
    rates = answer.topology.rates
    currency = rates.currency if rates is not None else None
    return tuple(sorted(additions, key=lambda each: _rank(each, currency)))


def _contribution(answer: Answer, failure: Failure, alone: Estimates, adds: Estimates) -> Contribution:
    other_reports = answer.inputs.distinct.names((failure.key,))[1:]
    return Contribution(failure, other_reports, alone, adds)


def _without_each(s: Snapshot, ask: Ask, answer: Answer, alone: Sequence[Sums]) -> Iterator[Sums]:
    """Sums of the answer without each failure; of two failures those of the other by itself."""
    if len(alone) == 2:
        yield from reversed(alone)
        return
    distinct = answer.inputs.distinct
    for failure in distinct.failures:
        others = [
            answer.failures_by_key[key]
            for other in distinct.failures
            if other.key != failure.key
            for key in distinct.names((other.key,))
        ]
        yield ask(s, question_about(answer.question, others)).sums


def _rank(contribution: Contribution, currency: str | None) -> tuple[float, float, Decimal, str]:
    """`currency`: the reporting currency."""
    adds = contribution.adds
    return (
        -adds.promises_missed.expected,
        -adds.orders.expected,
        -comparable_amount(adds.value, currency),
        contribution.failure.key,
    )
