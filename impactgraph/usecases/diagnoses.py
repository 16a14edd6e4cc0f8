"""Why is this order where it is? The service desk's question, for one order or a page of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph_models.diagnosis import CommonFactor, Diagnosis, PeerGroup, RecordFinding
from graph_models.enums import RecordKind
from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.impact import AffectedRecord, Question
from graph_models.orders import Order, OrderFilter
from graph_models.time import Millis
from impactgraph.diagnosis.common import in_common
from impactgraph.diagnosis.overdue import limits, overdue_mask, peers_of
from impactgraph.diagnosis.overdue.limits import limit_table
from impactgraph.diagnosis.records import Causes, find_records
from impactgraph.diagnosis.why import Hit, Situation, diagnose
from impactgraph.diagnosis.why.ahead import Way
from impactgraph.diagnosis.why.hits import Hits, hits_in, plan_of
from impactgraph.diagnosis.why.parts import Ground, Placed, read_part
from impactgraph.errors import NotFoundError
from impactgraph.forecast.plan import orderly
from impactgraph.impact.answer import BlastRadius
from impactgraph.impact.columns import Codes
from impactgraph.impact.orders import orders_of
from impactgraph.ports.store import Store
from impactgraph.propagation import propagate
from impactgraph.topology.near import nearest
from impactgraph.usecases.blast_radius import Standpoint, answered
from impactgraph.usecases.habits import Habits, habits
from impactgraph.usecases.learned import learned
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.pages import MOST

_CONTROLS = 2_000
"""Others that the overdue of a step are compared with: enough to blame one thing, few enough for an answer on the phone."""


@dataclass(frozen=True)
class Case:
    """An order with all that its diagnosis and its story are told from."""

    situation: Situation
    diagnosis: Diagnosis
    ways: Mapping[str, Way]
    """What is left to its parts, by bare key of the fulfillment."""
    records: tuple[AffectedRecord, ...] = ()
    """Those that active failures hit."""


def find_case(store: Store, identifier: str, now: Millis, as_of: Millis | None = None) -> Case:
    """By full id or bare key. Raises NotFoundError where it is not known (then)."""
    key = key_of(identifier, "order")
    found = cases(store, [key], now, as_of).get(key)
    if found is None:
        with store.columns(as_of) as columns:
            known = [str(each) for each in columns.orders.ids] if len(columns.orders) <= _FEW else []
        raise NotFoundError(identifier, near=[f"order:{each}" for each in nearest(key, known, 3)])
    return found


_EVERYWHERE = ("location:", "workflow:")
"""Kinds of elements that orders are in, rather than need."""
_FEW = 20_000
"""Orders among which a near key is looked for."""


def cases(store: Store, keys: Sequence[str], now: Millis, as_of: Millis | None = None) -> dict[str, Case]:
    """Those of the orders that are known (then), by bare key: a few questions to the store for all of them."""
    at = now if as_of is None else as_of
    topology = current_topology(store, as_of)
    reported = store.failures(as_of)
    with store.columns(as_of) as columns:
        rows = columns.order_rows(list(dict.fromkeys(keys)))
        orders = {order.key: order for order in orders_of(columns, rows[rows >= 0])}
        if not orders:
            return {}
        known = learned(store, topology, columns, reported, as_of, at)
        usual = habits(store, topology, columns, reported, known, as_of, at)
        stand = Standpoint(at, topology, tuple(reported), columns, known, columns.parts_of(rows))
        return _Examination(stand, usual, orders, _messages(store, orders, as_of)).cases()


def diagnoses(store: Store, keys: Sequence[str], now: Millis, as_of: Millis | None = None) -> dict[str, Diagnosis]:
    """As `cases`."""
    return {key: case.diagnosis for key, case in cases(store, keys, now, as_of).items()}


def _messages(store: Store, orders: Mapping[str, Order], as_of: Millis | None) -> dict[str, str]:
    """What the last error of each part said, by bare key of the fulfillment. The store is asked only of orders that an error was reported of."""
    failed = [key for key, order in orders.items() if any(part.failed_code or part.failed_element for part in order.fulfillments)]
    found: dict[str, str] = {}
    for story in store.stories(failed, as_of).values() if failed else ():
        for entry in story.entries:
            if entry.kind == "fulfillment.failed" and entry.fulfillment:
                found[entry.fulfillment] = entry.said or ""
    return found


class _Examination:
    """Of a few orders, at one moment, on one state."""

    def __init__(self, at: Standpoint, usual: Habits, orders: Mapping[str, Order], messages: Mapping[str, str]) -> None:
        self.at, self.usual, self.orders, self.messages = at, usual, orders, messages
        self.columns, self.topology = at.columns, at.topology
        assert at.parts is not None
        self.rows = at.parts
        ids = self.columns.fulfillments.ids
        self.row_of = {str(ids[row]): int(row) for row in self.rows}
        self.where = OrderFilter(ids=tuple(orders))
        self.ground = Ground(self.topology, self.columns, at.known.durations, usual.stays, at.as_of)
        self._peers: dict[tuple[int, int, int], PeerGroup | None] = {}
        self._shared: dict[tuple[int, int], tuple[tuple[CommonFactor, Codes], ...]] = {}

    def cases(self) -> dict[str, Case]:
        return {key: self._case(order) for key, order in self.orders.items()}

    # ---- what failures do

    def _answer(self, failures: Iterable[Failure]) -> BlastRadius:
        return answered(Question(where=self.where), self.at, tuple(failures))

    def _touching(self, failures: Iterable[Failure]) -> tuple[Failure, ...]:
        """Those that can get to anything on the ways of these orders; the others need not be asked about."""
        return tuple(failure for failure in failures if self._can_touch(failure))

    def _can_touch(self, failure: Failure) -> bool:
        if failure.target.startswith(_EVERYWHERE):
            return True
        reached = self.usual.needing(self.topology, failure.target)
        return not reached.isdisjoint(self._ways) and bool(self.at.membership.in_scope(self.rows, orderly(failure.scope)).any())

    @cached_property
    def _ways(self) -> frozenset[str]:
        """All steps, hand-offs and ways of records of their workflows."""
        keys = {part.workflow for order in self.orders.values() for part in order.fulfillments}
        workflows = [self.topology.workflows[key] for key in keys if key in self.topology.workflows]
        steps = {step.id for workflow in workflows for step in workflow.steps}
        ways = {t.via for workflow in workflows for step in workflow.steps for t in step.then if t.via}
        return frozenset(steps | ways | {e.via for workflow in workflows for _, e in workflow.records if e.via})

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
    def _joint(self) -> Hits:
        return hits_in(self._together) if self._together is not None else {}

    @cached_property
    def _alone(self) -> Hits:
        """Of each failure that is active, by itself."""
        if len(self._active) < 2:
            return self._joint
        found: dict[str, list[Hit]] = {}
        for failure in self._active_here:
            for key, hits in hits_in(self._answer([failure])).items():
                found.setdefault(key, []).extend(hits)
        return found

    @cached_property
    def _over(self) -> BlastRadius | None:
        """Of all that ended while one of the orders was on its way; None where none of them can have touched an order."""
        since = min(order.placed_at for order in self.orders.values())
        ended = [f for f in self.at.reported if f.ended_at is not None and since < f.ended_at <= self.at.as_of]
        return self._answer(ended) if self._touching(ended) else None

    @cached_property
    def _past(self) -> Hits:
        return hits_in(self._over) if self._over is not None else {}

    @cached_property
    def _records_hit(self) -> dict[str, list[AffectedRecord]]:
        """By bare key of the order."""
        found: dict[str, list[AffectedRecord]] = {}
        if self._together is not None and self._together.records_hit:
            for kind in RecordKind:
                for record in self._together.records(kind, first=MOST).items:
                    found.setdefault(record.order, []).append(record)
        return found

    # ---- records

    @cached_property
    def _findings(self) -> dict[str, list[RecordFinding]]:
        """By bare key of the order."""
        at, known = self.at.as_of, self.at.known
        found = find_records(self.topology, self.columns, known.durations, at, self.rows, transports=self.usual.transports)
        if not len(found):
            return {}
        begun = [failure for failure in self.at.reported if failure.started_at <= at]
        impairments = propagate(known.graph, begun, recovery=lambda failure: failure.ended_at or at)
        causes = Causes(found, impairments, {failure.key: failure for failure in begun}, found.tallies)
        by_order: dict[str, list[RecordFinding]] = {}
        for finding in found.told(cause=causes.of):
            by_order.setdefault(finding.order, []).append(finding)
        return by_order

    # ---- one order

    def _case(self, order: Order) -> Case:
        placed = [self._placed(order, part.key) for part in order.fulfillments]
        parts = tuple(each.part for each in placed)
        failing = tuple(hit for part in parts for hit in self._alone.get(part.told.key, ()))
        situation = Situation(order, self.at.as_of, parts, tuple(self._findings.get(order.key, ())), failing=failing)
        situation = self._with_peers(situation)
        ways = {each.part.told.key: each.way for each in placed if each.way is not None}
        return Case(situation, diagnose(self.topology, situation), ways, tuple(self._records_hit.get(order.key, ())))

    def _placed(self, order: Order, key: str) -> Placed:
        told = next(part for part in order.fulfillments if part.key == key)
        hits = [*self._joint.get(key, ()), *self._past.get(key, ())]
        row = self.row_of[key]
        return read_part(self.ground, order, told, row, hits, self.messages, lambda workflow, hit: plan_of(self._told_by(hit), workflow, row))

    def _told_by(self, hit: Hit) -> BlastRadius:
        answer = self._together if hit.active else self._over
        assert answer is not None
        return answer

    def _with_peers(self, s: Situation) -> Situation:
        """Others in the step of the part that is longest overdue, else of one that failed or is held."""
        troubled = [*s.overdue, *(part for part in s.flying if part.fault is not None or any(hit.holds for hit in part.hits))]
        if not troubled:
            return s
        row = self.row_of[troubled[0].told.key]
        held = any(hit.holds for hit in troubled[0].hits)
        shared = [factor for factor, rows in self._common(row) if row in rows] if s.overdue and not held else []
        peers = self._peers_of(row, tuple(factor for factor, _ in self._common(row)) if s.overdue and not held else ())
        return Situation(s.order, s.at, s.parts, s.findings, peers, tuple(f"{f.dimension} {f.value}" for f in shared), s.suspects, s.failing)

    def _peers_of(self, row: int, factors: tuple[CommonFactor, ...]) -> PeerGroup | None:
        f = self.columns.fulfillments
        place = int(f.workflow[row]), int(f.step[row]), int(f.location[row])
        if place not in self._peers:
            self._peers[place] = peers_of(self.columns, self._limits(row), row, self.at.as_of, factors)
        return self._peers[place]

    def _limits(self, row: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """By fulfillment, of those that are in the same step; what the others have is left open."""
        f = self.columns.fulfillments
        rows = self.columns.rows_at(int(f.workflow[row]), int(f.step[row]))
        found = np.zeros(len(f), np.int64)
        found[rows] = limits(self.topology, self.columns, self.usual.stays, self.at.known.durations.pace, rows)
        return found

    def _common(self, row: int) -> tuple[tuple[CommonFactor, Codes], ...]:
        """What the overdue of its step share, each with the fulfillments that have it."""
        f = self.columns.fulfillments
        place = int(f.workflow[row]), int(f.step[row])
        if place not in self._shared:
            here = np.zeros(len(f), bool)
            here[self.columns.rows_at(*place)] = True
            stays, at = self.usual.stays, self.at.as_of
            overdue = overdue_mask(self.columns, self._limits(row), at) & here
            found = in_common(self.columns, self.topology, stays, limit_table(self.topology, self.columns, stays), overdue, at, here, controls=_CONTROLS)
            self._shared[place] = tuple((each.factor, each.rows) for each in found)
        return self._shared[place]
