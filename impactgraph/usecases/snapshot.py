"""One question's consistent view of a store: moment, topology, failures, columns and baselines."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

import numpy as np

from graph_models.enums import Severity
from graph_models.failure import Failure
from graph_models.impairment import Impairments
from graph_models.journal import Journal
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.baselines import (
    LEARNED_FOR,
    Baselines,
    ColumnIndex,
    DiagnosisBaseline,
    ForecastBaseline,
    HeldSpans,
    History,
    KnownFailures,
    Period,
    declared_since,
    held_spans_of,
    learn_diagnosis_baseline,
    learn_forecast_baseline,
)
from impactgraph.columns import Codes, Columns
from impactgraph.columns.system_lists import SystemLists
from impactgraph.diagnosis.records import (
    TO_REPAIR,
    Causes,
    RecordFindings,
    RecordSearch,
    Transports,
    find_records,
)
from impactgraph.errors import NotFoundError
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.queue_load import QueueLoad
from impactgraph.impact.lost_steps import lost_steps
from impactgraph.impact.membership import Membership
from impactgraph.impact.open_rejections import Rejections, may_reject, rejections_of
from impactgraph.ports.store import Store
from impactgraph.propagation import FailureGraph, propagate
from impactgraph.topology.former import with_former_steps
from impactgraph.topology.reach import dependents


@contextmanager
def snapshot(store: Store, as_of: Millis | None, now: Millis) -> Generator["Snapshot"]:
    """The store at `as_of` (None: at `now`), unchanged while the context is open.

    Valid in the thread that opened it; everything but the columns is read or computed on first use.
    A baseline is computed inside the columns only: `Cache.get` says why.
    """
    with store.columns(as_of) as columns:
        yield Snapshot(store, as_of, now if as_of is None else as_of, columns)


class Snapshot:
    """The data from which all answers to one question are computed."""

    def __init__(self, store: Store, as_of: Millis | None, at: Millis, columns: Columns) -> None:
        """`as_of` is the moment that was asked for (None: now), `at` the moment that is meant."""
        self.store = store
        self.as_of = as_of
        self.at = at
        self.columns = columns

    # ---- read from the store

    @cached_property
    def current_topology(self) -> Topology:
        """The version of the moment; an empty one before the first was applied."""
        return current_topology(self.store, self.as_of)

    @cached_property
    def topology(self) -> Topology:
        """The version of the moment, with the former steps that orders are in: what answers are based on."""
        current = self.current_topology
        lost_orders = lost_steps(self.columns, current, self.at)
        if not lost_orders or not current.version:
            return current
        key = (
            current.version,
            tuple(sorted((workflow, tuple(sorted(lost_orders[workflow]))) for workflow in lost_orders)),
        )
        return self._baselines.topologies.get(
            key, lambda: with_former_steps(current, lost_orders, self._other_versions())
        )

    def _other_versions(self) -> Iterator[Topology]:
        """Earlier versions of the topology, the newest first, then later ones, the oldest first."""
        keys = [version.key for version in self.store.topologies()]
        if self.current_topology.version not in keys:
            return
        at = keys.index(self.current_topology.version)
        for key in (*keys[at + 1 :], *reversed(keys[:at])):
            yield self.store.topology_version(key)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """All that are on record, ended ones and announced ones too, oldest first."""
        return tuple(self.store.failures(self.as_of))

    @cached_property
    def journal(self) -> Journal:
        """What was recorded about incidents, changes and maintenance."""
        return self.store.journal(self.as_of)

    @cached_property
    def system_lists(self) -> Mapping[str, SystemLists]:
        """By bare key of the system, what its lists say it has."""
        return self.store.system_lists(self.as_of)

    # ---- what failures do

    @cached_property
    def active_failures(self) -> tuple[Failure, ...]:
        return tuple(failure for failure in self.failures if failure.active_at(self.at))

    @cached_property
    def begun_failures(self) -> tuple[Failure, ...]:
        """Those that have begun, whether or not they have ended."""
        return tuple(failure for failure in self.failures if failure.started_at <= self.at)

    @cached_property
    def rejections(self) -> Rejections:
        """What the failures that have ended rejected."""
        episodes = tuple(
            episode
            for failure in self.failures
            if failure not in self.active_failures
            for episode in failure.episodes
            if may_reject(episode, self.at)
        )
        return self._baselines.rejections.get(
            (self.topology.variant, episodes), lambda: rejections_of(self.graph, episodes)
        )

    @cached_property
    def graph(self) -> FailureGraph:
        topology = self.topology
        return self._baselines.failure_graphs.get(topology.variant, lambda: FailureGraph.of(topology))

    @cached_property
    def impairments(self) -> Impairments:
        """What the failures that have begun did and do up to now."""
        return self.impairments_of(self.begun_failures)

    def impairments_of(self, failures: Iterable[Failure]) -> Impairments:
        """What these failures did and do up to now: each until its end, else until the moment of the
        question.
        """
        return propagate(self.graph, tuple(failures), recovery=lambda failure: failure.ended_at or self.at)

    # ---- what is usual

    @property
    def learned_at(self) -> Millis:
        """What is usual is learned from what was known at the start of the quarter of an hour.

        So it depends on nothing but the moment of the question: neither on earlier questions, nor on
        whether the question names the moment.
        """
        return self.at // LEARNED_FOR * LEARNED_FOR

    @cached_property
    def forecast_baseline(self) -> ForecastBaseline:
        """What the failures on record held is left out."""
        return self._baselines.forecast.get(self._baseline_key, self._learn_forecast_baseline)

    def _learn_forecast_baseline(self) -> ForecastBaseline:
        at = self.learned_at
        history = self._baselines.histories.get(self._period, self._read_history)
        with self.store.columns(at) as columns:
            return learn_forecast_baseline(
                self.topology, columns, history, self._known_failures, self._held_spans, at
            )

    @cached_property
    def diagnosis_baseline(self) -> DiagnosisBaseline:
        """As `forecast_baseline`."""
        return self._baselines.diagnosis.get(self._baseline_key, self._learn_diagnosis_baseline)

    def _learn_diagnosis_baseline(self) -> DiagnosisBaseline:
        at = self.learned_at
        with self.store.columns(at) as columns:
            return learn_diagnosis_baseline(
                self.topology, columns, self._held_spans, self.declared_records.named_since, at
            )

    @property
    def durations(self) -> Durations:
        return self.forecast_baseline.durations

    @cached_property
    def declared_records(self) -> Transports:
        """Since when the topology declares each record, without how long records take."""
        store, topology = self.store, self.current_topology
        return Transports(
            named_since=self._baselines.declared_since.get(
                topology.version,
                lambda: declared_since(
                    topology,
                    [(version.key, version.applied_at) for version in store.topologies()],
                    store.topology_version,
                ),
            )
        )

    @cached_property
    def record_findings(self) -> RecordFindings:
        """What the audit finds among the records of all orders.

        Costs a look at every record and at every step that causes one.
        """
        search = RecordSearch(lists=self.system_lists, documents=self.store.documents)
        return find_records(
            self.topology, self.columns, self.durations, self.at, search, transports=self.declared_records
        )

    @cached_property
    def causes_of_open_records(self) -> frozenset[str]:
        """Keys of the ended failures that explain records that are missing or doubled still.

        Costs `record_findings`; nothing where no failure has ended.
        """
        ended = [f for f in self.begun_failures if f.ended_at is not None and f.ended_at <= self.at]
        if not ended:
            return frozenset()
        causes = Causes(self.record_findings, self.impairments_of(ended), {}, ())
        return frozenset(key for impairment, _ in causes.explained(TO_REPAIR) for key in impairment.failures)

    def dependents(self, element: str) -> frozenset[str]:
        """All that a failure of the element (full id) can affect, and the element itself."""
        topology = self.topology
        if element not in topology.elements:
            return frozenset({element})
        return self._baselines.dependents.get(
            (topology.variant, element), lambda: frozenset({element, *dependents(topology, element)})
        )

    # ---- what is derived from the columns

    @property
    def membership(self) -> Membership:
        return self.column_index.membership

    @property
    def all_rows(self) -> Codes:
        """Rows of all fulfillments."""
        return np.arange(len(self.columns.fulfillments), dtype=np.int32)

    @cached_property
    def column_index(self) -> ColumnIndex:
        columns, topology = self.columns, self.topology
        if self.as_of is not None:
            return ColumnIndex(columns, topology)
        return self._baselines.column_indexes.get(
            topology.variant, lambda: ColumnIndex(columns, topology), lambda index: index.fits(columns)
        )

    # ----

    @property
    def _baselines(self) -> Baselines:
        return self.store.baselines

    @property
    def _period(self) -> Period:
        return Period(self.topology.variant, self.learned_at)

    @property
    def _baseline_key(self) -> tuple[Period, KnownFailures]:
        return self._period, self._known_failures

    @cached_property
    def _known_failures(self) -> KnownFailures:
        """All episodes of failures that had begun when the period did, as far as they concern it: none ends
        later, and texts do not matter.
        """
        at = self.learned_at
        episodes = (episode for failure in self.failures for episode in failure.episodes)
        return tuple(
            replace(
                each,
                ended_at=None if each.ended_at is None or each.ended_at > at else each.ended_at,
                severity=Severity.ERROR,
                summary="",
                evidence=None,
                source="",
                former_episodes=(),
            )
            for each in episodes
            if each.started_at <= at
        )

    @cached_property
    def _held_spans(self) -> HeldSpans:
        at = self.learned_at
        impairments = propagate(
            self.graph, self._known_failures, recovery=lambda failure: failure.ended_at or at
        )
        return held_spans_of(self.topology, impairments, at)

    def _read_history(self) -> History:
        visits = self.store.visits(self.learned_at)
        return History(QueueLoad(self.topology, self.columns.dictionaries, visits, until=self.learned_at))


def current_topology(store: Store, as_of: Millis | None = None) -> Topology:
    """An empty one before the first was applied."""
    try:
        return store.topology(as_of)
    except NotFoundError:
        return Topology()
