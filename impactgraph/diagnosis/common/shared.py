"""What the overdue share, told with its counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import CommonFactor
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.diagnosis.common.cohort import CONTROLS, cohort_of
from impactgraph.diagnosis.common.dimensions import Dimension, dimension, names
from impactgraph.diagnosis.common.search import Found, causes
from impactgraph.diagnosis.common.steps import AtSteps, at_steps
from impactgraph.diagnosis.overdue.stays import in_step
from impactgraph.diagnosis.overdue.usual import Usual

Flags = NDArray[np.bool_]
_WIDTH = 4096


@dataclass(frozen=True)
class Shared:
    """A factor, and the fulfillments in flight that have it."""

    factor: CommonFactor
    parts: tuple[tuple[str, str], ...]
    """(dimension, value): one, or two of a pair."""
    rows: Codes


def in_common(
    columns: Columns,
    topology: Topology,
    usual: Usual,
    limit: Ints,
    overdue: Flags,
    at: Millis,
    among: Flags | None = None,
    *,
    controls: int = CONTROLS,
) -> tuple[Shared, ...]:
    """Independent causes, the best first; none is an answer. `overdue` and `among` (None: all) by fulfillment, `limit` by (workflow, step index).

    Costs a few passes over the fulfillments, and work that grows with the overdue and with `controls`, not with the others.
    """
    f = columns.fulfillments
    here = in_step(f, at) if among is None else among & in_step(f, at)
    overdue = overdue & here
    if not overdue.any():
        return ()
    rows = np.flatnonzero(here).astype(np.int32)
    cohort = cohort_of(
        columns, overdue, np.ones(len(f), bool) if among is None else among, limit, at, controls=controls
    )
    dimensions = [
        dimension(columns, topology, name, cohort.row, cohort.index, cohort.entered)
        for name in names(columns)
    ]
    flight = _Flight(columns, topology, rows, overdue[rows])
    found = [flight.of_value(each, dimensions) for each in causes(cohort, dimensions)]
    found += flight.of_steps(usual, limit, found)
    return tuple(each for each in found if each.factor.lift > 1)


@dataclass(frozen=True)
class _Flight:
    """Fulfillments in flight, by row, and which of them are overdue."""

    columns: Columns
    topology: Topology
    rows: Codes
    overdue: Flags

    def of_value(self, found: Found, dimensions: Sequence[Dimension]) -> Shared:
        """With the counts of the steps in which it shows; two dimensions come in the order of their names."""
        f, inside = self.columns.fulfillments, np.ones(len(self.rows), bool)
        parts: list[tuple[str, str]] = []
        for number, code in zip(found.value.dimensions, found.value.codes, strict=True):
            name = dimensions[number].name
            parts.append((name, ", ".join(dimensions[number].words[each] for each in code)))
            inside &= np.isin(
                dimension(
                    self.columns, self.topology, name, self.rows, f.step[self.rows], f.entered_at[self.rows]
                ).codes,
                code,
            )
        steps = self._place()
        return self._shared(
            tuple(sorted(parts)),
            inside,
            np.isin(steps, np.unique(steps[inside & self.overdue])),
            found.p_value,
        )

    def of_steps(self, usual: Usual, limit: Ints, explained: Sequence[Shared]) -> list[Shared]:
        """Steps that the overdue are at, where no value within them explains it."""
        f = self.columns.fulfillments
        rest = np.ones(len(f), bool)
        for each in explained:
            rest[each.rows] = False
        left = rest[self.rows]
        place = f.workflow[self.rows].astype(np.int64) * limit.shape[1] + f.step[self.rows]
        hit, size = (
            np.bincount(place[kept], minlength=limit.size).reshape(limit.shape).astype(np.float64)
            for kept in (left & self.overdue, left)
        )
        return [
            self._at_steps(each, left)
            for each in at_steps(self.columns, self.topology, usual, limit, hit, size)
        ]

    def _at_steps(self, found: AtSteps, left: Flags) -> Shared:
        inside = np.isin(self._place(), [n * _WIDTH + m for n, m in found.places])
        return self._shared(
            ((found.dimension, found.value),), inside & left, left, min(1.0, exp(min(found.log_p, 0.0)))
        )

    def _place(self) -> Ints:
        f = self.columns.fulfillments
        return f.workflow[self.rows].astype(np.int64) * _WIDTH + f.step[self.rows]

    def _shared(
        self, parts: tuple[tuple[str, str], ...], inside: Flags, among: Flags, p_value: float
    ) -> Shared:
        hit, size = int((inside & self.overdue).sum()), int((inside & among).sum())
        other, rest = int((among & self.overdue).sum()) - hit, int(among.sum()) - size
        lift = hit / max(size, 1) / (max(other, 0.5) / max(rest, 1))
        names_, values = (tuple(part[n] for part in parts) for n in (0, 1))
        factor = CommonFactor("+".join(names_), "+".join(values), hit, size, other, rest, lift, p_value)
        return Shared(factor, parts, self.rows[inside])
