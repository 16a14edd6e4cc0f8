"""Counts and money over affected orders and records.

Sums are of integers, so they do not depend on the order of the rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, RecordEffect, RecordKind
from graph_models.impact import OrderTotals, RecordTotals
from graph_models.money import Money, from_micros, total
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.exact_sums import exact_sums, expected_by_group, expected_number
from impactgraph.impact.matches import Positions, RecordGroup


def money_of(columns: Columns, currency: Codes, values: Ints) -> tuple[Money, ...]:
    """One sum a currency, by its name; currencies without a value are left out."""
    names = columns.dictionaries.currencies.values
    sums = sorted(zip(names, exact_sums(currency, values, len(names)), strict=True))
    return tuple(from_micros(value, name) for name, value in sums if value)


def worth_by_group(
    columns: Columns, group: NDArray[Any], orders: Codes, size: int
) -> list[tuple[Money, ...]]:
    """Worth of the orders of each group in [0, size), as `money_of`; `group` (orders,) is the group of
    each.
    """
    names = columns.dictionaries.currencies.values
    sums = exact_sums(
        group * len(names) + columns.orders.currency.take(orders),
        columns.orders.value.take(orders),
        size * len(names),
    )
    by_group = (zip(names, sums[n * len(names) : (n + 1) * len(names)], strict=True) for n in range(size))
    return [tuple(from_micros(value, name) for name, value in sorted(worth) if value) for worth in by_group]


def record_amounts(columns: Columns, group: RecordGroup, at: Positions) -> Ints:
    """Amount of each record of the group at some positions, in millionths; 0 where its type has none."""
    fraction = group.emission.amount
    value = columns.fulfillments.value[group.rows[at]]
    if fraction is None:
        return np.zeros(len(value), np.int64)
    return value if fraction == 1.0 else np.round(value * fraction).astype(np.int64)


def record_amount(value: int, fraction: float | None) -> int:
    """Of one record, by the value of its fulfillment and the fraction that its type posts of it."""
    if fraction is None:
        return 0
    return value if fraction == 1.0 else round(value * fraction)


def record_totals(
    columns: Columns, groups: Sequence[RecordGroup], kind: RecordKind, min_likelihood: float
) -> tuple[RecordTotals, ...]:
    """Totals by type and effect, the most frequent first."""
    counts: dict[tuple[str, RecordEffect], int] = {}
    expected_counts: dict[tuple[str, RecordEffect], float] = {}
    sums: dict[tuple[str, RecordEffect], dict[str, int]] = {}
    names = columns.dictionaries.currencies.values
    for group in groups:
        if group.emission.kind is not kind:
            continue
        at = np.flatnonzero(listed_mask(group, min_likelihood))
        effects = group.outcome.effect[group.cohort[at]].astype(np.intp)
        count_of = np.bincount(effects, minlength=len(RECORD_EFFECTS)).tolist()
        likelihoods = group.outcome.likelihood[group.cohort[at]] * group.certainty[at]
        expected_of = expected_by_group(effects, likelihoods, len(RECORD_EFFECTS))
        money = _money_by_effect(columns, group, at, effects) if group.emission.amount is not None else {}
        for code, count in enumerate(count_of):
            if count:
                key = group.emission.type, RECORD_EFFECTS[code]
                counts[key] = counts.get(key, 0) + count
                expected_counts[key] = expected_counts.get(key, 0.0) + expected_of[code]
                sum_of = sums.setdefault(key, {})
                for name, part in zip(names, money.get(code, ()), strict=False):
                    sum_of[name] = sum_of.get(name, 0) + part
    rows = [
        RecordTotals(
            kind=kind,
            type=key[0],
            effect=key[1],
            count=count,
            amount=tuple(from_micros(value, name) for name, value in sorted(sums[key].items()) if value),
            expected=expected_counts[key],
        )
        for key, count in counts.items()
    ]
    return tuple(sorted(rows, key=lambda r: (-r.count, r.type, r.effect.value)))


def _money_by_effect(
    columns: Columns, group: RecordGroup, at: Positions, effects: Positions
) -> dict[int, list[int]]:
    """By code of the effect: sum of the amounts in each currency, of the records at some positions."""
    currencies = len(columns.dictionaries.currencies.values)
    currency = columns.orders.currency[columns.fulfillments.order[group.rows[at]]]
    sums = exact_sums(
        effects * currencies + currency, record_amounts(columns, group, at), len(RECORD_EFFECTS) * currencies
    )
    return {code: sums[code * currencies : (code + 1) * currencies] for code in range(len(RECORD_EFFECTS))}


def listed_mask(group: RecordGroup, min_likelihood: float) -> NDArray[np.bool_]:
    """(rows,) whether the record is likely enough to be listed."""
    return group.outcome.likelihood[group.cohort] * group.certainty > min_likelihood


def order_totals(columns: Columns, orders: AffectedRows, fulfillments: int) -> OrderTotals:
    """Totals of affected orders; `fulfillments`: how many of theirs are affected."""
    band_count = dict(zip(BANDS, np.bincount(orders.band, minlength=len(BANDS)).tolist(), strict=True))
    return OrderTotals(
        orders=len(orders),
        expected_orders=expected_number(orders.likelihood),
        fulfillments=fulfillments,
        stuck=band_count[Band.STUCK],
        exposed=band_count[Band.EXPOSED],
        upcoming=band_count[Band.UPCOMING],
        records_only=band_count[Band.RECORDS_ONLY],
        value=money_of(
            columns, columns.orders.currency.take(orders.order), columns.orders.value.take(orders.order)
        ),
        will_miss_promise=round(expected_number(orders.missed)),
    )


def refunds_at_risk(
    columns: Columns, orders: AffectedRows, postings: Sequence[RecordTotals], min_likelihood: float
) -> tuple[Money, ...]:
    """Worth of orders about which a decision on stale data may be wrong, and of affected refund postings."""
    rows = orders.order[orders.wrong_decision > min_likelihood]
    refunds = [money for posting in postings if "refund" in posting.type for money in posting.amount]
    return total([*money_of(columns, columns.orders.currency[rows], columns.orders.value[rows]), *refunds])
