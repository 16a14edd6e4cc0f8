"""What was learned from the history, kept between questions: it changes slowly, and a responder must not wait for it."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from graph_models.failure import Failure
from graph_models.impairment import Impairment, Impairments
from graph_models.time import MINUTE, Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.forecast.durations import Distribution, Durations, learn_durations
from impactgraph.forecast.manual_wait import learn_manual_wait
from impactgraph.forecast.queue_load import QueueLoad
from impactgraph.ports.store import Store
from impactgraph.propagation import FailureGraph, propagate

FRESH: Millis = 15 * MINUTE
"""What was learned holds for so long."""
_GROWN = 1.02
"""Unless so many times the events are known by then."""
_KEPT = 8


@dataclass(frozen=True)
class Known:
    """`durations` of steps, `hold`: the wait for a person, `traffic` of steps and queues; the failure graph of the topology comes with them."""

    graph: FailureGraph
    durations: Durations
    hold: Distribution
    traffic: QueueLoad
    watermark: int


Key = tuple[str, Millis | None, Millis, tuple[tuple[str, Millis, Millis | None], ...]]
_kept: WeakKeyDictionary[Store, OrderedDict[Key, Known]] = WeakKeyDictionary()
_lock = Lock()


def learned(
    store: Store,
    topology: Topology,
    columns: Columns,
    reported: Sequence[Failure],
    asked: Millis | None,
    as_of: Millis,
) -> Known:
    """Good for questions about `asked` (None: now) in the quarter of an hour that `as_of` is in; what the reported failures held up is left out."""
    failures = tuple((f.key, f.started_at, f.ended_at) for f in reported)
    key = topology.version, asked, as_of // FRESH, failures
    with _lock:
        kept = _kept.setdefault(store, OrderedDict())
        fresh = {
            kept_key: known
            for kept_key, known in kept.items()
            if columns.watermark <= known.watermark * _GROWN
        }
        found = fresh.get(key)
        if found is not None:
            return found
        graph = next(
            (known.graph for kept_key, known in kept.items() if kept_key[0] == topology.version), None
        ) or FailureGraph.of(topology)
        before = next(
            (known for kept_key, known in fresh.items() if kept_key[:3] == key[:3]), None
        )  # a failure that is reported changes no stay
        traffic = before.traffic if before else QueueLoad(topology, columns.dictionaries, store.visits(asked))
        watermark = before.watermark if before else columns.watermark
        kept[key] = found = _learn(topology, graph, traffic, columns, reported, as_of, watermark)
        while len(kept) > _KEPT:
            kept.popitem(last=False)
        return found


def _learn(
    topology: Topology,
    graph: FailureGraph,
    traffic: QueueLoad,
    columns: Columns,
    reported: Sequence[Failure],
    as_of: Millis,
    watermark: int,
) -> Known:
    happened = [f for f in reported if f.started_at <= as_of]
    impairments = propagate(graph, happened, recovery=lambda f: f.ended_at or as_of)
    spans = held_spans(topology, impairments, as_of)
    durations = learn_durations(
        topology,
        columns.dictionaries,
        traffic.visits,
        as_of,
        lambda workflow, step: spans.get((workflow, step), ()),
    )
    hold = learn_manual_wait(
        columns, durations, min((f.started_at for f in happened if f.active_at(as_of)), default=as_of)
    )
    return Known(graph, durations, hold, traffic, watermark)


def held_spans(
    topology: Topology, impairments: Impairments, as_of: Millis
) -> dict[tuple[str, str], tuple[tuple[Millis, Millis], ...]]:
    """By (workflow, step): when failures held what was in it or what it handed over, so that nothing is learned from it."""
    found: dict[tuple[str, str], tuple[tuple[Millis, Millis], ...]] = {}
    for workflow in topology.workflows.values():
        for step in workflow.steps:
            elements = [step.id, *(t.via for t in step.then if t.via)]
            rows: list[Impairment] = [
                i for e in elements for i in impairments.by_element.get(e, ()) if i.likelihood > 0.3
            ]
            found[workflow.key, step.key] = tuple((i.since, min(i.until, as_of) + i.drain) for i in rows)
    return found
