"""Impairments of elements: the result of propagation and the input of the forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_models.enums import Effect
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import FOREVER, HOUR, Millis
from graph_models.topology import Schedule

BACKLOG_GROWTH: Millis = 2 * HOUR
"""Assumed: the time in which a backlog of unknown delay grows to its full delay. It does not depend on the
end, so that a longer backlog never delays less.
"""
CERTAIN = 1.0 - 1e-9
"""A likelihood from which on something is certain."""


@dataclass(frozen=True, slots=True)
class Chance:
    """One outcome of something uncertain: a call, a message, a run or a decision.

    Outcomes of the same event exclude each other; different events are independent.
    """

    event: str
    """What is uncertain: the id of the element that is called, read or passed."""
    outcome: str
    likelihood: float


@dataclass(frozen=True, slots=True)
class RepeatedAttempts:
    """Attempts a `backoff` (milliseconds) apart, each failing with `error_rate`, until one succeeds."""

    error_rate: float
    attempts: int
    backoff: Millis


@dataclass(frozen=True, slots=True)
class Impairment:
    """The effect on work within `scope` that passes `element` within [since, until).

    The further fields depend on the effect. BLOCKED: the work waits until `until` (then `drain`), or, with
    `hold`, for up to `hold` from its arrival. DELAYED: it takes `delay` longer, and with `run` also waits for
    the next run of that schedule. STALE: the decision is wrong with `likelihood`. REJECTED: it goes to the
    dead-letter queue, or is lost where `lost` is true.
    """

    element: str
    effect: Effect
    since: Millis
    until: Millis = FOREVER
    """Nominal end: where the end of the failure is an estimate, it moves with that (see `failures`)."""
    delay: Millis = 0
    drain: Millis = 0
    hold: Millis = 0
    growing: bool = False
    """DELAYED only: a backlog whose delay grows from 0 at `since` to `delay` within BACKLOG_GROWTH, stays so
    until `until`, then shrinks.
    """
    remaining: bool = False
    """DELAYED and DEGRADED: the delay is the time left until `until`, at most `delay` (a retry in an outage).
    """
    run: Schedule | None = None
    repeats: RepeatedAttempts | None = None
    """DELAYED only: the delay is that of the failed attempts before one succeeds, `delay` on average."""
    likelihood: float = 1.0
    chances: tuple[Chance, ...] = ()
    """What has to happen for it to occur, all together with `likelihood`. Empty with a likelihood below 1:
    one event of its own.
    """
    scope: Scope = EVERYWHERE
    lost: bool = False
    fixed_end: bool = False
    """True where `until` does not move with the end of the failure: a full buffer, a rejection awaiting
    replay.
    """
    at_start: bool = True
    at_completion: bool = False
    """Steps only: whether it applies when the step starts, and when its completion is recorded."""
    failures: tuple[str, ...] = ()
    """Bare keys of the causing failures; more than one where alternatives had to fail together."""
    rule: str = ""
    detail: str = ""
    cause: "Impairment | None" = field(default=None, compare=False)
    """The impairment one hop closer to the failure; None at the failed element."""

    @property
    def conditions(self) -> tuple[Chance, ...]:
        """`chances`, or the event that stands for them; empty where it is certain."""
        if self.likelihood >= CERTAIN:
            return ()
        place = self.cause.element if self.cause is not None else self.element
        event = f"{place} by {', '.join(self.failures)}"
        return self.chances or (Chance(event, "fails", self.likelihood),)

    @property
    def hops(self) -> tuple["Impairment", ...]:
        """The impairments from the failed element to this one."""
        chain: list[Impairment] = []
        link: Impairment | None = self
        while link is not None:
            chain.append(link)
            link = link.cause
        return tuple(reversed(chain))


@dataclass(frozen=True, slots=True)
class Absorption:
    """An element that stopped the propagation of failures, the rule that applied, and a sentence."""

    element: str
    rule: str
    detail: str
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Impairments:
    """The result of propagation.

    `frontier` has the ids of elements that were not followed because of a limit.
    """

    by_element: Mapping[str, tuple[Impairment, ...]]
    absorbed: tuple[Absorption, ...] = ()
    frontier: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.frontier
