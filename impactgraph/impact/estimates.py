"""Expected totals with ranges, of a whole answer or of its parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, RecordKind
from graph_models.estimates import Estimate, Estimates
from graph_models.rates import ExchangeRates
from impactgraph.columns import Ints
from impactgraph.forecast.cohort_outcomes import BANDS
from impactgraph.forecast.scenario_likelihoods import deviations_of
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.shared_causes import shared_basis
from impactgraph.impact.affected_rows import AffectedRows
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.matches import Positions, RecordGroup
from impactgraph.impact.money_estimates import AmountSums, money_estimates
from impactgraph.impact.totals import listed_mask, record_amounts
from impactgraph.impact.uncertain_sums import UncertainRows, UncertainSums, sum_deviations

_KINDS = (RecordKind.POSTING, RecordKind.NOTIFICATION, RecordKind.TASK, RecordKind.SUPPLIER_ORDER)


@dataclass(frozen=True)
class Partition:
    """Parts of an answer, each a number in [0, parts); what is in several parts is listed once for each."""

    parts: int
    order_at: Positions
    """Positions among the affected orders."""
    order_part: Positions
    promise_part: Positions
    """Of each of `order_at`: the part in which its promise counts."""
    record_part: Callable[[RecordGroup, Positions], NDArray[Any]]
    """Part of each record of a group at some positions."""


@dataclass(frozen=True)
class Sums:
    """What estimates are made of, for each part; differences of answers are differences of these."""

    bands: UncertainSums
    """Of each part and band."""
    promises: UncertainSums
    records: dict[RecordKind, UncertainSums]
    value: UncertainSums
    """Of each part and currency."""
    refunds: UncertainSums
    """Of each part and currency."""
    currencies: Sequence[str]
    rates: ExchangeRates | None
    """By which all currencies become one."""
    basis: Reals


def whole(impact: MatchedImpact) -> Partition:
    """Everything in one part."""
    nothing = np.zeros(len(impact.affected_orders), np.intp)
    return Partition(
        parts=1,
        order_at=np.arange(len(impact.affected_orders)),
        order_part=nothing,
        promise_part=nothing,
        record_part=lambda group, at: np.zeros(len(at), np.intp),
    )


def one_part(rows: AffectedRows) -> Partition:
    """These affected orders in one part, without records."""
    nothing = np.zeros(len(rows), np.intp)
    return Partition(
        parts=1,
        order_at=rows.position,
        order_part=nothing,
        promise_part=nothing,
        record_part=lambda group, at: np.zeros(len(at), np.intp),
    )


def no_sums(impact: MatchedImpact) -> Sums:
    """Of nothing, in one part."""
    currencies = impact.columns.dictionaries.currencies.values
    return Sums(
        bands=UncertainSums.none(len(BANDS)),
        promises=UncertainSums.none(1),
        records={kind: UncertainSums.none(1) for kind in _KINDS},
        value=UncertainSums.none(len(currencies)),
        refunds=UncertainSums.none(len(currencies)),
        currencies=currencies,
        rates=impact.topology.rates,
        basis=shared_basis(impact.forecaster.impairments.ends),
    )


def estimate_parts(impact: MatchedImpact, partition: Partition) -> list[Estimates]:
    """Estimates of each part. Costs O(affected rows)."""
    return read_estimates(sum_parts(impact, partition))


def sum_parts(impact: MatchedImpact, partition: Partition) -> Sums:
    orders = impact.affected_orders.take(partition.order_at)
    records = {kind: UncertainSums.none(partition.parts) for kind in _KINDS}
    currencies = impact.columns.dictionaries.currencies.values
    refunds = _wrong_decisions(impact, orders, partition)
    for group in impact.affected_records:
        at = np.flatnonzero(listed_mask(group, impact.min_likelihood))
        if not len(at):
            continue
        kind, part = group.emission.kind, partition.record_part(group, at)
        records[kind] += record_sums(impact, group, at, part, partition.parts)
        if kind is RecordKind.POSTING and "refund" in group.emission.type:
            refunds += _refund_sums(impact, group, at, part, partition.parts)
    return Sums(
        bands=band_sums(impact, orders, partition),
        promises=_promise_sums(impact, orders, partition),
        records=records,
        value=value_sums(impact, orders, partition),
        refunds=refunds,
        currencies=currencies,
        rates=impact.topology.rates,
        basis=shared_basis(impact.forecaster.impairments.ends),
    )


def _rows(orders: AffectedRows, group: NDArray[Any], weight: Ints | None) -> UncertainRows:
    return UncertainRows(
        group=group,
        weight=weight,
        likelihood=orders.likelihood,
        cohort=orders.cohort,
        cohort_likelihood=orders.cohort_likelihood,
    )


def band_sums(impact: MatchedImpact, orders: AffectedRows, partition: Partition) -> UncertainSums:
    rows = _rows(orders, partition.order_part * len(BANDS) + orders.band, None)
    return rows.sums(partition.parts * len(BANDS), impact.joined_groups.deviations)


def value_sums(impact: MatchedImpact, orders: AffectedRows, partition: Partition) -> UncertainSums:
    of_orders = impact.columns.orders
    currencies = len(impact.columns.dictionaries.currencies.values)
    group = partition.order_part * currencies + of_orders.currency.take(orders.order)
    rows = _rows(orders, group, of_orders.value.take(orders.order))
    return rows.sums(partition.parts * currencies, impact.joined_groups.deviations)


def _promise_sums(impact: MatchedImpact, orders: AffectedRows, partition: Partition) -> UncertainSums:
    """Of promises that may be missed because of the failures."""
    at = np.flatnonzero(orders.missed > 0)
    may_miss = orders.take(at)
    part = partition.promise_part.take(at)
    sums = UncertainRows(
        group=part,
        weight=None,
        likelihood=may_miss.missed,
        cohort=np.zeros(len(at), np.intp),
        cohort_likelihood=may_miss.missed,
    ).sums(partition.parts, np.zeros((1, SCENARIOS), np.float32))
    if not len(at):
        return sums
    pair, deviations = impact.joined_groups.missed_deviations(may_miss.position)
    by_scenario = sum_deviations(part, partition.parts, pair, may_miss.certainty, deviations)
    return replace(sums, by_scenario=by_scenario)


def record_sums(
    impact: MatchedImpact, group: RecordGroup, at: Positions, part: NDArray[Any], parts: int
) -> UncertainSums:
    deviations = deviations_of(group.outcome.scenario_likelihoods, len(group.outcome.likelihood))
    return _records(group, at, part, None).sums(parts, deviations)


def _refund_sums(
    impact: MatchedImpact, group: RecordGroup, at: Positions, part: NDArray[Any], parts: int
) -> UncertainSums:
    columns = impact.columns
    currencies = len(columns.dictionaries.currencies.values)
    currency = columns.orders.currency[columns.fulfillments.order[group.rows[at]]]
    rows = _records(group, at, part * currencies + currency, record_amounts(columns, group, at))
    deviations = deviations_of(group.outcome.scenario_likelihoods, len(group.outcome.likelihood))
    return rows.sums(parts * currencies, deviations)


def _records(group: RecordGroup, at: Positions, part: NDArray[Any], weight: Ints | None) -> UncertainRows:
    cohort = group.cohort.take(at)
    of_cohort = group.outcome.likelihood.take(cohort)
    return UncertainRows(
        group=part,
        weight=weight,
        likelihood=of_cohort * group.certainty.take(at),
        cohort=cohort,
        cohort_likelihood=of_cohort,
    )


def _wrong_decisions(impact: MatchedImpact, orders: AffectedRows, partition: Partition) -> UncertainSums:
    """Worth of orders about which a decision on stale data may be wrong."""
    of_orders = impact.columns.orders
    currencies = len(impact.columns.dictionaries.currencies.values)
    at = np.flatnonzero(orders.wrong_decision > impact.min_likelihood)
    wrong = orders.take(at)
    return UncertainRows(
        group=partition.order_part.take(at) * currencies + of_orders.currency.take(wrong.order),
        weight=of_orders.value.take(wrong.order),
        likelihood=wrong.wrong_decision,
        cohort=np.zeros(len(at), np.intp),
        cohort_likelihood=wrong.wrong_decision,
    ).sums(partition.parts * currencies, np.zeros((1, SCENARIOS), np.float32))


def read_estimates(sums: Sums) -> list[Estimates]:
    """Of each part."""
    bands = {band: estimates_of(sums.bands.every(len(BANDS), BANDS.index(band)), sums.basis) for band in Band}
    orders = estimates_of(sums.bands.pooled(len(BANDS)), sums.basis)
    promises = estimates_of(sums.promises, sums.basis)
    records = {kind: estimates_of(of_kind, sums.basis) for kind, of_kind in sums.records.items()}
    value, refunds = (
        money_estimates(AmountSums(each, sums.currencies, sums.basis), sums.rates)
        for each in (sums.value, sums.refunds)
    )
    return [
        Estimates(
            orders=orders[part],
            stuck=bands[Band.STUCK][part],
            exposed=bands[Band.EXPOSED][part],
            upcoming=bands[Band.UPCOMING][part],
            records_only=bands[Band.RECORDS_ONLY][part],
            promises_missed=promises[part],
            postings=records[RecordKind.POSTING][part],
            notifications=records[RecordKind.NOTIFICATION][part],
            tasks=records[RecordKind.TASK][part],
            supplier_orders=records[RecordKind.SUPPLIER_ORDER][part],
            value=value[part],
            refunds_at_risk=refunds[part],
        )
        for part in range(len(orders))
    ]


def estimate_difference(joint: Sums, without: Sums) -> Estimates:
    """Of the sums of one part: what the joint answer has more than another one of the same orders."""
    return read_estimates(
        Sums(
            bands=joint.bands - without.bands,
            promises=joint.promises - without.promises,
            records={kind: joint.records[kind] - without.records[kind] for kind in _KINDS},
            value=joint.value - without.value,
            refunds=joint.refunds - without.refunds,
            currencies=joint.currencies,
            rates=joint.rates,
            basis=joint.basis,
        )
    )[0]


def estimates_of(sums: UncertainSums, basis: Reals) -> list[Estimate]:
    """Of each group; ranges end at whole numbers."""
    low, high = sums.range(basis)
    low = np.minimum(np.rint(low), np.floor(sums.expected))
    high = np.maximum(np.rint(high), np.ceil(sums.expected))
    columns = (each.tolist() for each in (sums.expected, low, high, sums.count))
    return [Estimate(*values) for values in zip(*columns, strict=True)]
