"""Orders still to come: how many are expected to be placed while the failures last, and affected by them.

The expected numbers of each interval (`arrival_rates.py`) are multiplied by how likely an order is affected
that is placed then (`future_orders.py`), scenario by scenario: in each the last failure ends at a moment of
its own, and only what is placed before it counts. Their variance is that of a Poisson number around an
uncertain rate, together with what the ends of the failures and the error of the forecast cause.
"""

from dataclasses import dataclass

import numpy as np

from graph_models.enums import Effect
from graph_models.estimates import Estimate, MoneyEstimate, ToCome
from graph_models.time import DAY, HOUR, MINUTE, Millis, say_duration
from impactgraph.columns import Codes
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.shared_causes import shared_basis
from impactgraph.impact.arrivals import ArrivalBaseline
from impactgraph.impact.future_orders import FutureOrders, forecast_future_orders, selected_rows
from impactgraph.impact.impact_inputs import ImpactInputs
from impactgraph.impact.money_estimates import AmountSums, money_estimates
from impactgraph.impact.to_come_sums import ExpectedOrders, Outcome, joined_sums, summed

_WIDTHS: tuple[tuple[Millis, Millis], ...] = (
    (2 * HOUR, 10 * MINUTE),
    (6 * HOUR, 20 * MINUTE),
    (12 * HOUR, 30 * MINUTE),
    (2 * DAY, HOUR),
)
"""Up to how long after the moment of the question intervals are how long."""
_LAST_WIDTH = 6 * HOUR
_SAME_TIME = 2.0 * HOUR
"""Examples placed at about the same time of the day count most."""
_OTHER_TIME = 0.02
_MOST_NAMES = 3


def orders_to_come(inputs: ImpactInputs) -> ToCome:
    """Those of the question. Costs a forecast of the examples, however many orders there are."""
    window = _window(inputs)
    if not inputs.arrivals.history or not len(window.placed_at):
        return _nothing(window.until, _assumptions(inputs, window))
    rows = selected_rows(inputs, inputs.arrivals)
    arrivals = _expected_orders(inputs, window, rows)
    future = forecast_future_orders(inputs, inputs.arrivals, rows, window.placed_at)
    return _estimate(inputs, window, arrivals, future)


@dataclass(frozen=True)
class _Window:
    """Intervals from the moment of the question to the latest end of the failures."""

    until: Millis
    edges: Reals
    """(I + 1,)"""
    share: Reals
    """(I, K) the part of each interval before the last failure ends."""

    @property
    def placed_at(self) -> Reals:
        """(I,) the middle of each interval."""
        return (self.edges[:-1] + self.edges[1:]) / 2


def _window(inputs: ImpactInputs) -> _Window:
    """The same intervals whenever the failures end, so that a later end adds to what an earlier one has."""
    as_of, ends = float(inputs.as_of), inputs.forecaster.impairments.ends
    horizon = as_of + inputs.question.horizon
    by_failure = [nominal + ends.shifts[key] for key, nominal in ends.nominal.items()]
    end = np.clip(np.max([np.full(SCENARIOS, as_of), *by_failure], axis=0), as_of, horizon)
    until = min(max([as_of, *ends.nominal.values()]), horizon)
    edges = [as_of]
    while edges[-1] < end.max():
        offset = edges[-1] - as_of
        edges.append(edges[-1] + next((w for limit, w in _WIDTHS if offset < limit), _LAST_WIDTH))
    starts, widths = np.array(edges[:-1]), np.diff(edges)
    share = np.clip((end - starts[:, None]) / widths[:, None], 0.0, 1.0)
    return _Window(int(until), np.array(edges), share)


def _expected_orders(inputs: ImpactInputs, window: _Window, rows: Codes) -> ExpectedOrders:
    """How many orders each example stands for in each interval; 0 of those not in question."""
    arrivals = inputs.arrivals
    orders, workflow = arrivals.examples.orders, arrivals.workflow
    clock = np.abs((orders.placed_at[:, None] - window.placed_at + DAY / 2) % DAY - DAY / 2)
    likeness = np.exp(-0.5 * (clock / _SAME_TIME) ** 2) + _OTHER_TIME
    counts = arrivals.between(window.edges)
    of_workflow = summed(workflow, len(counts), likeness)
    weight = likeness * counts[workflow] / np.maximum(of_workflow[workflow], 1e-12)
    is_selected = np.zeros(len(orders), bool)
    is_selected[arrivals.examples.fulfillments.order[rows]] = True
    rates = arrivals.rates
    return ExpectedOrders(
        orders=np.arange(len(orders)),
        number=weight * is_selected[:, None] * _in_time(inputs, arrivals, window),
        error=np.array([each.error for each in rates])[workflow],
        chance=np.array([1.0 + 1.0 / max(each.days, 1.0) for each in rates])[workflow],
    )


