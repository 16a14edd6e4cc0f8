"""The way that is left to a part has no gap, and does not lead through the past."""

from graph_models.enums import Band, Effect
from graph_models.impairment import Impairment
from graph_models.scope import EVERYWHERE
from graph_models.time import HOUR, MINUTE
from impactgraph.diagnosis.why.ahead import CurrentVisit, HoldingImpact, expected_steps
from impactgraph.forecast.durations import Durations, documented
from impactgraph.forecast.failure_ends import FailureEnds
from impactgraph.forecast.plan import ImpairmentForecast, Segment, plan_for
from tests.unit.diagnosis.why.situations import NOW, PACK, TOPOLOGY, impact, situation, state

WORKFLOW = TOPOLOGY.workflows["ship"]
DURATIONS = Durations({("ship", step.key): documented(step.takes) for step in WORKFLOW.steps})


def test_what_was_done_long_ago_goes_on_from_now() -> None:
    """Picked twenty minutes ago and not packed, as packing is stopped for an hour."""
    stopped = Impairment(PACK, Effect.BLOCKED, NOW - HOUR, NOW + HOUR, fixed_end=True)
    plan = plan_for(
        TOPOLOGY,
        WORKFLOW,
        DURATIONS,
        ImpairmentForecast((stopped,), FailureEnds({}, {}, ())),
        Segment(frozenset({EVERYWHERE}), frozenset()),
    )
    here = CurrentVisit(WORKFLOW.steps[0], NOW - HOUR, completed_at=NOW - 20 * MINUTE)
    trouble = HoldingImpact(impact(Band.UPCOMING, first_hit=PACK, completion=NOW + HOUR + 10 * MINUTE), plan)

    way = expected_steps(TOPOLOGY, DURATIONS, WORKFLOW, situation(state()).order, here, trouble, NOW)

    pick, pack = way.steps
    assert (pick.begins, pick.leaves, pack.begins) == (NOW - HOUR, NOW, NOW)
    assert way.done_at == NOW + HOUR + 10 * MINUTE
