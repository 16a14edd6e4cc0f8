"""Preview of a report or a change of a failure: the questions of its blast radius before and after."""

from dataclasses import dataclass, replace

from graph_models.failure import Failure
from graph_models.impact import Question
from impactgraph.ports.store import Store
from impactgraph.usecases.failures import find_failure
from impactgraph.usecases.report_failure import FailureOutcome


@dataclass(frozen=True, slots=True)
class FailurePreview:
    """Both questions are about this failure only."""

    failure: Failure
    """As it would be."""
    before: Question | None
    """None where it is not on record."""
    after: Question


def preview_failure(store: Store, outcome: FailureOutcome) -> FailurePreview | None:
    """The preview of the outcome of a dry run; None where it has problems.

    The failure after the change is asked about as a supposed one: nothing is stored.
    """
    failure = outcome.failure
    if failure is None or outcome.problems:
        return None
    is_recorded = find_failure(store, failure.key) is not None
    before = Question(failures=(failure.key,)) if is_recorded else None
    return FailurePreview(failure, before, Question(suppose=(replace(failure, is_supposed=True),)))
