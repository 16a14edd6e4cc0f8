"""Bins of one moment each: with them every fulfillment has a forecast of its own moments, slowly."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact import cohorts, past_effects, past_records, stale_decisions
from impactgraph.impact.grouping import RunLengthCodes
from impactgraph.impact.visit_bins import VisitCodes


class _Values:
    """Each value with a code of its own."""

    def __init__(self) -> None:
        self._code_of: dict[float, int] = {}

    def codes(self, values: NDArray[Any]) -> Codes:
        every = [self._code_of.setdefault(value, len(self._code_of)) for value in values.tolist()]
        return np.array(every, np.int32)

    def values(self, codes: Codes) -> Reals:
        return np.array(list(self._code_of), np.float64)[codes] if len(codes) else np.zeros(0)


class ExactMoments:
    """In place of MomentBins."""

    def __init__(self, as_of: int, edges: Iterable[Reals] = ()) -> None:
        self._values = _Values()
        self._as_of = as_of

    def codes(self, at: Ints) -> Codes:
        return self._values.codes(np.minimum(at, self._as_of))

    def runs(self, at: Ints) -> RunLengthCodes:
        return RunLengthCodes(self.codes(at), np.ones(len(at), np.int64))

    def moments(self, codes: Codes) -> Reals:
        return self._values.values(codes)


class ExactMinutes:
    """In place of MinuteBins."""

    def __init__(self, edges: Iterable[Reals], as_of: int) -> None:
        self._values = _Values()

    def codes(self, at: Ints) -> tuple[Codes, Codes]:
        return np.zeros(len(at), np.int32), self._values.codes(at)

    def moments(self, spans: Codes, ago: Codes) -> Reals:
        return self._values.values(ago)


class ExactVisits:
    """In place of VisitBins."""

    def __init__(self, edges: Iterable[Reals], as_of: int) -> None:
        self._entries, self._exits, self._lengths = _Values(), _Values(), _Values()

    def spans(self, at: Ints) -> Ints:
        return np.zeros(len(at), np.int64)

    def codes(self, entered_at: Ints, left_at: Ints) -> VisitCodes:
        none = np.zeros(len(entered_at), np.int32)
        entry, exit_ = self._entries.codes(entered_at), self._exits.codes(left_at)
        return VisitCodes(entry_span=entry, edges=exit_, level=none, before=none, after=none)

    def visits(self, codes: VisitCodes) -> tuple[Reals, Reals]:
        return self._entries.values(codes.entry_span), self._exits.values(codes.edges)

    def distances(self, lengths: Ints, codes: VisitCodes) -> Codes:
        return np.where(lengths > 0, 1 + self._lengths.codes(lengths), 0).astype(np.int32)

    def lengths(self, distances: Codes, codes: VisitCodes) -> Reals:
        return self._lengths.values(np.maximum(distances - 1, 0)) - 1.0

    def clip(self, moments: Reals, spans: Codes) -> Reals:
        return moments


@contextmanager
def exact_bins() -> Iterator[None]:
    delays = _Values()
    delays.codes(np.zeros(1))
    every = [
        (cohorts, "MomentBins", ExactMoments),
        (stale_decisions, "MomentBins", ExactMoments),
        (past_records, "MinuteBins", ExactMinutes),
        (past_effects, "VisitBins", ExactVisits),
        *((module, "delay_bins", delays.codes) for module in (cohorts, past_records)),
        *((module, "delay_of_bin", delays.values) for module in (cohorts, past_records)),
    ]
    with ExitStack() as stack:
        for module, name, exact in every:
            stack.enter_context(patch.object(module, name, exact))
        yield
