"""The topology: systems, APIs, integrations, data, workflows and their dependencies, as frozen values.

References are full ids (`integration:oms-to-erp`) of elements of the same topology. Durations are
milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from graph_models.enums import ElementKind, Medium, RecordKind, Transport
from graph_models.hours import Holidays, OpeningHours, PickupRule, Pickups
from graph_models.needs import Needs
from graph_models.playbooks import Playbook
from graph_models.rates import ExchangeRates
from graph_models.time import Millis


@dataclass(frozen=True, slots=True)
class Team:
    key: str
    name: str
    contact: str = ""
    escalation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    key: str
    kind: str
    region: str | None = None
    name: str = ""
    timezone: str | None = None
    """IANA name; None: that of its region."""
    language: str | None = None
    """Such as `de`; None: that of its region."""
    hours: OpeningHours | None = None
    """None: always open."""
    holidays: Holidays = Holidays()
    pickups: tuple[tuple[str, Pickups], ...] = ()
    """By carrier; the empty one: without a carrier."""


@dataclass(frozen=True, slots=True)
class Region:
    """A market, which locations and orders name by its key. It is no element: nothing depends on it."""

    key: str
    name: str = ""
    timezone: str | None = None
    """IANA name; None: that of the topology."""
    language: str | None = None
    """Such as `de`; None: that of the topology."""
    holidays: Holidays = Holidays()


@dataclass(frozen=True, slots=True)
class System:
    key: str
    name: str
    owner: str | None = None
    """Bare key of a team, as in all elements."""
    tier: int | None = None
    kind: str | None = None
    per_location: bool = False
    needs: Needs = Needs()


@dataclass(frozen=True, slots=True)
class Api:
    key: str
    system: str
    """Bare key."""
    name: str = ""
    protocol: str | None = None
    version: str | None = None
    lifecycle: str | None = None
    schema: str | None = None
    rate_limit: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    attempts: int = 1
    backoff: Millis = 0
    lasting: Millis = 0
    """`for`: how long it keeps trying; 0: only the number of attempts counts."""


@dataclass(frozen=True, slots=True)
class Buffer:
    capacity: int | None = None
    rate: float | None = None
    """Messages a millisecond."""
    retention: Millis | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The runs of a batch or file: every so often, or a cron expression, on the clock of a time zone."""

    every: Millis | None = None
    cron: str | None = None
    at: Millis | None = None
    """With `every`: a run. Below a day a time of day in the time zone, else a moment. None: midnight."""
    timezone: str | None = None
    """IANA name; None: UTC."""
    counted_from: Millis | None = field(default=None, compare=False)
    """When a topology was first applied. Runs of an interval that does not divide a day are counted from that
    day, unless `at` is a moment. The same for all integrations of a topology.
    """


@dataclass(frozen=True, slots=True)
class Integration:
    key: str
    source: str
    """Full id of a system (or api)."""
    target: str
    """Full id of a system or api."""
    transport: Transport
    name: str = ""
    via: tuple[str, ...] = ()
    """Full ids of systems."""
    carries: tuple[str, ...] = ()
    retry: Retry = Retry()
    timeout: Millis | None = None
    dead_letter: str | None = None
    buffer: Buffer = Buffer()
    schedule: Schedule | None = None
    idempotent: bool = False
    schema: str | None = None
    owner: str | None = None
    slo_latency: Millis | None = None
    medium: Medium | None = None
    """Of a queue, stream or file that is declared as a webhook, topic or managed file transfer."""
    partitions: int | None = None
    """Of a topic."""

    @property
    def declared_transport(self) -> str:
        """As the topology has it: `sync`, `queue`, `webhook`, ..."""
        return (self.medium or self.transport).value


@dataclass(frozen=True, slots=True)
class Data:
    key: str
    system: str
    fed_by: tuple[str, ...] = ()
    """Full ids of integrations."""
    fresh_within: Millis = 0
    decision_risk: float = 1.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A condition on orders: each field that is not empty must contain the value of the order."""

    channels: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    location_kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition to the next step. `step` is the bare key within the workflow."""

    step: str
    via: str | None = None
    """Full id of the integration of the hand-off."""
    when: When | None = None
    share: float | None = None
    pickup: PickupRule | None = None
    """The order leaves with a pick-up of its location."""


@dataclass(frozen=True, slots=True)
class Emission:
    """A record that a step must emit when it completes."""

    kind: RecordKind
    type: str
    via: str | None = None
    due: Millis | None = None
    after: tuple[str, ...] = ()
    """Types of the postings that must precede it."""
    amount: float | None = None
    """Fraction of the fulfillment's value (1.0 for `value`); None: no amount."""
    account: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Takes:
    """Documented duration of a step."""

    p50: Millis = 0
    p95: Millis | None = None
    is_stated: bool = True
    """False where the topology does not say how long the step takes."""


UNSTATED = Takes(is_stated=False)


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    workflow: str
    runs_on: str
    """Full id of a system."""
    takes: Takes = UNSTATED
    within: Millis | None = None
    needs: Needs = Needs()
    reads: tuple[str, ...] = ()
    """Full ids of data."""
    surfaces_at: str | None = None
    """Bare key of a step of the same workflow."""
    then: tuple[Transition, ...] = ()
    emits: tuple[Emission, ...] = ()
    name: str = ""
    when_open: bool = False
    """Its work begins only while the location is open."""

    @property
    def id(self) -> str:
        return f"step:{self.workflow}/{self.key}"


