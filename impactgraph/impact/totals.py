"""Counts and money over affected orders and records. Sums are of integers, so they do not depend on the order of the rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import OrderTotals, RecordTotals
from graph_models.money import Money, from_micros, total
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.forecast.record_outcomes import RECORD_EFFECTS
from impactgraph.impact.affected import AffectedRows
from impactgraph.impact.matches import RecordGroup

_LOW = 20
"""Bits that are counted apart."""
_EXACT = 2**52
"""Whole numbers up to twice as many are floats too."""


def exact_sums(codes: NDArray[Any], values: Ints, size: int) -> list[int]:
    """Sum of the values of each code in [0, size), exact: where floats cannot hold them, halves that they hold are counted apart."""
    if np.abs(values).sum(dtype=np.float64) < _EXACT:
        return [int(s) for s in np.bincount(codes, weights=values, minlength=size)]
    high = np.bincount(codes, weights=(values >> _LOW).astype(np.float64), minlength=size)
    low = np.bincount(codes, weights=(values & ((1 << _LOW) - 1)).astype(np.float64), minlength=size)
    return [(int(h) << _LOW) + int(s) for h, s in zip(high, low, strict=True)]


def money_of(columns: Columns, currency: Codes, values: Ints) -> tuple[Money, ...]:
    """One sum a currency, by its name; currencies without a value are left out."""
    words = columns.dictionaries.currencies.values
    sums = exact_sums(currency, values, len(words))
    return tuple(
        from_micros(s, word) for s, word in sorted(zip(sums, words, strict=True), key=lambda p: p[1]) if s
    )


def worth_by_group(
    columns: Columns, group: NDArray[Any], orders: Codes, size: int
) -> list[tuple[Money, ...]]:
    """What the orders of each group in [0, size) are worth, as `money_of`; `group` of each order."""
    words = columns.dictionaries.currencies.values
    sums = exact_sums(
        group * len(words) + columns.orders.currency.take(orders),
        columns.orders.value.take(orders),
        size * len(words),
    )
    each = (zip(words, sums[n * len(words) : (n + 1) * len(words)], strict=True) for n in range(size))
    return [tuple(from_micros(s, word) for word, s in sorted(of_group) if s) for of_group in each]


def record_amounts(columns: Columns, group: RecordGroup, chosen: NDArray[Any]) -> Ints:
    """Amount of each chosen record in millionths; 0 where the type has none."""
    fraction = group.emission.amount
    value = columns.fulfillments.value[group.rows[chosen]]
    if fraction is None:
        return np.zeros(len(value), np.int64)
    return value if fraction == 1.0 else np.round(value * fraction).astype(np.int64)


def record_totals(
    columns: Columns, groups: Sequence[RecordGroup], kind: RecordKind, min_likelihood: float
) -> tuple[RecordTotals, ...]:
    """By type and effect, the most first."""
    counts: dict[tuple[str, RecordEffect], int] = {}
    sums: dict[tuple[str, RecordEffect], dict[str, int]] = {}
    words = columns.dictionaries.currencies.values
    for group in groups:
        if group.emission.kind is not kind:
            continue
        hit = np.flatnonzero(listed(group, min_likelihood))
        effects = group.outcome.effect[group.of[hit]].astype(np.intp)
        found = np.bincount(effects, minlength=len(RECORD_EFFECTS)).tolist()
        money = _money_by_effect(columns, group, hit, effects) if group.emission.amount is not None else {}
        for code, count in enumerate(found):
            if count:
                key = group.emission.type, RECORD_EFFECTS[code]
                counts[key] = counts.get(key, 0) + count
                into = sums.setdefault(key, {})
                for word, part in zip(words, money.get(code, ()), strict=False):
                    into[word] = into.get(word, 0) + part
    rows = [
        RecordTotals(
            kind,
            type_,
            effect,
            count,
            tuple(from_micros(s, c) for c, s in sorted(sums[type_, effect].items()) if s),
        )
        for (type_, effect), count in counts.items()
        if count
    ]
    return tuple(sorted(rows, key=lambda r: (-r.count, r.type, r.effect.value)))


def _money_by_effect(
    columns: Columns, group: RecordGroup, hit: NDArray[np.intp], effects: NDArray[np.intp]
) -> dict[int, list[int]]:
    """By effect: the sum of the amounts in each currency."""
    currencies = len(columns.dictionaries.currencies.values)
    currency = columns.orders.currency[columns.fulfillments.order[group.rows[hit]]]
    sums = exact_sums(
        effects * currencies + currency, record_amounts(columns, group, hit), len(RECORD_EFFECTS) * currencies
    )
    return {code: sums[code * currencies : (code + 1) * currencies] for code in range(len(RECORD_EFFECTS))}


def listed(group: RecordGroup, min_likelihood: float) -> NDArray[np.bool_]:
    return group.outcome.likelihood[group.of] * group.certainty > min_likelihood


def order_totals(columns: Columns, orders: AffectedRows, fulfillments: int) -> OrderTotals:
    bands = np.bincount(orders.band, minlength=4)
    return OrderTotals(
        orders=len(orders),
        expected_orders=int(np.rint(orders.likelihood * 1e6).astype(np.int64).sum()) / 1e6,
        fulfillments=fulfillments,
        stuck=int(bands[0]),
        exposed=int(bands[1]),
        upcoming=int(bands[2]),
        records_only=int(bands[3]),
        value=money_of(
            columns, columns.orders.currency.take(orders.order), columns.orders.value.take(orders.order)
        ),
        will_miss_promise=int(np.count_nonzero(orders.misses)),
    )


def refunds_at_risk(
    columns: Columns, orders: AffectedRows, postings: Sequence[RecordTotals], min_likelihood: float
) -> tuple[Money, ...]:
    """Orders about which a decision on stale data may be wrong, and refunds that are postings themselves and hit."""
    order = orders.order[orders.wrong > min_likelihood]
    refunds = [m for row in postings if "refund" in row.type for m in row.amount]
    return total([*money_of(columns, columns.orders.currency[order], columns.orders.value[order]), *refunds])
