"""Elements that would explain what orders show and no failure on record does, kept for five minutes.

An answer on the phone must not wait for them.
"""

from dataclasses import replace

from impactgraph.baselines import SUSPECTED_FOR, Period
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.usecases.overdue import OverdueQuestion, overdue_in
from impactgraph.usecases.snapshot import Snapshot


def suspects_in(s: Snapshot) -> tuple[Suspect, ...]:
    """Best first, each with a failure that could be reported of it, as one that is supposed."""
    if not s.topology.workflows:
        return ()
    period = Period(s.topology.variant, s.as_of, s.at // SUSPECTED_FOR)
    active = tuple(failure.key for failure in s.active_failures)
    return s.store.baselines.suspects.get((period, active), lambda: _suspects(s))


def _suspects(s: Snapshot) -> tuple[Suspect, ...]:
    suspects = overdue_in(s, OverdueQuestion(as_of=s.as_of)).suspects
    return tuple(
        replace(suspect, failure=replace(suspect.failure, key=f"suspected-{number}", is_supposed=True))
        for number, suspect in enumerate(suspects, 1)
    )
