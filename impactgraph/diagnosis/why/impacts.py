"""What an answer about failures says of each part of some orders."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import Millis
from graph_models.topology import Workflow
from impactgraph.diagnosis.why.situation import Impact
from impactgraph.forecast.plan import Plan, Segment, order_scope
from impactgraph.impact.answer import BlastRadius
from impactgraph.impact.order_pages import shown

ImpactsByFulfillment = Mapping[str, Sequence[Impact]]
"""By bare key of the fulfillment."""


def impacts_in(answer: BlastRadius) -> ImpactsByFulfillment:
    """Of the orders that the answer lists, and of no others: each part with all that hits it. Costs a look at each of their hits."""
    found: defaultdict[str, list[Impact]] = defaultdict(list)
    rows, least = answer.rows, answer.inputs.question.min_likelihood
    listed = np.isin(rows.order, answer.orders_hit.order)
    likely = listed & (rows.likelihood > least)
    unlikely = listed & ~np.isin(rows.order, rows.order[likely])  # only together are they likely enough
    for row in np.flatnonzero(likely | unlikely).tolist():
        one = shown(answer, rows, row)
        found[one.fulfillment].append(_hit(one, _failures(answer, int(rows.hit_by[row])), answer.as_of))
    return found


def _failures(answer: BlastRadius, impairment: int) -> tuple[Failure, ...]:
    return tuple(
        answer.failure_by_key[key]
        for key in answer.impairments[impairment].failures
        if key in answer.failure_by_key
    )


def _hit(one: AffectedOrder, failures: tuple[Failure, ...], at: Millis) -> Impact:
    return Impact(
        failures=failures,
        band=one.band,
        effect=one.effect,
        likelihood=one.likelihood,
        first_hit=one.first_hit,
        at=one.hit_at,
        delay=one.expected_delay,
        completion=one.expected_completion,
        misses_promise=one.misses_promise,
        is_active=any(failure.active_at(at) for failure in failures),
        path=one.path,
    )


def plan_of(answer: BlastRadius, workflow: Workflow, row: int) -> Plan:
    """The workflow as the failures leave it to this fulfillment."""
    forecaster, rows = answer.inputs.forecaster, np.array([row], np.int32)
    ways = [
        *(s.id for s in workflow.steps),
        *(t.via for s in workflow.steps for t in s.then),
        *(e.via for _, e in workflow.records),
    ]
    scopes = {
        order_scope(impairment.scope) for way in ways for _, impairment in forecaster.impairments.at(way)
    }
    whens = {t.when for step in workflow.steps for t in step.then if t.when is not None}
    inside = frozenset(scope for scope in scopes if answer.membership.in_scope(rows, scope)[0])
    return forecaster.plan(
        workflow, Segment(inside, frozenset(when for when in whens if answer.membership.takes(rows, when)[0]))
    )
