"""Impairments of elements: the result of propagation and the input of the forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_models.enums import Effect
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import FOREVER, Millis
from graph_models.topology import Schedule


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
    """DELAYED only: like a backlog, the delay grows from 0 at `since` to `delay` at `until`, then shrinks."""
    remaining: bool = False
    """DELAYED and DEGRADED: the delay is the time left until `until`, at most `delay` (a retry in an outage).
    """
    run: Schedule | None = None
    likelihood: float = 1.0
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
