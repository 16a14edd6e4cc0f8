"""Arrivals: how many orders are usually placed, and examples of what they are like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, ErrorColumns, FulfillmentColumns, Ints, OrderColumns
from impactgraph.forecast.arrival_rates import MOST_HOURS, WEEK_HOURS, ArrivalRates, arrival_rates
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.membership import Membership

MOST_EXAMPLES = 512
"""Of a workflow."""
_SHUFFLE = np.uint64(0x9E3779B97F4A7C15)
"""Fibonacci hashing: the sample does not depend on the order of the rows."""

Flags = NDArray[np.bool_]
UnusualSpans = Mapping[str, Sequence[tuple[Millis, Millis]]]
"""By workflow: the spans in which failures kept orders from their first step."""


@dataclass(frozen=True)
class ArrivalBaseline:
    """What was usual up to `at`. Workflows are those of the columns, by index: that of an order's first
    fulfillment.
    """

    topology: Topology
    at: Millis
    rates: Sequence[ArrivalRates]
    """By workflow."""
    examples: Columns
    """Orders of the last week, as if nobody had begun them."""
    workflow: Codes
    """(orders,) of the examples."""
    history: Millis
    """How long orders have been placed, in whole hours."""

    @cached_property
    def membership(self) -> Membership:
        """Of the examples."""
        return Membership(self.examples, self.topology)

    @property
    def has_days(self) -> bool:
        """Whether most of the orders are expected by earlier days, not by the last hours alone."""
        return sum(r.of_hour[0] if r.days else -r.of_hour[0] for r in self.rates) > 0

    def between(self, edges: Reals) -> Reals:
        """(W, I) orders that are expected to be placed between (I + 1,) moments."""
        hours = (edges - self.at) / HOUR
        return np.array([rates.between(hours) for rates in self.rates]).reshape(-1, len(edges) - 1)


def learn_arrivals(
    topology: Topology, columns: Columns, unusual: UnusualSpans, at: Millis
) -> ArrivalBaseline:
    """By what was placed before `at`. Costs a look at every order."""
    workflows = columns.dictionaries.workflows
    workflow = _workflow_of_orders(columns)
    placed_at = columns.orders.placed_at
    is_known = (placed_at > 0) & (placed_at < at) & (placed_at >= at - MOST_HOURS * HOUR) & (workflow >= 0)
    orders = np.flatnonzero(is_known)
    workflow, age = workflow[orders], at - placed_at[orders]
    hours = int(age.max(initial=0)) // HOUR
    rates = [
        _rates(age[workflow == index], [(at - end, at - start) for start, end in unusual.get(each.key, ())])
        for index, each in enumerate(workflows)
    ]
    sample = _sample(workflow, age, placed_at[orders], len(workflows))
    sample = sample[np.lexsort((columns.orders.value[orders[sample]], age[sample]))]
    return ArrivalBaseline(
        topology=topology,
        at=at,
        rates=rates,
        examples=_examples(columns, orders[sample]),
        workflow=workflow[sample],
        history=hours * HOUR,
    )


def _workflow_of_orders(columns: Columns) -> Codes:
    """(orders,) the workflow of the fulfillments of each, of several the first by key; -1 without one.

    By key, since codes and rows follow the order in which events came.
    """
    f = columns.fulfillments
    by_key = np.argsort([each.key for each in columns.dictionaries.workflows], kind="stable")
    rank = np.empty(len(by_key), np.int32)
    rank[by_key] = np.arange(len(by_key), dtype=np.int32)
    none = len(by_key)
    has_workflow = f.workflow >= 0
    least = np.full(len(columns.orders), none, np.int32)
    np.minimum.at(least, f.order[has_workflow], rank[f.workflow[has_workflow]])
    return np.append(by_key, -1).astype(np.int32)[least]


def _rates(age: Ints, unusual: Sequence[tuple[Millis, Millis]]) -> ArrivalRates:
    """Of one workflow, by how long ago its orders were placed; `unusual`: the ages that do not count."""
    hours = int(age.max(initial=0)) // HOUR
    usual = np.ones(hours, bool)
    for least, most in unusual:
        usual[max(least // HOUR, 0) : max(most // HOUR + 1, 0)] = False
    return arrival_rates(np.bincount(age // HOUR, minlength=hours)[:hours].astype(np.float64), usual)


def _sample(workflow: Codes, age: Ints, placed_at: Ints, workflows: int) -> NDArray[np.intp]:
    """Positions of the examples of each workflow: of the last week, or of the time before."""
    parts: list[NDArray[np.intp]] = []
    key = placed_at.astype(np.uint64) * _SHUFFLE
    for index in range(workflows):
        every = np.flatnonzero(workflow == index)
        recent = every[age[every] <= WEEK_HOURS * HOUR]
        among = recent if len(recent) else every
        if len(among) > MOST_EXAMPLES:
            among = among[np.argpartition(key[among], MOST_EXAMPLES)[:MOST_EXAMPLES]]
        parts.append(among)
    return np.concatenate([np.zeros(0, np.intp), *parts])


def _examples(columns: Columns, orders: NDArray[np.intp]) -> Columns:
    """The orders with their fulfillments, none of which has begun."""
    place = np.full(len(columns.orders), -1, np.int32)
    place[orders] = np.arange(len(orders), dtype=np.int32)
    rows = np.flatnonzero(place[columns.fulfillments.order] >= 0)
    attributes = {name: codes[orders] for name, codes in columns.orders.attributes.items()}
    names = [each.name for each in OrderColumns.columns() if each.name != "attributes"]
    of_orders = OrderColumns(
        **{name: getattr(columns.orders, name)[orders] for name in names}, attributes=attributes
    )
    steps = max((len(each.steps) for each in columns.dictionaries.workflows), default=0)
    fulfillments = FulfillmentColumns.blank(len(rows), steps)
    fulfillments.ids = columns.fulfillments.ids[rows]
    fulfillments.order = place[columns.fulfillments.order[rows]]
    fulfillments.workflow = columns.fulfillments.workflow[rows]
    fulfillments.location = columns.fulfillments.location[rows]
    fulfillments.value = columns.fulfillments.value[rows]
    return Columns(of_orders, fulfillments, columns.dictionaries, ErrorColumns.empty())
