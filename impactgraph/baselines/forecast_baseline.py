"""Baseline of a forecast: durations of steps, waits for manual work, loads of queues, arrivals of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.impairment import Impairment, Impairments
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.forecast.durations import Distribution, Durations, learn_durations
from impactgraph.forecast.manual_wait import learn_manual_wait
from impactgraph.forecast.queue_load import QueueLoad
from impactgraph.impact.arrivals import ArrivalBaseline, learn_arrivals

HeldSpans = Mapping[tuple[str, str], tuple[tuple[Millis, Millis], ...]]
"""By (workflow, step): the spans in which failures held orders."""

_PROBABLY_HELD = 0.3
"""Likelihood of an impairment above which observations in its span are left out."""


@dataclass(frozen=True)
class History:
    """The visits of orders to steps, read from the store."""

    queue_load: QueueLoad


@dataclass(frozen=True)
class ForecastBaseline:
    """`manual_wait`: how long an order with an error waits for manual work."""

    durations: Durations
    manual_wait: Distribution
    queue_load: QueueLoad
    arrivals: ArrivalBaseline


def learn_forecast_baseline(
    topology: Topology,
    columns: Columns,
    history: History,
    failures: Sequence[Failure],
    held_spans: HeldSpans,
    at: Millis,
) -> ForecastBaseline:
    """The baseline at `at`. `failures`: those that started by then. Cost: a pass over visits and orders."""
    durations = learn_durations(
        topology,
        columns.dictionaries,
        history.queue_load.visits,
        at,
        lambda workflow, step: held_spans.get((workflow, step), ()),
    )
    active_since = min((failure.started_at for failure in failures if failure.active_at(at)), default=at)
    manual_wait = learn_manual_wait(columns, durations, active_since)
    held_at_first = {
        workflow.key: held_spans.get((workflow.key, workflow.steps[0].key), ())
        for workflow in topology.workflows.values()
        if workflow.steps
    }
    arrivals = learn_arrivals(topology, columns, held_at_first, at)
    return ForecastBaseline(durations, manual_wait, history.queue_load, arrivals)


def held_spans_of(topology: Topology, impairments: Impairments, at: Millis) -> HeldSpans:
    """By (workflow, step): the spans up to `at` in which impairments held orders there or in a hand-off."""
    spans: dict[tuple[str, str], tuple[tuple[Millis, Millis], ...]] = {}
    for workflow in topology.workflows.values():
        for step in workflow.steps:
            elements = [step.id, *(transition.via for transition in step.then if transition.via)]
            holding: list[Impairment] = [
                impairment
                for element in elements
                for impairment in impairments.by_element.get(element, ())
                if impairment.likelihood > _PROBABLY_HELD
            ]
            spans[workflow.key, step.key] = tuple(
                (impairment.since, min(impairment.until, at) + impairment.drain) for impairment in holding
            )
    return spans
