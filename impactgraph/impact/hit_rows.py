"""What was matched as rows: one for each fulfillment and reason.

What the rows of a class share stands once, in a table of all classes; a row has its class, its certainty, and what held it before.
"""

from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Columns
from impactgraph.forecast.cohort_outcomes import BANDS, CohortOutcomes
from impactgraph.forecast.record_outcomes import RecordOutcomes
from impactgraph.impact.affected import AffectedRows, At
from impactgraph.impact.matches import FlowGroup, Matches, PastHits, RecordGroup

RECORDS_ONLY = len(BANDS) - 1
_Part: TypeAlias = dict[str, Any]
_TYPES = {"band": np.int8, "hit_by": np.int16, "workflow": np.int16, "step": np.int16}
_NAMES = ("likelihood", "band", "hit_by", "workflow", "step", "hit_at", "delay", "finish", "without", "wrong")
_HELD = {"hit_by": "by", "step": "step", "hit_at": "at"}
"""What is told of a row by what held it before, and where that is found."""


def affected_rows(columns: Columns, matches: Matches, workflows: list[str], before: float) -> AffectedRows:
    """A row a fulfillment and reason that is hit before a moment; `affected_orders` brings them to a row an order."""
    hits = _HitRows(columns, matches, workflows)
    rows = AffectedRows(len(hits.of), hits.column)
    with np.errstate(invalid="ignore"):
        if not (hits.table["hit_at"] >= before).any():  # what held a row has done so already
            return rows
        return rows.take(~(rows.hit_at >= before))


class _HitRows:
    def __init__(self, columns: Columns, matches: Matches, workflows: list[str]) -> None:
        self.columns, self.workflows = columns, workflows
        self._parts: list[_Part] = []
        self._starts: dict[int, int] = {}
        self._size = 0
        groups = [*matches.flows, *(g for g in matches.records if g.past)]
        blank = PastHits.none(sum(len(g.of) for g in groups if isinstance(g, RecordGroup)))
        self.past = [*(g.past for g in groups if isinstance(g, FlowGroup)), blank]
        self.of: At = np.concatenate([np.zeros(0, np.intp), *(g.of + self._start(g) for g in groups)])
        self.fulfillment = np.concatenate([np.zeros(0, np.int32), *(g.rows for g in groups)])
        self.certainty = np.concatenate([np.zeros(0), *(g.certainty for g in groups)])
        self.table = {
            n: np.concatenate(
                [
                    np.zeros(0, _TYPES.get(n, np.float64)),
                    *(np.broadcast_to(p[n], p["rows"]) for p in self._parts),
                ]
            )
            for n in _NAMES
        }

    def _start(self, group: FlowGroup | RecordGroup) -> int:
        """Where the classes of its outcome begin in the table."""
        start = self._starts.get(id(group.outcome))
        if start is None:
            start = self._starts[id(group.outcome)] = self._size
            workflow = self.workflows.index(group.workflow.key)
            part = (
                _of_record(group.outcome, workflow, group.step)
                if isinstance(group, RecordGroup)
                else _of_flow(group.outcome, workflow)
            )
            self._parts.append(part)
            self._size += part["rows"]
        return start

    def column(self, name: str, at: At | None) -> NDArray[Any]:
        of = self.of if at is None else self.of.take(at)
        fulfillment = self.fulfillment if at is None else self.fulfillment.take(at)
        match name:
            case "fulfillment":
                return fulfillment
            case "order":
                return self.columns.fulfillments.order.take(fulfillment)
            case "misses":
                promised = self.columns.orders.promised_by.take(
                    self.columns.fulfillments.order.take(fulfillment)
                )
                return (
                    (promised > 0)
                    & (self.table["finish"].take(of) > promised)
                    & (self.table["without"].take(of) <= promised)
                )
            case "likelihood" | "wrong":
                return self.table[name].take(of) * (self.certainty if at is None else self.certainty.take(at))
            case _:
                return self._with_past(name, of, at) if name in _HELD else self.table[name].take(of)

    def _with_past(self, name: str, of: At, at: At | None) -> NDArray[Any]:
        by, held = (
            self._before[word] if at is None else self._before[word].take(at) for word in ("by", _HELD[name])
        )
        return np.where(
            (by >= 0) & (self.table["band"].take(of) != RECORDS_ONLY), held, self.table[name].take(of)
        )

    @cached_property
    def _before(self) -> dict[str, NDArray[Any]]:
        return {
            word: np.concatenate([getattr(past, word) for past in self.past])
            for word in ("by", *_HELD.values())
        }


def _of_flow(found: CohortOutcomes, workflow: int) -> _Part:
    return {
        "rows": len(found.likelihood),
        "likelihood": found.likelihood,
        "band": found.band,
        "hit_by": found.hit_by,
        "workflow": workflow,
        "step": found.hit_step,
        "hit_at": found.hit_at,
        "delay": found.delay,
        "finish": np.where(found.band == RECORDS_ONLY, np.nan, found.finish),
        "without": found.counterfactual_finish,
        "wrong": found.wrong_decision_likelihood,
    }


def _of_record(found: RecordOutcomes, workflow: int, step: int) -> _Part:
    return {
        "rows": len(found.likelihood),
        "likelihood": found.likelihood,
        "band": RECORDS_ONLY,
        "hit_by": found.hit_by,
        "workflow": workflow,
        "step": step,
        "hit_at": found.emitted_at,
        "delay": 0.0,
        "finish": np.nan,
        "without": np.nan,
        "wrong": 0.0,
    }
