"""Elements that would explain what orders show and no failure on record does.

They are sought in the state of the question as of the start of five minutes, and kept until events come: an
answer on the phone must not wait for them, and must not depend on what was asked before.
"""

from dataclasses import replace

from impactgraph.baselines import SUSPECTED_FOR, Period, SuspectsKey
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.usecases.overdue import OverdueQuestion, overdue_in
from impactgraph.usecases.snapshot import Snapshot


def suspects_in(s: Snapshot) -> tuple[Suspect, ...]:
    """Best first, each with a failure that could be reported of it, as one that is supposed."""
    if not s.topology.workflows:
        return ()
    since = s.at // SUSPECTED_FOR * SUSPECTED_FOR
    active = tuple(failure.key for failure in s.active_failures)
    key = SuspectsKey(Period(s.topology.variant, since), s.as_of, s.columns.watermark, active)
    earlier = Snapshot(s.store, s.as_of, since, s.columns)
    return s.store.baselines.suspects.get(key, lambda: _suspects(earlier))


def _suspects(s: Snapshot) -> tuple[Suspect, ...]:
    suspects = overdue_in(s, OverdueQuestion(as_of=s.as_of)).suspects
    return tuple(
        replace(suspect, failure=replace(suspect.failure, key=f"suspected-{number}", is_supposed=True))
        for number, suspect in enumerate(suspects, 1)
    )
