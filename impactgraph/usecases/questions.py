"""Whether a question makes sense before it is worked on."""

import math

from graph_models.impact import Question
from graph_models.time import DAY, Millis
from graph_models.topology import Topology
from impactgraph.errors import BadInputError, NotFoundError, NoTopologyError, Problem
from impactgraph.ports.store import Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.failure_events import problems_in
from impactgraph.usecases.validation import check_element, check_filter, check_scope

LONGEST: Millis = 366 * DAY


def check_question(store: Store, question: Question, topology: Topology) -> None:
    """Raises NotFoundError for what it names and there is not, BadInputError with everything else that is wrong."""
    if not topology.version:
        raise NoTopologyError
    known = {failure.key for failure in store.failures(question.as_of)} if question.failures else set[str]()
    for key in question.failures:
        if key not in known:
            raise NotFoundError(f"failure:{key}", near=[f"failure:{near}" for near in nearest(key, known, 3)])
    for supposed in question.suppose:
        check_element(topology, supposed.target)
        check_scope(store, topology, supposed.scope)
    check_filter(store, topology, question.where)
    if problems := _problems(question):
        raise BadInputError(*problems)


def _problems(question: Question) -> list[Problem]:
    wrong = [
        (
            not 0 < question.horizon <= LONGEST,
            "horizon must be longer than nothing and at most a year, such as PT48H.",
        ),
        (
            question.assume_recovery is not None and not 0 <= question.assume_recovery <= LONGEST,
            "assumeRecovery must be at most a year, such as PT2H.",
        ),
        (
            not 0 <= question.tolerance <= LONGEST,
            "tolerance must be between nothing and a year, such as PT5M.",
        ),
        (question.limit is not None and question.limit < 1, "limit must be at least 1, such as 500."),
        (
            math.isnan(question.min_likelihood) or not 0 <= question.min_likelihood < 1,
            "minLikelihood must be at least 0 and below 1, such as 0.05.",
        ),
    ]
    keys = [supposed.key for supposed in question.suppose]
    wrong.append((len(set(keys)) < len(keys), "suppose has two failures with the same id."))
    found = [Problem(message) for is_wrong, message in wrong if is_wrong]
    return found + [problem for supposed in question.suppose for problem in problems_in(supposed)]
