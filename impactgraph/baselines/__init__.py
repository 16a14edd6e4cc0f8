"""Baselines of a store: usual durations, loads and delays, learned from history and cached between
questions.
"""

from impactgraph.baselines.baselines import (
    LEARNED_FOR,
    SUSPECTED_FOR,
    Baselines,
    KnownFailures,
    Period,
    SuspectsKey,
)
from impactgraph.baselines.cache import Cache
from impactgraph.baselines.column_index import ColumnIndex
from impactgraph.baselines.declarations import declared_since
from impactgraph.baselines.diagnosis_baseline import DiagnosisBaseline, learn_diagnosis_baseline
from impactgraph.baselines.forecast_baseline import (
    ForecastBaseline,
    HeldSpans,
    History,
    held_spans_of,
    learn_forecast_baseline,
)

__all__ = [
    "LEARNED_FOR",
    "SUSPECTED_FOR",
    "Baselines",
    "Cache",
    "ColumnIndex",
    "DiagnosisBaseline",
    "ForecastBaseline",
    "HeldSpans",
    "History",
    "KnownFailures",
    "Period",
    "SuspectsKey",
    "declared_since",
    "held_spans_of",
    "learn_diagnosis_baseline",
    "learn_forecast_baseline",
]
