"""Questions about failures: defaults and validation."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.time import DAY, Millis
from graph_models.zones import UTC, is_zone
from impactgraph.errors import BadInputError, NotFoundError, NoTopologyError, Problem
from impactgraph.topology.near import nearest
from impactgraph.usecases.failure_events import problems_in
from impactgraph.usecases.snapshot import Snapshot
from impactgraph.usecases.validation import check_element, check_filter, check_scope

LONGEST: Millis = 366 * DAY


@dataclass(frozen=True, kw_only=True)
class QuestionInput:
    """A question as a person or a program puts it: what is None takes the default of `Question`."""

    failures: Iterable[str] = ()
    """Full ids or bare keys."""
    suppose: tuple[Failure, ...] = ()
    as_of: Millis | None = None
    horizon: Millis | None = None
    assume_recovery: Millis | None = None
    tolerance: Millis | None = None
    min_likelihood: float | None = None
    where: OrderFilter | None = None
    limit: int | None = None
    timezone: str = UTC

    def question(self) -> Question:
        """Not checked yet: `check_question` does that when it is answered."""
        default = Question()
        return Question(
            failures=tuple(dict.fromkeys(key_of(identifier, "failure") for identifier in self.failures)),
            suppose=self.suppose,
            as_of=self.as_of,
            horizon=default.horizon if self.horizon is None else self.horizon,
            assume_recovery=self.assume_recovery,
            tolerance=default.tolerance if self.tolerance is None else self.tolerance,
            min_likelihood=default.min_likelihood if self.min_likelihood is None else self.min_likelihood,
            where=ANY_ORDER if self.where is None else self.where,
            limit=self.limit,
            timezone=self.timezone,
        )


def check_question(s: Snapshot, question: Question) -> None:
    """Raises NotFoundError for an unknown id, BadInputError with all other problems."""
    topology = s.topology
    if not topology.version:
        raise NoTopologyError
    keys = {failure.key for failure in s.failures}
    for key in question.failures:
        if key not in keys:
            raise NotFoundError(f"failure:{key}", near=[f"failure:{near}" for near in nearest(key, keys, 3)])
    for failure in question.suppose:
        check_element(topology, failure.target)
        check_scope(s.columns, topology, failure.scope)
    check_filter(s.store, topology, question.where)
    if problems := _problems(question):
        raise BadInputError(*problems)


def _problems(question: Question) -> list[Problem]:
    wrong = [
        (
            not 0 < question.horizon <= LONGEST,
            "horizon must be longer than zero and at most a year, such as PT48H.",
        ),
        (
            question.assume_recovery is not None and not 0 <= question.assume_recovery <= LONGEST,
            "assumeRecovery must be at most a year, such as PT2H.",
        ),
        (
            not 0 <= question.tolerance <= LONGEST,
            "tolerance must be between zero and a year, such as PT5M.",
        ),
        (
            not is_zone(question.timezone),
            f"timezone is {question.timezone!r}; give an IANA name such as Europe/Berlin.",
        ),
        (question.limit is not None and question.limit < 1, "limit must be at least 1, such as 500."),
        (
            math.isnan(question.min_likelihood) or not 0 <= question.min_likelihood < 1,
            "minLikelihood must be at least 0 and below 1, such as 0.05.",
        ),
    ]
    keys = [failure.key for failure in question.suppose]
    wrong.append((len(set(keys)) < len(keys), "suppose has two failures with the same id."))
    problems = [Problem(message) for is_wrong, message in wrong if is_wrong]
    return problems + [problem for failure in question.suppose for problem in problems_in(failure)]
