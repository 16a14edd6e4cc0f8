"""Pages of affected postings, notifications, tasks and supplier orders."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import AffectedRecord
from graph_models.money import from_micros
from graph_models.orders import Page
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact import keyset
from impactgraph.impact.hits import Hits
from impactgraph.impact.matches import RecordGroup
from impactgraph.impact.paths import extended, path_to
from impactgraph.impact.totals import listed, record_amounts


def page_of(
    answer: Hits,
    kind: RecordKind,
    types: Sequence[str] | None,
    effects: Sequence[RecordEffect] | None,
    first: int,
    after: str | None,
) -> Page[AffectedRecord]:
    """By due moment, then fulfillment and type."""
    found = [
        (g, _chosen(answer, g, effects))
        for g in answer.records_hit
        if g.emission.kind is kind and (types is None or g.emission.type in types)
    ]
    found = [(g, at) for g, at in found if len(at)]
    keys = np.concatenate([_due(g, at) for g, at in found]) if found else np.zeros(0)
    group_of = np.repeat(np.arange(len(found)), [len(at) for _, at in found])
    starts = np.concatenate([[0], np.cumsum([len(at) for _, at in found])]).astype(np.intp)
    ids = answer.inputs.columns.fulfillments.ids

    def names(rows: NDArray[np.intp]) -> list[str]:
        labels: list[str] = []
        for row in rows:
            group, at = found[group_of[row]]
            labels.append(f"{ids[group.rows[at[row - starts[group_of[row]]]]]}\t{group.emission.type}")
        return labels

    chosen, cursors, more, before = keyset.page(keys, names, first, after, f"{kind.value}-due")
    items = tuple(
        _shown(answer, found[group_of[row]][0], int(found[group_of[row]][1][row - starts[group_of[row]]]))
        for row in chosen
    )
    return Page(items, tuple(cursors), len(keys), more, before)


def _chosen(answer: Hits, group: RecordGroup, effects: Sequence[RecordEffect] | None) -> NDArray[np.intp]:
    hit = listed(group, answer.inputs.question.min_likelihood)
    if effects is not None:
        hit &= np.isin(group.outcome.effect[group.of], [RECORD_EFFECTS.index(e) for e in effects])
    return np.flatnonzero(hit)


def _due(group: RecordGroup, at: NDArray[np.intp]) -> NDArray[np.float64]:
    of = group.of[at]
    return np.where(np.isnan(group.outcome.due_at), group.outcome.expected_at, group.outcome.due_at)[of]


def _shown(answer: Hits, group: RecordGroup, at: int) -> AffectedRecord:
    columns, out, of = answer.inputs.columns, group.outcome, int(group.of[at])
    row = int(group.rows[at])
    order = int(columns.fulfillments.order[row])
    effect = RECORD_EFFECTS[int(out.effect[of])]
    amount = None
    if group.emission.kind is RecordKind.POSTING:
        chosen = np.zeros(len(group.rows), bool)
        chosen[at] = True
        currency = columns.dictionaries.currencies.values[int(columns.orders.currency[order])]
        amount = from_micros(int(record_amounts(columns, group, chosen)[0]), currency)
    name = str(columns.fulfillments.ids[row])
    due = None if np.isnan(out.due_at[of]) else round(float(out.due_at[of]))
    expected = round(float(out.expected_at[of])) if np.isfinite(out.expected_at[of]) else None
    impairment = answer.impairments[int(out.hit_by[of])]
    what = f"{group.emission.type} of {name}"
    path = extended(
        path_to(impairment, answer.failure_by_key),
        f"fulfillment:{name}",
        "record",
        impairment.effect,
        due or expected or answer.as_of,
        f"{what} is {effect.value.lower().replace('_', ' ')}",
    )
    return AffectedRecord(
        kind=group.emission.kind,
        order=str(columns.orders.ids[order]),
        fulfillment=name,
        type=group.emission.type,
        effect=effect,
        likelihood=round(float(out.likelihood[of] * group.certainty[at]), 4),
        due=due,
        expected_at=expected,
        amount=amount,
        location=columns.dictionaries.locations.values[int(columns.fulfillments.location[row])] or None,
        path=path,
    )
