"""Choices under impairments: which alternative is taken, what that costs, and when all fail at once."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from graph_models.enums import Effect, FailureClass
from graph_models.impairment import CERTAIN, Chance
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import FOREVER, Millis, say_duration
from impactgraph.propagation.graph import Alternative, ChoiceNode
from impactgraph.propagation.impairment_state import ImpairmentState


class MemberImpairment(NamedTuple):
    """Impairment state of a member (full id) of an alternative; `source` is the caller's id of its origin."""

    state: ImpairmentState
    source: int
    member: str = ""

    @property
    def chances(self) -> tuple[Chance, ...]:
        """What has to happen for it to occur."""
        if self.state.likelihood >= CERTAIN:
            return ()
        return self.state.chances or (Chance(self.state.event(self.member), "fails", self.state.likelihood),)


class ChoiceImpairment(NamedTuple):
    """Impairment state that a choice causes at its owner; `source` is the id of its origin."""

    state: ImpairmentState
    source: int
    rule: str
    detail: str


class Remainder(NamedTuple):
    """Orders for which every alternative so far fails: scope, window, what has to happen for that, and the
    time lost on them.
    """

    scope: Scope
    since: Millis
    until: Millis
    chances: tuple[Chance, ...]
    lost_time: Millis
    states: tuple[ImpairmentState, ...]
    source: int
    fixed_end: bool = False
    """Whether the window ends at a known moment, such as the start of another failure: it does not shift with
    the ends of its failures.
    """

    @property
    def likelihood(self) -> float:
        """That it happens: the events are independent."""
        return prod(chance.likelihood for chance in self.chances)


ALL = Remainder(
    scope=EVERYWHERE, since=-FOREVER, until=FOREVER, chances=(), lost_time=0, states=(), source=-1
)
_MILDNESS = {effect: rank for rank, effect in enumerate(Effect)}


def resolve_choice(
    choice: ChoiceNode, member_states: Sequence[Sequence[MemberImpairment]]
) -> tuple[list[ChoiceImpairment], list[tuple[str, int]]]:
    """Impairment states of the owner, and (detail, source) of the fallbacks that work.

    `member_states`: the impairment states of the members of each alternative.

    An order takes the first alternative that does not fail. So, cell by cell: where all before it fail and
    this one works, the order is late by the time lost, and by the wait for a run; where this one is only slow
    or stale, it suffers that too; where all fail, it suffers the mildest of them while all of them last.
    """
    impairments: list[ChoiceImpairment] = []
    fallbacks: dict[str, int] = {}
    cells = [ALL]
    for position, (alternative, states) in enumerate(zip(choice.alternatives, member_states, strict=True)):
        failing = [each for each in states if _turns_away(each.state, choice)]
        slow = [each for each in states if not _turns_away(each.state, choice)]
        deeper = list(dict.fromkeys(_meet(cells, failing, alternative)))
        suffering = list(dict.fromkeys(_meet(cells, slow, alternative)))
        impairments += [_suffers(cell, alternative, handed_over=position > 0) for cell in suffering]
        if position:
            words = (
                f"{' and '.join(alternative.names)} instead of {' and '.join(choice.alternatives[0].names)}"
            )
            late = [cell for cell in suffering if cell.states[-1].effect is Effect.DELAYED]
            for cell in cells:
                fallbacks.update(
                    (f"{{it}} goes on over {words}", rest.source) for rest in _without(cell, deeper)
                )
                impairments += [
                    _falls_back(rest, alternative, words, is_tried_until_end=choice.switch_after is None)
                    for rest in _without(cell, [*deeper, *late])
                ]
        cells = deeper
    return impairments + [_stands(cell) for cell in cells], list(fallbacks.items())


def _turns_away(state: ImpairmentState, choice: ChoiceNode) -> bool:
    """Whether an order that meets the impairment tries the next alternative."""
    if state.effect is Effect.DELAYED and choice.switch_after is not None:
        return state.delay > choice.switch_after
    return state.effect in (Effect.BLOCKED, Effect.REJECTED)


