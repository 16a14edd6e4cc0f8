"""What an answer about failures says of each part of some orders."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import Millis
from impactgraph.diagnosis.why.evidence import Hit
from impactgraph.impact.answer import BlastRadius
from impactgraph.impact.order_pages import shown

Hits = Mapping[str, Sequence[Hit]]
"""By bare key of the fulfillment."""


def hits_in(answer: BlastRadius) -> Hits:
    """Of the orders that the answer lists, and of no others: each part with all that hits it. Costs a look at each of their hits."""
    found: defaultdict[str, list[Hit]] = defaultdict(list)
    rows, least = answer.rows, answer.inputs.question.min_likelihood
    listed = np.isin(rows.order, answer.orders_hit.order)
    likely = listed & (rows.likelihood > least)
    unlikely = listed & ~np.isin(rows.order, rows.order[likely])  # only together are they likely enough
    for row in np.flatnonzero(likely | unlikely).tolist():
        one = shown(answer, rows, row)
        found[one.fulfillment].append(_hit(one, _failures(answer, int(rows.hit_by[row])), answer.as_of))
    return found


def _failures(answer: BlastRadius, impairment: int) -> tuple[Failure, ...]:
    return tuple(answer.failure_by_key[key] for key in answer.impairments[impairment].failures if key in answer.failure_by_key)


def _hit(one: AffectedOrder, failures: tuple[Failure, ...], at: Millis) -> Hit:
    return Hit(
        failures=failures,
        band=one.band,
        effect=one.effect,
        likelihood=one.likelihood,
        first_hit=one.first_hit,
        at=one.hit_at,
        delay=one.expected_delay,
        completion=one.expected_completion,
        misses_promise=one.misses_promise,
        active=any(failure.active_at(at) for failure in failures),
        path=one.path,
    )
