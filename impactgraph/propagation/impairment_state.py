"""Values of propagation: impairment state, edge, policy of the edge, and outcome of a rule."""

from enum import StrEnum
from typing import NamedTuple

from graph_models.enums import Effect, FailureClass, Medium, Transport
from graph_models.impairment import Chance, RepeatedAttempts
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis
from graph_models.topology import Buffer, Retry, Schedule


class Edge(StrEnum):
    """Kind of dependency that an impairment passes; the value is its name in explanations."""

    OWN = "fails itself"
    OWN_DATA = "data fails itself"
    OFFERS = "system offers api"
    TARGET = "integration leads to"
    VIA = "integration passes through"
    SOURCE = "integration comes from"
    FEEDS = "integration feeds data"
    HOLDS = "system holds data"
    READS = "step reads data"
    RUNS_ON = "step runs on system"
    STEP_NEEDS = "step needs"
    SYSTEM_NEEDS = "system needs"
    STEP_OPTIONAL = "step can do without"
    SYSTEM_OPTIONAL = "system can do without"
    AT_LOCATION = "step happens at location"
    OF_WORKFLOW = "step belongs to workflow"


class ImpairmentState(NamedTuple):
    """An impairment without its element and its cause: a value that several elements can share.

    Fields as in Impairment.

    `failure_class` is how it looks to the next element: a call that times out looks like an outage, whatever
    slowed it down.
    """

    failure_class: FailureClass
    effect: Effect
    since: Millis
    until: Millis
    delay: Millis = 0
    drain: Millis = 0
    hold: Millis = 0
    growing: bool = False
    run: Schedule | None = None
    repeats: RepeatedAttempts | None = None
    likelihood: float = 1.0
    chances: tuple[Chance, ...] = ()
    """`event` may hold {it} and {by}, as the details of rules do."""
    scope: Scope = EVERYWHERE
    lost: bool = False
    fixed_end: bool = False
    at_start: bool = True
    at_completion: bool = False
    remaining: bool = False
    failures: tuple[str, ...] = ()

    def event(self, element: str) -> str:
        """Name of what is uncertain at an element, "{it}" or "{by}": what one failure makes uncertain is
        independent of what another does.
        """
        return f"{element} by {', '.join(self.failures)}"

    @property
    def outcomes(self) -> frozenset[tuple[str, str]]:
        """(event, outcome) of all that has to happen for it to occur."""
        return frozenset((chance.event, chance.outcome) for chance in self.chances)

    def dominated_by(self, other: "ImpairmentState") -> bool:
        """True where `other` has the same effect for the same failures (or fewer of them), and is nowhere
        milder, shorter, narrower or less likely.
        """
        return (
            self.effect is other.effect
            and other.since <= self.since
            and self.until <= other.until
            and self.delay <= other.delay
            and self.drain <= other.drain
            and self.likelihood <= other.likelihood
            and (self.hold, self.growing, self.run, self.fixed_end, self.remaining, self.repeats)
            == (other.hold, other.growing, other.run, other.fixed_end, other.remaining, other.repeats)
            and other.outcomes <= self.outcomes
            and self.lost <= other.lost
            and self.at_start <= other.at_start
            and self.at_completion <= other.at_completion
            and set(other.failures) <= set(self.failures)
            and self.scope.is_within(other.scope)
        )


class Policy(NamedTuple):
    """Properties of an edge and of the element it leads to that decide how an impairment passes.

    Each kind of edge uses some of the fields.
    """

    transport: Transport | None = None
    medium: Medium | None = None
    retry: Retry = Retry()
    timeout: Millis | None = None
    buffer: Buffer = Buffer()
    dead_letter: bool = False
    schedule: Schedule | None = None
    idempotent: bool = False
    carries: tuple[str, ...] = ()
    emissions: tuple[tuple[str, str], ...] = ()
    """(type, kind) of the records that steps send over the integration."""
    fresh_within: Millis = 0
    decision_risk: float = 1.0
    workflow: str = ""
    gives_up_after: Millis = 0
    """Options: how long a call that fails is tried before the owner goes on without."""
    from_integration: bool = False
    """Needs and options: whether what is needed is an integration (its time-out is the edge's)."""
    by_people: bool = True
    """Steps at a location: whether its people do them."""

    @property
    def queues(self) -> bool:
        """True for transports that hold messages, so that one can be lost."""
        return self.transport not in (None, Transport.SYNC)


class RuleOutcome(NamedTuple):
    """Result of a rule: (impairment state, detail) at the next element, and (rule, detail) of what absorbs
    it.

    In a detail `{it}` stands for the element and `{by}` for the one that impairs it.
    """

    impairments: tuple[tuple[ImpairmentState, str], ...] = ()
    absorptions: tuple[tuple[str, str], ...] = ()


NOTHING = RuleOutcome()