@dataclass(frozen=True)
class Workflow:
    key: str
    steps: tuple[Step, ...]
    """In document order; orders begin in the first."""
    modes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    name: str = ""

    def step(self, key: str) -> Step:
        """Raises KeyError."""
        return self.steps[self.position(key)]

    def position(self, key: str) -> int:
        """Index of the step. Raises KeyError."""
        return self._positions[key]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {step.key: index for index, step in enumerate(self.steps)}

    @cached_property
    def records(self) -> tuple[tuple[int, Emission], ...]:
        """(step index, emission) of all its steps, in order; the record bits of fulfillments follow this
        order.
        """
        return tuple((index, emission) for index, step in enumerate(self.steps) for emission in step.emits)

    @cached_property
    def waits_for_opening(self) -> bool:
        """Whether any step waits for the opening of its location."""
        return any(step.when_open for step in self.steps)

    @cached_property
    def carriers(self) -> frozenset[str]:
        """Carriers whose pick-ups its steps wait for."""
        return frozenset(t.pickup.carrier for step in self.steps for t in step.then if t.pickup is not None)


Element: TypeAlias = Team | Location | System | Api | Integration | Data | Workflow | Step | Playbook

_KINDS: dict[type, ElementKind] = {
    Team: ElementKind.TEAM,
    Location: ElementKind.LOCATION,
    System: ElementKind.SYSTEM,
    Api: ElementKind.API,
    Integration: ElementKind.INTEGRATION,
    Data: ElementKind.DATA,
    Workflow: ElementKind.WORKFLOW,
    Step: ElementKind.STEP,
    Playbook: ElementKind.PLAYBOOK,
}


def kind_of(element: Element) -> ElementKind:
    return _KINDS[type(element)]


def id_of(element: Element) -> str:
    """Full id, such as `system:oms` or `step:ship-from-store/pick`."""
    return element.id if isinstance(element, Step) else f"{kind_of(element).value.lower()}:{element.key}"


@dataclass(frozen=True)
class FormerWorkflow:
    """A workflow as an earlier version of the topology declares it, for orders in steps that were lost."""

    version: str
    """Bare key of that version."""
    workflow: Workflow
    steps: tuple[str, ...]
    """Bare keys of the steps that were taken from it."""


@dataclass(frozen=True)
class Topology:
    """One version of the topology. Mappings are from bare key to element, in document order."""

    version: str = ""
    """Bare key of the version; empty until it is applied."""
    teams: Mapping[str, Team] = field(default_factory=dict[str, Team])
    locations: Mapping[str, Location] = field(default_factory=dict[str, Location])
    systems: Mapping[str, System] = field(default_factory=dict[str, System])
    apis: Mapping[str, Api] = field(default_factory=dict[str, Api])
    integrations: Mapping[str, Integration] = field(default_factory=dict[str, Integration])
    data: Mapping[str, Data] = field(default_factory=dict[str, Data])
    workflows: Mapping[str, Workflow] = field(default_factory=dict[str, Workflow])
    playbooks: Mapping[str, Playbook] = field(default_factory=dict[str, Playbook])
    former: tuple[FormerWorkflow, ...] = ()
    """Earlier definitions whose steps were added, because orders are in flight in them."""
    rates: ExchangeRates | None = None
    """Rates by which totals are also given in the reporting currency."""
    regions: Mapping[str, Region] = field(default_factory=dict[str, Region])
    """Regions that have more than their key: time zone, language, name."""
    timezone: str | None = None
    """IANA name of the time zone where neither location nor region has one, and of schedules without one."""
    language: str | None = None
    """Language of customers where neither order nor region has one, and of texts that name none."""
    holidays: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """Days since 1970-01-01, ascending, by name of the calendar; the empty name: of all locations."""

    @cached_property
    def former_steps(self) -> frozenset[str]:
        """Full ids of the steps that this version lacks and an earlier one had."""
        return frozenset(f"step:{each.workflow.key}/{step}" for each in self.former for step in each.steps)

    @property
    def variant(self) -> str:
        """Identifies the topology among all versions, with what was added to it."""
        return "+".join((self.version, *sorted(self.former_steps)))

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Every element by its full id, steps included."""
        sections = (
            self.teams,
            self.locations,
            self.systems,
            self.apis,
            self.integrations,
            self.data,
            self.workflows,
            self.playbooks,
        )
        elements: dict[str, Element] = {
            id_of(element): element for section in sections for element in section.values()
        }
        elements.update((step.id, step) for workflow in self.workflows.values() for step in workflow.steps)
        return elements

    def owner_of(self, identifier: str) -> str | None:
        """Returns the bare key of the owning team: the element's own owner, else its system's.

        Raises: KeyError.
        """
        element = self.elements[identifier]
        match element:
            case System() | Integration() if element.owner:
                return element.owner
            case Api() | Data():
                return self.systems[element.system].owner
            case Integration():
                return self.owner_of(element.target)
            case Step():
                return self.owner_of(element.runs_on)
            case Team():
                return element.key
            case _:
                return None
