"""Affected records by type, effect and cause: the element that impairs them, and its failures."""

from collections.abc import Sequence

import numpy as np

from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import RecordCause
from graph_models.impairment import Impairment
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.exact_sums import expected_by_group
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.matches import RecordGroup
from impactgraph.impact.totals import listed_mask

_Key = tuple[RecordKind, str, RecordEffect, str | None, tuple[str, ...]]
"""Kind, type, effect, full id of the element, bare keys of its failures."""


def record_causes(impact: MatchedImpact) -> tuple[RecordCause, ...]:
    """Of all kinds of records, the most expected first.

    Their counts by type and effect are those of the totals: a record counts once, with the element that
    impairs it most.
    """
    counts: dict[_Key, int] = {}
    expected_counts: dict[_Key, float] = {}
    for group in impact.affected_records:
        for key, count, likelihood in _causes_of(group, impact.impairments, impact.min_likelihood):
            counts[key] = counts.get(key, 0) + count
            expected_counts[key] = expected_counts.get(key, 0.0) + likelihood
    causes = [RecordCause(*key, count=count, expected=expected_counts[key]) for key, count in counts.items()]
    return tuple(
        sorted(
            causes,
            key=lambda each: (-each.expected, each.kind, each.type, each.effect, each.element or ""),
        )
    )


def _causes_of(
    group: RecordGroup, impairments: Sequence[Impairment], min_likelihood: float
) -> list[tuple[_Key, int, float]]:
    """Number and expected number of the records of one group, by key."""
    at = np.flatnonzero(listed_mask(group, min_likelihood))
    if not len(at):
        return []
    cohort = group.cohort[at]
    effect = group.outcome.effect[cohort].astype(np.intp)
    code = (group.outcome.hit_by[cohort].astype(np.intp) + 1) * len(RECORD_EFFECTS) + effect
    size = (len(impairments) + 1) * len(RECORD_EFFECTS)
    sizes: list[int] = np.bincount(code, minlength=size).tolist()
    likelihoods = group.outcome.likelihood[cohort] * group.certainty[at]
    sums = expected_by_group(code, likelihoods, size)
    causes: list[tuple[_Key, int, float]] = []
    for number, (count, likelihood) in enumerate(zip(sizes, sums, strict=True)):
        if not count:
            continue
        hit_by, effect_code = divmod(number, len(RECORD_EFFECTS))
        cause = impairments[hit_by - 1] if hit_by else None
        key = (
            group.emission.kind,
            group.emission.type,
            RECORD_EFFECTS[effect_code],
            cause.element if cause else None,
            cause.failures if cause else (),
        )
        causes.append((key, count, likelihood))
    return causes
