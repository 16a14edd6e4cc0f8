"""What a match found: groups of fulfillments, each row with the class whose outcome it takes."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Emission, Workflow
from impactgraph.columns import Codes
from impactgraph.forecast.cohort_outcomes import CohortOutcomes
from impactgraph.forecast.record_outcomes import RecordOutcomes
from impactgraph.forecast.scenarios import Reals


@dataclass
class RecordGroup:
    """One record type of one group of rows: `rows` are fulfillment rows, `of` the class of each in `outcome`."""

    workflow: Workflow
    step: int
    rows: Codes
    of: NDArray[np.intp]
    outcome: RecordOutcomes
    certainty: Reals
    """(rows,) what the likelihood is to be multiplied with."""
    past: bool
    """Its step lies behind: no FlowGroup speaks of it."""

    def take(self, chosen: NDArray[np.bool_]) -> "RecordGroup":
        """Of some of its rows."""
        return replace(self, rows=self.rows[chosen], of=self.of[chosen], certainty=self.certainty[chosen])

    @property
    def emission(self) -> Emission:
        return self.workflow.records[self.outcome.bit][1]


@dataclass
class FlowGroup:
    """Rows that stand in one step, with the outcome of the class of each."""

    workflow: Workflow
    step: int
    rows: Codes
    of: NDArray[np.intp]
    outcome: CohortOutcomes
    certainty: Reals
    past: "PastHits"


@dataclass
class PastHits:
    """What held rows in steps that lie behind them: barrier (-1: nothing did), step and moment."""

    by: NDArray[np.int16]
    step: NDArray[np.int16]
    at: Reals

    @staticmethod
    def none(rows: int) -> "PastHits":
        return PastHits(np.full(rows, -1, np.int16), np.full(rows, -1, np.int16), np.full(rows, np.nan))


@dataclass
class Matches:
    flows: list[FlowGroup] = field(default_factory=list[FlowGroup])
    records: list[RecordGroup] = field(default_factory=list[RecordGroup])

    @property
    def rows(self) -> int:
        """How many fulfillments and reasons there are."""
        return sum(len(g.of) for g in self.flows) + sum(len(g.of) for g in self.records if g.past)
