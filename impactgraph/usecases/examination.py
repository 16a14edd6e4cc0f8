"""The evidence on a few orders, at one moment and on one state: what failures do to them, their records, their peers, what would explain them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph_models.diagnosis import Cause, CommonFactor, Diagnosis, PeerGroup, RecordFinding
from graph_models.enums import Band, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedRecord, Question
from graph_models.orders import Order, OrderFilter
from impactgraph.columns import Codes, Ints
from impactgraph.diagnosis.common import OverdueState, common_factors
from impactgraph.diagnosis.overdue import limits, peers_of
from impactgraph.diagnosis.records import Causes, RecordSearch, find_records
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.diagnosis.why import FulfillmentState, Impact, Situation, diagnose
from impactgraph.diagnosis.why.ahead import ExpectedSteps
from impactgraph.diagnosis.why.fulfillments import (
    EvidenceSources,
    FulfillmentEvidence,
    FulfillmentOutlook,
    outlook_of,
)
from impactgraph.diagnosis.why.impacts import ImpactsByFulfillment, impacts_in, steps_in
from impactgraph.forecast.plan import order_scope
from impactgraph.impact.answer import BlastRadius
from impactgraph.ports.store import OrderTimeline
from impactgraph.propagation import propagate
from impactgraph.usecases.blast_radius import Standpoint, answered
from impactgraph.usecases.habits import Habits
from impactgraph.usecases.pages import MOST

_CONTROLS = 2_000
"""Others that the overdue of a step are compared with: enough to blame one thing, few enough for an answer on the phone."""
_EVERYWHERE = ("location:", "workflow:")
"""Kinds of elements that orders are in, rather than need."""


@dataclass(frozen=True)
class Case:
    """An order with all that its diagnosis and its story are told from."""

    situation: Situation
    diagnosis: Diagnosis
    ways: Mapping[str, ExpectedSteps]
    """What is left to its parts, by bare key of the fulfillment."""
    records: tuple[AffectedRecord, ...] = ()
    """Those that active failures hit."""
    story: OrderTimeline | None = None
    """What events told, where it had to be read for the diagnosis."""


class Examination:
    """Of a few orders, at one moment, on one state."""

    def __init__(
        self,
        at: Standpoint,
        usual: Habits,
        orders: Mapping[str, Order],
        stories: Mapping[str, OrderTimeline],
        suspects: Callable[[], tuple[Suspect, ...]],
    ) -> None:
        """`stories`: of the orders that an error was reported of, by bare key."""
        self.at, self.usual, self.orders, self.stories, self._ask_suspects = (
            at,
            usual,
            orders,
            stories,
            suspects,
        )
        self.columns, self.topology = at.columns, at.topology
        assert at.parts is not None
        self.rows = at.parts
        ids = self.columns.fulfillments.ids
        self.row_of = {str(ids[row]): int(row) for row in self.rows}
        self.where = OrderFilter(ids=tuple(orders))
        self.ground = EvidenceSources(self.topology, self.columns, at.known.durations, usual.stays, at.as_of)
        self._peers: dict[tuple[int, int, int], PeerGroup | None] = {}
        self._shared: dict[tuple[int, int], tuple[tuple[CommonFactor, Codes], ...]] = {}

    def cases(self) -> dict[str, Case]:
        return {key: self._case(order) for key, order in self.orders.items()}

    # ---- what failures do

    def _answer(self, failures: Iterable[Failure], orders: Sequence[str] | None = None) -> BlastRadius:
        """`orders`: of these only, by bare key."""
        if orders is None or len(orders) == len(self.orders):
            return answered(Question(where=self.where), self.at, tuple(failures))
        parts = self.columns.fulfillment_rows(self.columns.order_rows(orders))
        return answered(
            Question(where=OrderFilter(ids=tuple(orders))), replace(self.at, parts=parts), tuple(failures)
        )

    def _touching(self, failures: Iterable[Failure]) -> tuple[Failure, ...]:
        """Those that can get to anything on the ways of these orders; the others need not be asked about."""
        return tuple(failure for failure in failures if self._can_touch(failure))

    def _can_touch(self, failure: Failure) -> bool:
        if failure.target.startswith(_EVERYWHERE):
            return True
        return self._is_on_the_way(failure) and bool(
            self.at.membership.in_scope(self.rows, order_scope(failure.scope)).any()
        )

    def _is_on_the_way(self, failure: Failure) -> bool:
        return not self.usual.needing(self.topology, failure.target).isdisjoint(self._ways)

    @cached_property
    def _ways(self) -> frozenset[str]:
        """All steps, hand-offs and ways of records of their workflows."""
        keys = {part.workflow for order in self.orders.values() for part in order.fulfillments}
        workflows = [self.topology.workflows[key] for key in keys if key in self.topology.workflows]
        steps = {step.id for workflow in workflows for step in workflow.steps}
        ways = {t.via for workflow in workflows for step in workflow.steps for t in step.then if t.via}
        return frozenset(
            steps | ways | {e.via for workflow in workflows for _, e in workflow.records if e.via}
        )

    @cached_property
    def _active(self) -> tuple[Failure, ...]:
        return tuple(failure for failure in self.at.reported if failure.active_at(self.at.as_of))

    @cached_property
    def _active_here(self) -> tuple[Failure, ...]:
        return self._touching(self._active)

    @cached_property
    def _together(self) -> BlastRadius | None:
        """Of all that are active, jointly; None where none of them can touch an order."""
        return self._answer(self._active) if self._active_here else None

    @cached_property
    def _joint(self) -> ImpactsByFulfillment:
        return impacts_in(self._together) if self._together is not None else {}

    @cached_property
    def _alone(self) -> ImpactsByFulfillment:
        """Of each active failure by itself, to the orders that the joint answer does not blame on it: another one stands before it there."""
        found: dict[str, list[Impact]] = {}
        for failure in self._active_here if len(self._active) > 1 else ():
            unnamed = [key for key, order in self.orders.items() if not self._named(order, failure)]
            for key, hits in impacts_in(self._answer([failure], unnamed)).items() if unnamed else ():
                found.setdefault(key, []).extend(hits)
        return found

    def _named(self, order: Order, failure: Failure) -> bool:
        return any(
            failure in hit.failures for part in order.fulfillments for hit in self._joint.get(part.key, ())
        )

    @cached_property
    def _over(self) -> BlastRadius | None:
        """Of all that ended while one of the orders was on its way; None where none of them can have touched an order."""
        since = min(order.placed_at for order in self.orders.values())
        ended = [
            f for f in self.at.reported if f.ended_at is not None and since < f.ended_at <= self.at.as_of
        ]
        return self._answer(ended) if self._touching(ended) else None

    @cached_property
    def _past(self) -> ImpactsByFulfillment:
        return impacts_in(self._over) if self._over is not None else {}

    @cached_property
    def _records_hit(self) -> dict[str, list[AffectedRecord]]:
        """By bare key of the order."""
        found: dict[str, list[AffectedRecord]] = {}
        if self._together is not None and self._together.records_hit:
            hit = {group.emission.kind for group in self._together.records_hit}
            for kind in (kind for kind in RecordKind if kind in hit):
                for record in self._together.records(kind, first=MOST).items:
                    found.setdefault(record.order, []).append(record)
        return found

    # ---- records

    @cached_property
    def _findings(self) -> dict[str, list[RecordFinding]]:
        """By bare key of the order."""
        at, known = self.at.as_of, self.at.known
        sorted_prefix = self.usual.filed(self.columns)
        found = find_records(
            self.topology,
            self.columns,
            known.durations,
            at,
            RecordSearch(self.rows, sorted_prefix),
            transports=self.usual.transports,
        )
        if not len(found):
            return {}
        begun = [
            failure for failure in self.at.reported if failure.started_at <= at and self._can_touch(failure)
        ]
        impairments = propagate(known.graph, begun, recovery=lambda failure: failure.ended_at or at)
        causes = Causes(
            found, impairments, {failure.key: failure for failure in begun}, ()
        )  # whoever else is asked about tells nothing of this order
        by_order: dict[str, list[RecordFinding]] = {}
        for finding in found.findings(cause_of=causes.of):
            by_order.setdefault(finding.order, []).append(finding)
        return by_order

    # ---- one order

    def _case(self, order: Order) -> Case:
        placed = [self._placed(order, part.key) for part in order.fulfillments]
        parts = tuple(each.state for each in placed)
        situation = Situation(order, self.at.as_of, parts, tuple(self._findings.get(order.key, ())))
        situation = self._with_suspects(self._with_peers(situation))
        ways = {
            each.state.fulfillment.key: each.expected_steps
            for each in placed
            if each.expected_steps is not None
        }
        diagnosis = diagnose(self.topology, situation)
        return Case(
            situation,
            diagnosis,
            ways,
            tuple(self._records_hit.get(order.key, ())),
            self.stories.get(order.key),
        )

    def _placed(self, order: Order, key: str) -> FulfillmentOutlook:
        told = next(part for part in order.fulfillments if part.key == key)
        hits = [*self._joint.get(key, ()), *self._alone.get(key, ()), *self._past.get(key, ())]
        row = self.row_of[key]
        evidence = FulfillmentEvidence(told, row, hits, self._said_of(order).get(key, ""))
        return outlook_of(
            self.ground,
            order,
            evidence,
            lambda hit: steps_in(self._told_by(hit), row),
        )

    def _said_of(self, order: Order) -> dict[str, str]:
        """What the last error of each part said, by bare key of the fulfillment."""
        story = self.stories.get(order.key)
        errors = (
            [entry for entry in story.entries if entry.kind == "fulfillment.failed" and entry.fulfillment]
            if story is not None
            else []
        )
        return {entry.fulfillment or "": entry.message or "" for entry in errors}

    def _told_by(self, hit: Impact) -> BlastRadius:
        answer = self._together if hit.is_active else self._over
        assert answer is not None
        return answer

    def _with_peers(self, s: Situation) -> Situation:
        """Others in the step of the part that is longest overdue, else of one that failed or is held."""
        troubled = [*s.overdue, *(part for part in s.in_flight if part.error is not None or _held(part))]
        if not troubled:
            return s
        row = self.row_of[troubled[0].fulfillment.key]
        common = self._common(row) if s.overdue and not _held(troubled[0]) else ()
        shared = tuple(f"{factor.dimension} {factor.value}" for factor, rows in common if row in rows)
        return replace(
            s, peers=self._peers_of(row, tuple(factor for factor, _ in common)), shared_factors=shared
        )

    def _with_suspects(self, s: Situation) -> Situation:
        """Elements whose failure would explain that it is overdue, or its error, where no known one holds it."""
        puzzling = {
            part.fulfillment.key
            for part in (*s.overdue, *(part for part in s.in_flight if part.error is not None))
            if not _held(part)
        }
        if not puzzling:
            return s
        return replace(
            s, suspects=tuple(cause for cause, keys in self._suspects if not keys.isdisjoint(puzzling))
        )

    @cached_property
    def _suspects(self) -> tuple[tuple[Cause, frozenset[str]], ...]:
        """Each with the parts that it would hold, had it failed as it seems to have."""
        return tuple((each.cause, self._would_hold(each)) for each in self._ask_suspects())

    def _would_hold(self, suspect: Suspect) -> frozenset[str]:
        if not self._touching([suspect.failure]):
            return frozenset()
        found = impacts_in(self._answer([suspect.failure]))
        return frozenset(
            key
            for key, hits in found.items()
            if any(hit.is_probable and hit.band in (Band.STUCK, Band.EXPOSED) for hit in hits)
        )

    def _peers_of(self, row: int, factors: tuple[CommonFactor, ...]) -> PeerGroup | None:
        f = self.columns.fulfillments
        place = int(f.workflow[row]), int(f.step[row]), int(f.location[row])
        if place not in self._peers:
            self._peers[place] = peers_of(self.columns, self._limits, row, self.at.as_of, factors)
        return self._peers[place]

    def _limits(self, rows: Codes) -> Ints:
        return limits(self.topology, self.columns, self.usual.stays, self.at.known.durations, rows)

    def _common(self, row: int) -> tuple[tuple[CommonFactor, Codes], ...]:
        """What the overdue of its step share, each with the fulfillments that have it."""
        f = self.columns.fulfillments
        place = int(f.workflow[row]), int(f.step[row])
        if place not in self._shared:
            rows, stays, at = self.columns.rows_at(*place), self.usual.stays, self.at.as_of
            here, overdue = np.zeros(len(f), bool), np.zeros(len(f), bool)
            here[rows], overdue[rows] = (
                True,
                (f.entered_at[rows] > 0) & (at - f.entered_at[rows] > self._limits(rows)),
            )
            state = OverdueState(self.columns, self.topology, stays, overdue, at=at, among=here)
            found = common_factors(state, controls=_CONTROLS)
            self._shared[place] = tuple((each.factor, each.rows) for each in found)
        return self._shared[place]


def _held(part: FulfillmentState) -> bool:
    return any(hit.holds for hit in part.impacts)
