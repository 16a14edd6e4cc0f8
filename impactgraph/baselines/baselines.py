"""Caches of the values that are derived from one store and shared between questions."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.time import MINUTE, Millis
from graph_models.topology import Topology
from impactgraph.baselines.cache import Cache
from impactgraph.baselines.column_index import ColumnIndex
from impactgraph.baselines.diagnosis_baseline import DiagnosisBaseline
from impactgraph.baselines.forecast_baseline import ForecastBaseline, History
from impactgraph.diagnosis.records import RecordName
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.impact.open_rejections import Rejections
from impactgraph.propagation import FailureGraph

LEARNED_FOR: Millis = 15 * MINUTE
"""Length of the period for which a baseline is valid."""
SUSPECTED_FOR: Millis = 5 * MINUTE
"""Length of the period for which suspects are valid."""
_VERSIONS = 8
"""Versions of the topology whose graphs are cached."""
_ELEMENTS = 4_096
"""Elements whose dependents are cached."""


@dataclass(frozen=True)
class Period:
    """A span of time in which one value is valid: what was known at its start decides the value."""

    topology: str
    """Variant of the topology."""
    since: Millis


@dataclass(frozen=True)
class SuspectsKey:
    """What decides the suspects: a period, the `asOf` and state of the columns, and the active failures."""

    period: Period
    as_of: Millis | None
    watermark: int
    failures: tuple[str, ...]


LostSteps = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""A version of the topology, and the steps that it lacks, by workflow."""
KnownFailures = tuple[Failure, ...]
"""Failures up to the start of a period, which determine the observations that a baseline leaves out."""


class Baselines:
    """One instance per store. Thread-safe: only threads that need the same key wait for each other."""

    def __init__(self) -> None:
        self.topologies: Cache[LostSteps, Topology] = Cache(_VERSIONS)
        """Versions with the former steps that orders are in."""
        self.failure_graphs: Cache[str, FailureGraph] = Cache(_VERSIONS)
        """By variant of the topology, as the next two."""
        self.declared_since: Cache[str, Mapping[RecordName, Millis]] = Cache(_VERSIONS)
        self.rejections: Cache[tuple[str, tuple[Failure, ...]], Rejections] = Cache(_VERSIONS)
        """By variant and ended failures."""
        self.column_indexes: Cache[str, ColumnIndex] = Cache(1)
        """Of the present columns only: those of an earlier moment would stay in memory without use."""
        self.dependents: Cache[tuple[str, str], frozenset[str]] = Cache(_ELEMENTS)
        """By variant and element: the element and its dependents."""
        self.histories: Cache[Period, History] = Cache(8)
        self.forecast: Cache[tuple[Period, KnownFailures], ForecastBaseline] = Cache(8)
        self.diagnosis: Cache[tuple[Period, KnownFailures], DiagnosisBaseline] = Cache(4)
        self.suspects: Cache[SuspectsKey, tuple[Suspect, ...]] = Cache(4)

    def forget_since(self, at: Millis) -> None:
        """Drops what was learned of moments from `at` on: events that came late have changed the state then.

        Called while nobody reads the store.
        """
        self.histories.discard(lambda key: key.since >= at)
        self.forecast.discard(lambda key: key[0].since >= at)
        self.diagnosis.discard(lambda key: key[0].since >= at)
