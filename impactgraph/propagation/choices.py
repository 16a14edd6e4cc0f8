"""Choices under impairments: which alternative is taken, what that costs, and when all fail at once."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graph_models.enums import Effect, FailureClass
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import FOREVER, Millis, say_duration
from impactgraph.propagation.graph import Alternative, ChoiceNode
from impactgraph.propagation.impairment_state import ImpairmentState


class MemberImpairment(NamedTuple):
    """A trouble of a member of an alternative; `source` is the caller's name for where it came from."""

    trouble: ImpairmentState
    source: int


class ChoiceImpairment(NamedTuple):
    """What a choice comes to: a trouble of its owner, caused by `source`."""

    trouble: ImpairmentState
    source: int
    rule: str
    detail: str


class Remainder(NamedTuple):
    """Orders for which every alternative so far fails: whom, when, how likely, and the time they lost."""

    scope: Scope
    since: Millis
    until: Millis
    likelihood: float
    lost: Millis
    troubles: tuple[ImpairmentState, ...]
    source: int


ALL = Remainder(
    scope=EVERYWHERE, since=-FOREVER, until=FOREVER, likelihood=1.0, lost=0, troubles=(), source=-1
)
_MILDNESS = {effect: rank for rank, effect in enumerate(Effect)}


def resolve_choice(
    choice: ChoiceNode, met: Sequence[Sequence[MemberImpairment]]
) -> tuple[list[ChoiceImpairment], list[tuple[str, int]]]:
    """The troubles of the owner, and (detail, source) of the fallbacks that work.

    `met` has those of each alternative's members.

    An order takes the first alternative that does not fail. So, cell by cell: where all before it fail and
    this one works, the order is late by the time lost, and by the wait for a run; where this one is only slow
    or stale, it suffers that too; where all fail, it suffers the mildest of them while all of them last.
    """
    chosen: list[ChoiceImpairment] = []
    fallbacks: dict[str, int] = {}
    cells = [ALL]
    for position, (alternative, troubles) in enumerate(zip(choice.alternatives, met, strict=True)):
        failing = [each for each in troubles if _turns_away(each.trouble, choice)]
        slow = [each for each in troubles if not _turns_away(each.trouble, choice)]
        deeper = list(dict.fromkeys(_meet(cells, failing, alternative)))
        troubled = list(dict.fromkeys(_meet(cells, slow, alternative)))
        chosen += [_suffers(cell, alternative, handed_over=position > 0) for cell in troubled]
        if position:
            words = (
                f"{' and '.join(alternative.names)} instead of {' and '.join(choice.alternatives[0].names)}"
            )
            late = [cell for cell in troubled if cell.troubles[-1].effect is Effect.DELAYED]
            for cell in cells:
                fallbacks.update(
                    (f"{{it}} goes on over {words}", rest.source) for rest in _without(cell, deeper)
                )
                chosen += [_falls_back(rest, alternative, words) for rest in _without(cell, [*deeper, *late])]
        cells = deeper
    return chosen + [_stands(cell) for cell in cells], list(fallbacks.items())


def _turns_away(trouble: ImpairmentState, choice: ChoiceNode) -> bool:
    """Whether an order that meets the trouble tries the next alternative."""
    if trouble.effect is Effect.DELAYED and choice.switch_after is not None:
        return trouble.delay > choice.switch_after
    return trouble.effect in (Effect.BLOCKED, Effect.REJECTED)


def _meet(
    cells: Sequence[Remainder], troubles: Sequence[MemberImpairment], alternative: Alternative
) -> Iterator[Remainder]:
    for cell in cells:
        for trouble, source in troubles:
            since, until = max(cell.since, trouble.since), min(cell.until, trouble.until)
            scope = cell.scope.intersection(trouble.scope)
            if since < until and not scope.nothing:
                first = cell.source if cell.troubles else source
                yield Remainder(
                    scope=scope,
                    since=since,
                    until=until,
                    likelihood=cell.likelihood * trouble.likelihood,
                    lost=cell.lost + alternative.cost,
                    troubles=(*cell.troubles, trouble),
                    source=first,
                )


def _without(cell: Remainder, deeper: Sequence[Remainder]) -> list[Remainder]:
    """The cell less the windows in which the next alternative surely fails for all of it."""
    spans = [(cell.since, cell.until)]
    for other in deeper:
        if (
            other.likelihood >= cell.likelihood
            and cell.scope.is_within(other.scope)
            and other.troubles[:-1] == cell.troubles
        ):
            spans = [
                part
                for a, b in spans
                for part in ((a, min(b, other.since)), (max(a, other.until), b))
                if part[0] < part[1]
            ]
    return [cell._replace(since=since, until=until) for since, until in spans]


def _failures(cell: Remainder) -> tuple[str, ...]:
    return tuple(sorted({key for trouble in cell.troubles for key in trouble.failures}))


def _suffers(cell: Remainder, alternative: Alternative, *, handed_over: bool) -> ChoiceImpairment:
    """The alternative that is taken works, but with a trouble of its own; one that is late anyway has the
    time lost before in its delay.
    """
    last = cell.troubles[-1]
    own = last._replace(
        scope=cell.scope,
        since=cell.since,
        until=cell.until,
        likelihood=cell.likelihood,
        failures=_failures(cell),
    )
    if handed_over and last.effect is Effect.DELAYED:
        own = own._replace(delay=last.delay + cell.lost - alternative.cost, run=last.run or alternative.run)
    made = own._replace(at_start=True, at_completion=False)
    return ChoiceImpairment(
        made,
        cell.source,
        "choice",
        f"{{it}} goes over {' and '.join(alternative.names)}, which has a trouble of its own",
    )


def _falls_back(cell: Remainder, alternative: Alternative, words: str) -> ChoiceImpairment:
    late = cell.lost or alternative.run
    trouble = ImpairmentState(
        failure_class=FailureClass.BACKLOG,
        effect=Effect.DELAYED if late else Effect.DEGRADED,
        since=cell.since,
        until=cell.until,
        delay=cell.lost,
        run=alternative.run,
        likelihood=cell.likelihood,
        scope=cell.scope,
        failures=_failures(cell),
    )
    how = f", {say_duration(cell.lost)} later" if cell.lost else ""
    wait = " and waits for its next run" if alternative.run else ""
    return ChoiceImpairment(trouble, cell.source, "fallback", f"{{it}} goes on over {words}{how}{wait}")


def _stands(cell: Remainder) -> ChoiceImpairment:
    """Every alternative fails: the mildest counts, and of equals the one that ends first."""
    best = max(cell.troubles, key=lambda each: (_MILDNESS[each.effect], -each.delay, -each.until))
    trouble = best._replace(
        since=cell.since,
        until=cell.until,
        likelihood=cell.likelihood,
        scope=cell.scope,
        failures=_failures(cell),
        at_start=True,
        at_completion=False,
    )
    return ChoiceImpairment(
        trouble, cell.source, "all alternatives", "{it} has no alternative left: all of them fail at once"
    )
