"""The answer to a question about failures, with the topology that names its elements."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from graph_models.impact import Question
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.errors import BadInputError, Problem
from impactgraph.usecases import Store
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.topologies import list_topologies
from impactgraph.usecases.validation import check_element


@dataclass(frozen=True)
class BlastAnswer:
    """Valid while the context that returned it is open."""

    snapshot: Snapshot
    question: Question
    answer: Answer
    topology: Topology


@contextmanager
def open_answer(store: Store, question: Question, now: Millis) -> Generator[BlastAnswer]:
    """The answer to a question.

    Raises BadInputError where the store has no topology or the question is invalid, NotFoundError for unknown
    ids.
    """
    if not list_topologies(store, first=1).items:
        raise BadInputError(
            Problem(
                "The store has no topology yet, so failures cannot be assessed. "
                "Apply one: impactgraph apply TOPOLOGY."
            )
        )
    with snapshot(store, question.as_of, now) as s:
        suppose = tuple(
            replace(failure, target=check_element(s.topology, failure.target)) for failure in question.suppose
        )
        question = replace(question, suppose=suppose)
        yield BlastAnswer(s, question, answer_question(s, question), s.topology)
