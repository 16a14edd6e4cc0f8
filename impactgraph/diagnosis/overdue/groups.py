"""Overdue orders by what they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import OverdueGroup
from graph_models.enums import Dimension
from graph_models.money import from_micros
from impactgraph.impact.columns import Codes, Columns, Ints
from impactgraph.impact.totals import exact_sums

Flags = NDArray[np.bool_]
_DENSE = 2**20
"""Keys below this are counted instead of sorted."""
_ATTRIBUTES = {Dimension.CARRIER: "carrier", Dimension.SUPPLIER: "supplier"}


def overdue_groups(columns: Columns, overdue: Flags, among: Flags, by: Sequence[Dimension]) -> tuple[OverdueGroup, ...]:
    """Groups that have overdue orders, the most first: how many orders are overdue and how many in flight, and what the overdue are worth.

    An order with parts in several groups counts in each. `overdue` and `among` by fulfillment. Costs a sort of the orders among which they are.
    """
    rows = np.flatnonzero(among).astype(np.int32)
    names, spans, key = _keys(columns, rows, by)
    hit = overdue[rows]
    present = np.flatnonzero(np.bincount(key[hit])) if key.max(initial=0) < _DENSE else np.unique(key[hit])
    keep = np.isin(key, present)
    order = columns.fulfillments.order[rows]
    total, _ = _distinct(present, key[keep], order[keep])
    late, orders = _distinct(present, key[hit], order[hit])
    currencies = columns.vocabulary.currencies.words
    place = np.repeat(np.arange(len(present)), late) * len(currencies) + columns.orders.currency[orders]
    sums = exact_sums(place, columns.orders.value[orders], len(present) * len(currencies))
    found = [
        OverdueGroup(
            _spelled(int(code), names, spans, by),
            int(late[n]),
            int(total[n]),
            tuple(from_micros(s, c) for c, s in sorted(zip(currencies, sums[n * len(currencies) : (n + 1) * len(currencies)], strict=True)) if s),
        )
        for n, code in enumerate(present)
    ]
    return tuple(sorted(found, key=lambda group: (-group.overdue, [str(value) for value in group.key.values()])))


def _distinct(present: Ints, key: Ints, order: Codes) -> tuple[NDArray[np.intp], Codes]:
    """How many orders each group has, and these, group by group. Only orders with several parts are sorted to see whether they are twice in a group."""
    place = np.searchsorted(present, key)
    several = np.bincount(order)[order] > 1
    pairs = np.unique(place[several].astype(np.int64) * 2**32 + order[several])
    place, order = np.append(place[~several], pairs >> 32), np.append(order[~several], (pairs & (2**32 - 1)).astype(np.int32))
    return np.bincount(place, minlength=len(present)), order[np.argsort(place, kind="stable")]


def _keys(columns: Columns, rows: Codes, by: Sequence[Dimension]) -> tuple[list[Sequence[str]], list[int], Ints]:
    key, names, spans = np.zeros(len(rows), np.int64), list[Sequence[str]](), list[int]()
    for dimension in by:
        codes, words = _codes(columns, rows, dimension)
        key = key * len(words) + codes
        names.append(words)
        spans.append(len(words))
    return names, spans, key


def _spelled(code: int, names: Sequence[Sequence[str]], spans: Sequence[int], by: Sequence[Dimension]) -> dict[str, str | None]:
    values: list[str | None] = []
    for words, span in zip(reversed(names), reversed(spans), strict=True):
        code, part = divmod(code, span)
        values.append(words[part] or None)
    return dict(zip((dimension.value for dimension in by), reversed(values), strict=True))


def _codes(columns: Columns, rows: Codes, dimension: Dimension) -> tuple[Codes | Ints, Sequence[str]]:
    o, f, v = columns.orders, columns.fulfillments, columns.vocabulary
    order = f.order[rows]
    match dimension:
        case Dimension.CHANNEL:
            return o.channel[order], v.channels.words
        case Dimension.MODE:
            return o.mode[order], v.modes.words
        case Dimension.REGION:
            return o.region[order], v.regions.words
        case Dimension.TIER:
            return o.tier[order], v.tiers.words
        case Dimension.CURRENCY:
            return o.currency[order], v.currencies.words
        case Dimension.LOCATION:
            return f.location[rows], v.locations.words
        case Dimension.WORKFLOW:
            return f.workflow[rows], [w.key for w in v.workflows]
        case Dimension.STEP:
            widest = max(len(w.steps) for w in v.workflows)
            names = [f"{w.key}/{w.steps[n]}" if n < len(w.steps) else "" for w in v.workflows for n in range(widest)]
            return f.workflow[rows].astype(np.int64) * widest + f.step[rows], names
        case Dimension.CARRIER | Dimension.SUPPLIER:
            name = _ATTRIBUTES[dimension]
            words, codes = v.attributes.get(name), o.attributes.get(name)
            return (codes[order], words.words) if words is not None and codes is not None else (np.zeros(len(rows), np.int64), [""])
        case Dimension.BAND | Dimension.EFFECT | Dimension.CAUSE:
            raise ValueError(f"{dimension} is of failures")
