"""A draft topology as data: what was found, how often it was seen, and what is unsure of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph_models.enums import RecordKind
from graph_models.time import Millis
from impactgraph.discovery.dwell_times import Dwell


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that a person should look at."""

    subject: str
    """`ship-from-dc/pick`, or empty for the whole log."""
    text: str


@dataclass(frozen=True, slots=True)
class TransitionDraft:
    step: str
    count: int
    share: float
    """Of the visits that left the step for another one of the draft, or ended with it."""
    returns: int
    """Of `count`: to a step that the fulfillment had been in before."""
    is_backward: bool = False
    """Whether it leads to the step itself, or to one that comes earlier in the draft."""
    when: tuple[str, tuple[str, ...]] | None = None
    """(field of `when`, values), where something of the order decides it."""


@dataclass(frozen=True, slots=True)
class RecordDraft:
    kind: RecordKind
    type: str
    due: Millis
    """Nineteen of twenty have come this long after the step."""
    count: int
    share: float
    """Of the fulfillments that left the step."""
    amount: float | None
    """Fraction of the fulfillment's value; 1 for all of it; None where it has none, or no fixed one."""
    channel: str | None
    is_regular: bool
    """Whether nearly all have it, so that the step can be said to emit it."""


@dataclass(frozen=True, slots=True)
class StepDraft:
    key: str
    name: str
    """As events call it."""
    system: str
    source: str
    """Of most of its events."""
    fulfillments: int
    visits: int
    dwell: Dwell | None
    then: tuple[TransitionDraft, ...]
    records: tuple[RecordDraft, ...]
    completed: int
    ends_share: float
    """Of the visits that left it: those after which the fulfillment was complete."""
    cancelled: int
    rerouted: int
    failed: int
    open: int


@dataclass(frozen=True, slots=True)
class WorkflowDraft:
    key: str
    name: str
    fulfillments: int
    completed: int
    cancelled: int
    channels: Mapping[str, int]
    modes: Mapping[str, int]
    regions: Mapping[str, int]
    steps: tuple[StepDraft, ...]


@dataclass(frozen=True, slots=True)
class LocationDraft:
    key: str
    kind: str | None
    """None where its name does not say it."""
    region: str | None
    fulfillments: int


@dataclass(frozen=True, slots=True)
class TopologyDraft:
    events: int
    """Of orders; others say nothing about workflows."""
    other_events: int
    unreadable: int
    """Lines that are no events."""
    begin: Millis
    end: Millis
    fulfillments: int
    cut: int
    """Fulfillments without a placement: their beginning is not in the log, and they count nowhere."""
    open: int
    """Fulfillments whose end is not in the log."""
    minimum: float
    """Steps that fewer of a workflow's fulfillments visited, and transitions that fewer of a step's visits
    took, are left out.
    """
    workflows: tuple[WorkflowDraft, ...]
    locations: tuple[LocationDraft, ...]
    doubts: tuple[Doubt, ...]

    @classmethod
    def empty(cls) -> "TopologyDraft":
        """The draft of a log without events."""
        return cls(0, 0, 0, 0, 0, 0, 0, 0, 0.0, (), (), ())
