"""What a failure does to one element: the result of propagation and the input of the forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_models.enums import Effect
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import FOREVER, Millis
from graph_models.topology import Schedule


@dataclass(frozen=True, slots=True)
class Impairment:
    """Within [since, until) what passes `element` in `scope` meets `effect`.

    Which further fields count depends on the effect: BLOCKED waits until `until` (then `drain`), or, with `hold`, for up to
    `hold` from its own arrival; DELAYED takes `delay` longer, and with `run` also waits for the next run of that schedule;
    STALE decides wrongly with `likelihood`; REJECTED goes to the dead-letter queue, or is lost with `lost`.
    """

    element: str
    effect: Effect
    since: Millis
    until: Millis = FOREVER
    """Nominal: where the failure's end is an estimate, this shifts with it (see `failures`)."""
    delay: Millis = 0
    drain: Millis = 0
    hold: Millis = 0
    growing: bool = False
    """DELAYED only: the delay grows from nothing at `since` to `delay` at `until`, as a backlog's does, and shrinks afterwards."""
    remaining: bool = False
    """DELAYED only: what passes is late by what is left until `until`, at most `delay` (a retry that outlasts an outage)."""
    run: Schedule | None = None
    likelihood: float = 1.0
    scope: Scope = EVERYWHERE
    lost: bool = False
    fixed_end: bool = False
    """True where `until` does not shift with the end of the failure (a buffer that was full, a rejection that waits for a replay)."""
    at_start: bool = True
    at_completion: bool = False
    """Steps only: whether it meets an order when the step starts, and when its completion is recorded."""
    failures: tuple[str, ...] = ()
    """Bare keys of the failures that cause it; more than one where alternatives had to fail together."""
    rule: str = ""
    detail: str = ""
    cause: "Impairment | None" = field(default=None, compare=False)
    """The impairment one hop nearer to the failure; None at the failed element itself."""

    @property
    def hops(self) -> tuple["Impairment", ...]:
        """From the failed element to this one."""
        chain: list[Impairment] = []
        here: Impairment | None = self
        while here is not None:
            chain.append(here)
            here = here.cause
        return tuple(reversed(chain))


@dataclass(frozen=True, slots=True)
class Absorption:
    """Where a failure was stopped, by which rule, in words."""

    element: str
    rule: str
    detail: str
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Impairments:
    """All that propagation found. `complete` is False only with a `frontier` of elements that were not followed."""

    by_element: Mapping[str, tuple[Impairment, ...]]
    absorbed: tuple[Absorption, ...] = ()
    frontier: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.frontier