def _in_time(inputs: ImpactInputs, arrivals: ArrivalBaseline, window: _Window) -> Reals:
    """(orders, I) whether each meets the conditions on moments where it is placed in an interval."""
    where, orders = inputs.question.where, arrivals.examples.orders
    placed_at = np.broadcast_to(window.placed_at, (len(orders), len(window.placed_at)))
    mask = np.ones(placed_at.shape)
    if where.placed_from is not None:
        mask *= placed_at >= where.placed_from
    if where.placed_to is not None:
        mask *= placed_at < where.placed_to
    if where.promised_before is not None:
        promised_by = placed_at + (orders.promised_by - orders.placed_at)[:, None]
        mask *= (orders.promised_by > 0)[:, None] & (promised_by < where.promised_before)
    return mask


def _estimate(
    inputs: ImpactInputs, window: _Window, expected: ExpectedOrders, future: FutureOrders
) -> ToCome:
    basis = shared_basis(inputs.forecaster.impairments.ends)
    outcome = Outcome(future.affected, window.share)
    kinds = len(future.affected)
    of_kinds = expected.taken(np.flatnonzero(future.kind >= 0))
    by_kind = of_kinds.grouped(future.kind[of_kinds.orders], kinds)
    placements = expected.grouped(np.zeros(len(expected.orders), np.int32), 1)
    return ToCome(
        until=window.until,
        placed=Outcome(np.ones((1, *window.share.shape)), window.share).estimate(placements, basis),
        affected=outcome.estimate(by_kind, basis),
        promises_missed=Outcome(future.missed, window.share).estimate(by_kind, basis),
        value=_value(inputs, of_kinds, future, outcome, basis),
        assumptions=_assumptions(inputs, window),
    )


def _value(
    inputs: ImpactInputs, expected: ExpectedOrders, future: FutureOrders, outcome: Outcome, basis: Reals
) -> tuple[MoneyEstimate, ...]:
    """Of the affected ones: of each currency, then of all."""
    if not len(expected.orders):
        return ()
    examples, kinds = inputs.arrivals.examples, len(future.affected)
    currencies = examples.dictionaries.currencies.values
    currency = examples.orders.currency[expected.orders].astype(np.int64)
    cells = currency * kinds + future.kind[expected.orders]
    worth = expected.grouped(cells, kinds * len(currencies), examples.orders.value[expected.orders])
    parts = [slice(n * kinds, (n + 1) * kinds) for n in range(len(currencies))]
    sums = joined_sums([outcome.sums(worth.part(part)) for part in parts])
    return money_estimates(AmountSums(sums, currencies, basis), inputs.topology.rates)[0]


def _nothing(until: Millis, assumptions: tuple[str, ...]) -> ToCome:
    none = Estimate(0.0, 0.0, 0.0, 0)
    return ToCome(until, none, none, none, (), assumptions)


def _assumptions(inputs: ImpactInputs, window: _Window) -> tuple[str, ...]:
    if not len(window.placed_at):
        return ()
    history = inputs.arrivals.history
    if not history:
        return ("No order was placed in the hours before, so those to come cannot be estimated.",)
    if not inputs.arrivals.has_days:
        reason = (
            f"orders have been placed for {say_duration(history)} only"
            if history < DAY
            else "far more or far fewer orders were placed on the last day than on the days before"
        )
        source = f"Orders to come are expected at the rate of the last hours: {reason}."
    else:
        days = " and the weekday" if history >= 8 * DAY else ""
        source = (
            f"Orders to come are expected from those of the {say_duration(history)} before, by the hour of "
            f"the day{days}."
        )
    return (source, *_not_placed(inputs))


def _not_placed(inputs: ImpactInputs) -> tuple[str, ...]:
    """What it means that the first step of a workflow, in which its orders are placed, is down."""
    impairments = inputs.forecaster.impairments
    stops = [
        workflow.key
        for workflow in inputs.topology.workflows.values()
        if workflow.steps
        and any(i.at_start and i.effect is Effect.BLOCKED for _, i in impairments.at(workflow.steps[0].id))
    ]
    if not stops:
        return ()
    more = f" and {len(stops) - _MOST_NAMES} more" if len(stops) > _MOST_NAMES else ""
    return (
        f"The first step of {', '.join(stops[:_MOST_NAMES])}{more} is down: where customers cannot order, "
        "these are the orders that they would have placed.",
    )
