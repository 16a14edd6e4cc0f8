"""Orders in flight drawn in a line or two, for tests of forecasts and matches: the columns a store would
make of them, and the blast radius over them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from graph_models.access import EVERYTHING, View
from graph_models.enums import RecordKind
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.journal import Journal
from graph_models.orders import Order
from graph_models.time import Millis
from graph_models.topology import Topology, Workflow
from impactgraph.baselines import Baselines
from impactgraph.columns import (
    COMPLETED,
    IN_FLIGHT,
    NO_AMOUNT,
    RECORD_KINDS,
    Codes,
    Columns,
    Dictionaries,
    Dictionary,
    ErrorColumns,
    FulfillmentColumns,
    Ints,
    OrderColumns,
    RecordColumns,
    Visits,
    WorkflowDictionary,
    document_code,
)
from impactgraph.columns.system_lists import SystemLists
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.orders import orders_of
from impactgraph.ports.state import EventsAhead, OrderTimeline
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.usecases.blast_radius import blast_radius

MICROS = 1_000_000


@dataclass(frozen=True)
class Came:
    """A record that has come."""

    kind: RecordKind
    type: str
    at: Millis
    micros: int | None = None
    """What it posts, in millionths."""
    currency: str = ""
    document: str = ""


@dataclass(frozen=True)
class Erred:
    """A fulfillment.failed event."""

    step: str
    at: Millis
    element: str = ""
    code: str = ""


@dataclass(frozen=True)
class Journey:
    """A fulfillment, and what its events have told: (step, entered) in order; the last step is where it
    is, unless it `ended`. Without steps it was `placed` and waits for the first.
    """

    order: str
    stays: tuple[tuple[str, Millis], ...]
    workflow: str = "ship"
    part: int = 1
    location: str = ""
    region: str = ""
    channel: str = "web"
    value: int = 100
    currency: str = "EUR"
    """Of its order."""
    promised_by: Millis = 0
    placed: Millis = 0
    """By default when it entered its first step."""
    ended: Millis = 0
    came: tuple[Came, ...] = ()
    errors: tuple[Erred, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    """(name, value); names are carrier, supplier and payload_version."""

    @property
    def fulfillment(self) -> str:
        return f"{self.order}/{self.part}"

    @property
    def placed_at(self) -> Millis:
        return self.placed or self.stays[0][1]


@dataclass(frozen=True)
class World:
    """Everything that a question is asked of. `journeys` of one order differ in `part`."""

    topology: Topology
    failures: tuple[Failure, ...]
    journeys: tuple[Journey, ...]
    as_of: Millis
    earlier: tuple[Topology, ...] = ()
    """Earlier versions of its topology, the newest first."""

    def with_failures(self, *failures: Failure) -> "World":
        return replace(self, failures=failures)


@dataclass(eq=False)
class SmallStore:
    """The part of a store that a blast radius asks for."""

    world: World
    made: Columns = field(init=False)
    baselines: Baselines = field(init=False, default_factory=Baselines)
    shown: View = field(init=False, default=EVERYTHING)

    def __post_init__(self) -> None:
        self.made = columns_of(self.world)

    def topology(self, as_of: Millis | None = None) -> Topology:
        return self._versions[0]

    def topologies(self) -> Sequence[TopologyVersion]:
        """Of a topology that is as it always was, none: nothing about it was ever applied."""
        versions = self._versions if self.world.earlier else ()
        return [
            TopologyVersion(each.version, -n, len(each.elements), current=n == 0)
            for n, each in enumerate(versions)
        ]

    def topology_version(self, key: str) -> Topology:
        return next(each for each in self._versions if each.version == key)

    @cached_property
    def _versions(self) -> tuple[Topology, ...]:
        """As ones that were applied: each has a version."""
        every = (self.world.topology, *self.world.earlier)
        return tuple(
            each if each.version else replace(each, version=f"drawn-{len(every) - n}")
            for n, each in enumerate(every)
        )

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        return self.world.failures

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        rows = self.made.order_rows(keys)
        return {order.key: order for order in orders_of(self.made, rows[rows >= 0])}

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        """None: a world has columns, not events."""
        return {}

    def retained_from(self) -> None:
        """Nothing was removed."""

    def forgotten_at(self, order: str) -> None:
        """None was forgotten."""

    def journal(self, as_of: Millis | None = None) -> Journal:
        return Journal()

    def system_lists(self, as_of: Millis | None = None) -> Mapping[str, SystemLists]:
        """None: no system has reported what it has."""
        return {}

    def documents(self, numbers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """None: a world has columns, not events."""
        return {}

    def events_ahead(self, of: Millis) -> EventsAhead:
        """None: everything that is known has happened."""
        return EventsAhead()

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        """None: durations are as the topology states them."""
        none: Codes = np.zeros(0, np.int32)
        return Visits(none, none, none, np.zeros(0, np.int64), np.zeros(0, np.int64))

    @contextmanager
    def columns(self, as_of: Millis | None = None) -> Iterator[Columns]:
        yield self.made


def ask(world: World, **question: Any) -> BlastRadius:
    """The blast radius of all its failures; every order that may be hit is listed unless `min_likelihood`
    says otherwise.
    """
    asked = Question(
        **{
            "failures": tuple(f.key for f in world.failures),
            "min_likelihood": 0.0,
            "as_of": world.as_of,
            **question,
        }
    )
    with blast_radius(cast(Store, SmallStore(world)), asked, world.as_of) as answer:
        return answer


def columns_of(world: World) -> Columns:
    return _Builder((*reversed(world.earlier), world.topology), world.journeys).columns()


class _Builder:
    def __init__(self, topologies: Sequence[Topology], journeys: Sequence[Journey]) -> None:
        """`topologies`: all versions, the oldest first."""
        self.topologies, self.journeys = topologies, journeys
        self.words = Dictionaries()
        for topology in topologies:
            for workflow in topology.workflows.values():
                self._add(workflow)
        for name in ("carrier", "supplier", "payload_version"):
            self.words.attributes[name] = Dictionary()
        self.workflow_at = {w.key: n for n, w in enumerate(self.words.workflows)}
        self.order_at = {key: n for n, key in enumerate(dict.fromkeys(j.order for j in journeys))}

    def _add(self, workflow: Workflow) -> None:
        """As a store does when a version is applied."""
        known = next((each for each in self.words.workflows if each.key == workflow.key), None)
        if known is None:
            known = WorkflowDictionary(workflow.key)
            self.words.workflows.append(known)
        known.steps += [step.key for step in workflow.steps if step.key not in known.steps]
        for place, emission in workflow.records:
            if (emission.kind.value, emission.type) not in known.records:
                known.records.append((emission.kind.value, emission.type))
                known.emitters.append(known.steps.index(workflow.steps[place].key))

    def columns(self) -> Columns:
        orders = self._orders([next(j for j in self.journeys if j.order == key) for key in self.order_at])
        return Columns(orders, self._fulfillments(), self.words, self._errors(), records=self._records())

    def _orders(self, first: Sequence[Journey]) -> OrderColumns:
        v, count = self.words, len(first)
        value = {key: sum(j.value for j in self.journeys if j.order == key) for key in self.order_at}
        return OrderColumns(
            ids=np.array(list(self.order_at), np.dtypes.StringDType()),
            channel=_codes(v.channels.encode(j.channel) for j in first),
            mode=np.zeros(count, np.int32),
            region=_codes(v.regions.encode(j.region) for j in first),
            tier=np.zeros(count, np.int32),
            currency=_codes(v.currencies.encode(j.currency) for j in first),
            value=_ints(value[key] * MICROS for key in self.order_at),
            placed_at=_ints(j.placed_at for j in first),
            stated_at=_ints(j.placed_at for j in first),
            promised_by=_ints(j.promised_by for j in first),
            attributes={
                name: _codes(words.encode(dict(j.attributes).get(name)) for j in first)
                for name, words in v.attributes.items()
            },
        )

    def _fulfillments(self) -> FulfillmentColumns:
        v, journeys = self.words, self.journeys
        failing = [self._failing(j) for j in journeys]
        return FulfillmentColumns(
            ids=np.array([j.fulfillment for j in journeys], np.dtypes.StringDType()),
            order=_codes(self.order_at[j.order] for j in journeys),
            workflow=_codes(self.workflow_at[j.workflow] for j in journeys),
            step=_codes(self._step(j, j.stays[-1][0]) if j.stays else -1 for j in journeys),
            location=_codes(v.locations.encode(j.location) for j in journeys),
            value=_ints(j.value * MICROS for j in journeys),
            entered_at=_ints(j.stays[-1][1] if j.stays else 0 for j in journeys),
            entered_step_at=self._by_step([dict(j.stays) for j in journeys]),
            records=np.array([self._mask(j) for j in journeys], np.uint64),
            failed_at=_ints(e.at if e else 0 for e in failing),
            failed_code=_codes(v.fail_codes.encode(e.code if e else None) for e in failing),
            failed_element=_codes(v.elements.encode(e.element if e else None) for e in failing),
            first_recorded_at=self._by_step([self._told(j) for j in journeys]),
            rerouted_at=np.zeros(len(journeys), np.int64),
            ended_at=_ints(j.ended for j in journeys),
            status=np.array([COMPLETED if j.ended else IN_FLIGHT for j in journeys], np.int8),
        )

    def _errors(self) -> ErrorColumns:
        v = self.words
        rows = [(n, self._step(j, e.step), e) for n, j in enumerate(self.journeys) for e in j.errors]
        return ErrorColumns(
            fulfillment=_codes(n for n, _, _ in rows),
            step=_codes(step for _, step, _ in rows),
            at=_ints(e.at for _, _, e in rows),
            code=_codes(v.fail_codes.encode(e.code) for _, _, e in rows),
            element=_codes(v.elements.encode(e.element) for _, _, e in rows),
        )

    def _records(self) -> RecordColumns:
        v = self.words
        rows = [(n, c) for n, j in enumerate(self.journeys) for c in j.came]
        return RecordColumns(
            fulfillment=_codes(n for n, _ in rows),
            kind=np.array([RECORD_KINDS.index(c.kind) for _, c in rows], np.uint8),
            type=_codes(v.types.encode(c.type) for _, c in rows),
            at=_ints(c.at for _, c in rows),
            amount=_ints(NO_AMOUNT if c.micros is None else c.micros for _, c in rows),
            currency=np.array([v.currencies.encode(c.currency) for _, c in rows], np.int16),
            document=np.array([document_code(c.document) for _, c in rows], np.uint32),
        )

    def _step(self, journey: Journey, key: str) -> int:
        return self.words.workflows[self.workflow_at[journey.workflow]].steps.index(key)

    def _failing(self, journey: Journey) -> Erred | None:
        if not journey.stays:
            return None
        mine = [e for e in journey.errors if e.step == journey.stays[-1][0] and e.at >= journey.stays[-1][1]]
        return max(mine, key=lambda e: e.at) if mine else None

    def _by_step(self, moments: Sequence[dict[str, Millis]]) -> NDArray[np.int64]:
        table = np.zeros((len(self.journeys), max(len(w.steps) for w in self.words.workflows)), np.int64)
        for row, (journey, by_step) in enumerate(zip(self.journeys, moments, strict=True)):
            for step, at in by_step.items():
                table[row, self._step(journey, step)] = at
        return table

    def _mask(self, journey: Journey) -> int:
        known = self.words.workflows[self.workflow_at[journey.workflow]].records
        return sum(
            1 << known.index(name) for name in {(c.kind.value, c.type) for c in journey.came} if name in known
        )

    def _told(self, journey: Journey) -> dict[str, Millis]:
        workflow = next(
            each.workflows[journey.workflow]
            for each in reversed(self.topologies)
            if journey.workflow in each.workflows
        )
        emitters = {(e.kind, e.type): workflow.steps[n].key for n, e in workflow.records}
        found: dict[str, Millis] = {}
        for came in journey.came:
            if (came.kind, came.type) not in emitters:
                continue
            step = emitters[came.kind, came.type]
            found[step] = min(found.get(step, came.at), came.at)
        return found


def _codes(values: Any) -> Codes:
    return np.array(list(values), np.int32)


def _ints(values: Any) -> Ints:
    return np.array(list(values), np.int64)
