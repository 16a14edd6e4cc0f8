"""Answers on single failures of a question, and what needs them: whom to call when there are several."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graph_models.failure import Failure
from graph_models.impact import OwnerShare, Question
from impactgraph.impact import owners
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.snapshot import Snapshot


def question_about(question: Question, failures: Sequence[Failure]) -> Question:
    """The same question about these failures only."""
    keys = tuple(failure.key for failure in failures if not failure.is_supposed)
    suppositions = tuple(failure for failure in failures if failure.is_supposed)
    return replace(question, failures=keys, suppose=suppositions)


def single_answers(s: Snapshot, ask: Ask, answer: Answer) -> Iterator[Answer]:
    """On each of several failures by itself, reports of the same failure in one; nothing where there is one.

    Costs an answer for each failure. They come one by one, since each may hold a part of all orders.
    """
    distinct = answer.inputs.distinct
    by_key = answer.failures_by_key
    for failure in distinct.failures if len(distinct.failures) > 1 else ():
        reports = [by_key[key] for key in distinct.names((failure.key,))]
        yield ask(s, question_about(answer.question, reports))


def owner_shares(s: Snapshot, ask: Ask, answer: Answer) -> tuple[OwnerShare, ...]:
    """Teams that own impaired elements, the most affected orders first. Costs as `single_answers`."""
    return owners.owner_shares(answer, single_answers(s, ask, answer))
