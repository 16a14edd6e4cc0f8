"""All that is learned from one store and kept between questions."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph_models.time import MINUTE, Millis
from impactgraph.baselines.cache import Cache
from impactgraph.baselines.column_index import ColumnIndex
from impactgraph.baselines.diagnosis_baseline import DiagnosisBaseline
from impactgraph.baselines.forecast_baseline import ForecastBaseline, History
from impactgraph.columns import Columns
from impactgraph.diagnosis.records import RecordName
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.propagation import FailureGraph

LEARNED_FOR: Millis = 15 * MINUTE
"""How long a baseline holds."""
SUSPECTED_FOR: Millis = 5 * MINUTE
"""How long suspects hold."""
_GROWTH = 1.02
"""A baseline is learned again before its time when so many times its events are known."""
_VERSIONS = 8
"""Versions of the topology whose graphs are kept."""
_ELEMENTS = 4_096
"""Elements whose dependents are kept."""


@dataclass(frozen=True)
class Period:
    """What a value holds for: a version of the topology, the moment that was asked for, and a span of time."""

    topology: str
    as_of: Millis | None
    span: int
    """Number of the span, of `LEARNED_FOR` or `SUSPECTED_FOR`, since 1970."""


FailureSpans = tuple[tuple[str, Millis, Millis | None], ...]
"""Key, start and end of each failure: what a baseline leaves out depends on these alone."""


class Baselines:
    """Made once for a store, and carried by it. Any thread may ask; only those that ask for the same key wait."""

    def __init__(self) -> None:
        self.failure_graphs: Cache[str, FailureGraph] = Cache(_VERSIONS)
        """By version of the topology, as the next two."""
        self.declared_since: Cache[str, Mapping[RecordName, Millis]] = Cache(_VERSIONS)
        self.column_indexes: Cache[str, ColumnIndex] = Cache(1)
        """Of the present columns: those of an earlier moment would be held in memory for nothing."""
        self.dependents: Cache[tuple[str, str], frozenset[str]] = Cache(_ELEMENTS)
        """By version and element: the element and all that needs it."""
        self.histories: Cache[Period, History] = Cache(8)
        self.forecast: Cache[tuple[Period, FailureSpans], ForecastBaseline] = Cache(8)
        self.diagnosis: Cache[tuple[Period, FailureSpans], DiagnosisBaseline] = Cache(4)
        self.suspects: Cache[tuple[Period, tuple[str, ...]], tuple[Suspect, ...]] = Cache(4)
        """By period and the keys of the active failures."""


def is_current(learned: History | ForecastBaseline | DiagnosisBaseline, columns: Columns) -> bool:
    """Whether the columns have hardly grown since it was learned."""
    return columns.watermark <= learned.watermark * _GROWTH
