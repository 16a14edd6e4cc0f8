"""Answers on single failures of a question, and what needs them: whom to call when there are several."""

from collections.abc import Sequence
from dataclasses import replace

from graph_models.failure import Failure
from graph_models.impact import OwnerShare, Question
from impactgraph.impact import owners
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.snapshot import Snapshot


def question_about(question: Question, failures: Sequence[Failure]) -> Question:
    """The same question about these failures only."""
    reported = tuple(failure.key for failure in failures if not failure.is_supposed)
    supposed = tuple(failure for failure in failures if failure.is_supposed)
    return replace(question, failures=reported, suppose=supposed)


def single_answers(s: Snapshot, ask: Ask, answer: Answer) -> tuple[Answer, ...]:
    """On each of several failures by itself, reports of the same failure in one.

    Costs an answer for each failure; nothing where there is only one.
    """
    distinct = answer.inputs.distinct
    groups = [distinct.names((failure.key,)) for failure in distinct.failures]
    if len(groups) < 2:
        return ()
    by_key = answer.failures_by_key
    return tuple(ask(s, question_about(answer.question, [by_key[key] for key in keys])) for keys in groups)


def owner_shares(s: Snapshot, ask: Ask, answer: Answer) -> tuple[OwnerShare, ...]:
    """Teams that own impaired elements, the most affected orders first. Costs as `single_answers`."""
    return owners.owner_shares(answer, single_answers(s, ask, answer))