def _meet(
    cells: Sequence[Remainder], states: Sequence[MemberImpairment], alternative: Alternative
) -> Iterator[Remainder]:
    for cell in cells:
        for each in states:
            state = each.state
            chances = _joint(cell.chances, each.chances)
            since, until = max(cell.since, state.since), min(cell.until, state.until)
            first_to_end = (each.fixed_end for each in (cell, state) if each.until == until)
            scope = cell.scope.intersection(state.scope)
            if chances is not None and since < until and not scope.nothing:
                first = cell.source if cell.states else each.source
                yield Remainder(
                    scope=scope,
                    since=since,
                    until=until,
                    chances=chances,
                    lost_time=cell.lost_time + alternative.cost,
                    states=(*cell.states, state),
                    source=first,
                    fixed_end=all(first_to_end),
                )


def _joint(some: tuple[Chance, ...], others: tuple[Chance, ...]) -> tuple[Chance, ...] | None:
    """All of them, each once; None where they exclude each other."""
    joint = tuple(dict.fromkeys((*some, *others)))
    return joint if len({chance.event for chance in joint}) == len(joint) else None


def _without(cell: Remainder, deeper: Sequence[Remainder]) -> list[Remainder]:
    """The cell less the windows in which the next alternative surely fails for all of it."""
    spans = [(cell.since, cell.until, cell.fixed_end)]
    for other in deeper:
        if (
            set(other.chances) <= set(cell.chances)
            and cell.scope.is_within(other.scope)
            and other.states[:-1] == cell.states
        ):
            spans = [
                part
                for a, b, fixed_end in spans
                for part in (
                    (a, min(b, other.since), fixed_end or other.since < b),
                    (max(a, other.until), b, fixed_end),
                )
                if part[0] < part[1]
            ]
    return [cell._replace(since=since, until=until, fixed_end=fixed_end) for since, until, fixed_end in spans]


def _failures(cell: Remainder) -> tuple[str, ...]:
    return tuple(sorted({key for state in cell.states for key in state.failures}))


def _suffers(cell: Remainder, alternative: Alternative, *, handed_over: bool) -> ChoiceImpairment:
    """The alternative works, but is impaired itself; the time lost on earlier ones adds to its delay."""
    last = cell.states[-1]
    own = last._replace(
        scope=cell.scope,
        since=cell.since,
        until=cell.until,
        likelihood=cell.likelihood,
        chances=cell.chances,
        fixed_end=cell.fixed_end,
        failures=_failures(cell),
    )
    if handed_over and last.effect is Effect.DELAYED:
        own = own._replace(
            delay=last.delay + cell.lost_time - alternative.cost, run=last.run or alternative.run
        )
    owner_state = own._replace(at_start=True, at_completion=False)
    return ChoiceImpairment(
        owner_state,
        cell.source,
        "choice",
        f"{{it}} goes over {' and '.join(alternative.names)}, which is itself impaired",
    )


def _falls_back(
    cell: Remainder, alternative: Alternative, words: str, *, is_tried_until_end: bool
) -> ChoiceImpairment:
    """The alternative is taken after the time lost on earlier ones; or the first is, if it works again before
    its attempts are used up.
    """
    late = cell.lost_time or alternative.run
    comes_back = len(cell.states) == 1 and cell.states[0].effect is Effect.BLOCKED and not cell.states[0].hold
    remaining = comes_back and is_tried_until_end and not alternative.run and not cell.fixed_end
    state = ImpairmentState(
        failure_class=FailureClass.BACKLOG,
        effect=Effect.DELAYED if late else Effect.DEGRADED,
        since=cell.since,
        until=cell.until,
        delay=cell.lost_time,
        run=alternative.run,
        remaining=remaining and cell.lost_time > 0,
        likelihood=cell.likelihood,
        chances=cell.chances,
        scope=cell.scope,
        fixed_end=cell.fixed_end,
        failures=_failures(cell),
    )
    how = f", {say_duration(cell.lost_time)} later" if cell.lost_time else ""
    wait = " and waits for its next run" if alternative.run else ""
    return ChoiceImpairment(state, cell.source, "fallback", f"{{it}} goes on over {words}{how}{wait}")


def _stands(cell: Remainder) -> ChoiceImpairment:
    """Every alternative fails: the mildest counts, and of equals the one that ends first."""
    best = max(cell.states, key=lambda each: (_MILDNESS[each.effect], -each.delay, -each.until))
    state = best._replace(
        since=cell.since,
        until=cell.until,
        likelihood=cell.likelihood,
        chances=cell.chances,
        scope=cell.scope,
        fixed_end=cell.fixed_end,
        failures=_failures(cell),
        at_start=True,
        at_completion=False,
    )
    return ChoiceImpairment(
        state, cell.source, "all alternatives", "{it} has no alternative left: all of them fail at once"
    )
