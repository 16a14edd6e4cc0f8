"""Fulfillments that share a forecast have the one that each would have alone, but for what is rounded."""

from hypothesis import HealthCheck, given, settings

from graph_models.enums import RecordKind
from graph_models.impact import AffectedOrder
from graph_models.time import DAY, MINUTE
from tests.listing import orders_of
from tests.properties.exact_bins import exact_bins
from tests.properties.wide_worlds import wide_worlds
from tests.worlds import World, ask

CLOSE = 0.25
"""Of a likelihood: a moment is rounded by a minute, in which a step that always takes five is done or not."""
KINDS = (RecordKind.POSTING, RecordKind.NOTIFICATION)


def answer(world: World) -> tuple[dict[str, AffectedOrder], dict[tuple[str, str, str], float]]:
    """Affected orders, and the likelihood of each affected record by fulfillment, type and effect."""
    found = ask(world, horizon=365 * DAY, min_likelihood=0.0)
    records = (each for kind in KINDS for each in found.records(kind, first=500).items)
    return {row.order: row for row in orders_of(found)}, {
        (each.fulfillment, each.type, each.effect.value): each.likelihood for each in records
    }


def has_stayed_long(world: World, order: str) -> bool:
    """Whether a part of it is in its step for longer than nearly all are: then few scenarios explain it, and
    its delay is theirs.
    """

    def usual(workflow: str, key: str) -> float:
        steps = {step.key: step.takes for step in world.topology.workflows[workflow].steps}
        takes = steps.get(key)
        return (takes.p95 or 2 * takes.p50) if takes is not None else 0.0

    return any(
        world.as_of - journey.stays[-1][1] > usual(journey.workflow, journey.stays[-1][0])
        for journey in world.journeys
        if journey.order == order and journey.stays
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(wide_worlds(most_failures=2))
def test_an_answer_is_that_of_bins_of_one_moment_each(world: World) -> None:
    orders, records = answer(world)
    with exact_bins():
        exact_orders, exact_records = answer(world)

    def likelihood(rows: dict[str, AffectedOrder], order: str) -> float:
        return rows[order].likelihood if order in rows else 0.0

    for order in orders.keys() | exact_orders.keys():
        assert abs(likelihood(orders, order) - likelihood(exact_orders, order)) <= CLOSE, order
    for record in records.keys() | exact_records.keys():
        assert abs(records.get(record, 0.0) - exact_records.get(record, 0.0)) <= CLOSE, record
    for order in orders.keys() & exact_orders.keys():
        own, exact = orders[order], exact_orders[order]
        if own.likelihood > 0.3 and not has_stayed_long(world, order):
            delays = own.expected_delay or 0, exact.expected_delay or 0
            assert abs(delays[0] - delays[1]) <= max(3 * MINUTE, max(delays) // 8), order
