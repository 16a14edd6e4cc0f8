"""Savings of the steps of a checklist: the difference of two forecasts, without a step's changes and with.

Ending a failure, a faster drain and an alternative change failures; a hold changes impairments of records; a
move forecasts orders elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from graph_models.counts import say_count
from graph_models.estimates import Estimate, Estimates
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.impairment import Impairment
from graph_models.incident_life import ChecklistStep
from graph_models.playbooks import StepEffect, StepEffectKind
from graph_models.time import HOUR, Millis
from impactgraph.forecast.hold import with_hold
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.estimates import estimate_difference
from impactgraph.impact.held_records import hands_over, saved_by_hold, ways_of_records
from impactgraph.impact.moved_orders import Move, is_limited_to_locations, movable_orders, saved_by_move
from impactgraph.topology.names import element_text
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.blast_radius import assess
from impactgraph.usecases.incident_facts import LikelyCause
from impactgraph.usecases.notices import NoticeStatus
from impactgraph.usecases.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """A step, and what is saved where it is done."""

    step: ChecklistStep
    saves: Estimates | None = None
    """Where it is done now: what the failures affect less than without it; less than 0: what it costs. None:
    see `reason`.
    """
    saves_in_an_hour: Estimates | None = None
    """The same where it is done in an hour; None also of a faster drain."""
    reason: str = ""
    """Why it is not known what is saved."""
    assumes: tuple[str, ...] = ()
    """What the figures assume, and what they leave out; sentences."""
    delays: Estimate | None = None
    """Of a hold that begins now: records that come late for it. None of any other step."""
    request: NoticeStatus | None = None
    """The outcome of the request to carry it out; None where it was not started or is not automated."""


class _Unknown(Exception):
    """What a step saves is not known, for this reason."""


class StepSavings:
    """Of the steps of one incident; the answer without them is computed once."""

    def __init__(self, s: Snapshot, ask: Ask, question: Question, causes: Sequence[LikelyCause]) -> None:
        """`question`: what the incident affects; `causes`: the likeliest first."""
        self._s = s
        self._ask = ask
        self._question = question
        self._causes = causes
        self._kept: dict[StepEffect, ProposedStep] = {}
        self._kinds: dict[StepEffectKind, Callable[[ChecklistStep, StepEffect], ProposedStep]] = {
            StepEffectKind.END: self._end,
            StepEffectKind.DRAIN: self._drain,
            StepEffectKind.ALTERNATIVE: self._alternative,
            StepEffectKind.MOVE: self._move,
            StepEffectKind.HOLD: self._hold,
        }

    def of(self, step: ChecklistStep) -> ProposedStep:
        if step.done is not None:
            return ProposedStep(step, reason="The step is done.")
        if step.effect is None:
            return ProposedStep(step, reason="The topology does not say what the step changes.")
        if step.effect not in self._kept:
            self._kept[step.effect] = self._computed(step, step.effect)
        return replace(self._kept[step.effect], step=step)

    def _computed(self, step: ChecklistStep, effect: StepEffect) -> ProposedStep:
        try:
            return self._kinds[effect.kind](step, effect)
        except _Unknown as unknown:
            return ProposedStep(step, reason=str(unknown))

    # ---- effects on failures

    def _end(self, step: ChecklistStep, effect: StepEffect) -> ProposedStep:
        keys = self._lasting_failures(effect.target or self._failed_element)
        return ProposedStep(step, self._saved_by_end(keys, 0), self._saved_by_end(keys, HOUR))

    def _drain(self, step: ChecklistStep, effect: StepEffect) -> ProposedStep:
        if effect.within is None:
            raise _Unknown("The topology does not say how long the backlog takes then.")
        target = effect.target or self._failed_element
        keys = [each.key for each in self._failures if each.target == target]
        if not keys:
            raise _Unknown(f"No failure of {self._name(target)} lasts.")
        return ProposedStep(step, self._saved(keys, lambda failure: replace(failure, drain=effect.within)))

    def _alternative(self, step: ChecklistStep, effect: StepEffect) -> ProposedStep:
        """Whoever needs what failed needs it no more from then on: as if it worked again."""
        if effect.target is None:
            raise _Unknown("The topology does not name the alternative: give the effect a `target`.")
        failed = self._failed_element
        keys = self._lasting_failures(failed)
        self._check_alternative(effect.target, failed, keys)
        name, failed_name = self._name(effect.target), self._name(failed)
        return ProposedStep(
            step,
            self._saved_by_end(keys, 0),
            self._saved_by_end(keys, HOUR),
            assumes=(
                f"{_capital(name)} takes all that goes to {failed_name}, and what waits there, as fast as "
                f"{failed_name} does.",
            ),
        )

    def _check_alternative(self, target: str, failed: str | None, keys: Sequence[str]) -> None:
        name = self._name(target)
        if target == failed:
            raise _Unknown(f"{_capital(name)} is what failed: it is no alternative to itself.")
        if impairment := self._impairment_of(target, keys):
            labels = ", ".join(impairment.failures)
            raise _Unknown(f"{_capital(name)} is itself affected by {labels}: what it saves is not known.")
        kind, _, key = target.partition(":")
        integration = self._s.topology.integrations.get(key) if kind == "integration" else None
        if integration is not None and integration.schedule is not None:
            raise _Unknown(f"{_capital(name)} has runs: how long its orders wait for them is not forecast.")

    def _impairment_of(self, target: str, keys: Sequence[str]) -> Impairment | None:
        """An impairment of an alternative, from now on, for orders that need it."""
        scopes = [each.scope for each in self._failures if each.key in keys]
        for each in self._with_all_failures.inputs.impairments.by_element.get(target, ()):
            common = (each.scope.intersection(scope) for scope in scopes)
            if each.until > self._s.at and not all(scope.nothing for scope in common):
                return each
        return None

    def _saved_by_end(self, keys: Sequence[str], delay: Millis) -> Estimates:
        """Of a moment to come: unless they end by themselves until then."""
        if not delay:
            return self._saved(keys, lambda failure: _ended(failure, self._s.at))
        limits = dict.fromkeys(keys, self._s.at + delay)
        other = assess(self._s, self._answer.question, self._failures, limits=limits)
        return estimate_difference(self._answer.sums, other.sums)

    def _saved(self, keys: Sequence[str], change: Callable[[Failure], Failure]) -> Estimates:
        changed = tuple(change(each) if each.key in keys else each for each in self._failures)
        other = assess(self._s, self._answer.question, changed)
        return estimate_difference(self._answer.sums, other.sums)

    def _lasting_failures(self, target: str | None) -> list[str]:
        """Keys of those that end with the target's: to end the cause also ends what it explains."""
        explained = {key for each in self._causes if each.element == target for key in each.explains}
        keys = [
            each.key
            for each in self._failures
            if each.active_at(self._s.at) and (each.target == target or each.key in explained)
        ]
        if target is None or not keys:
            raise _Unknown(f"No failure of {self._name(target)} lasts.")
        return keys

    # ---- effects on orders and records

    def _move(self, step: ChecklistStep, effect: StepEffect) -> ProposedStep:
        if effect.source is None:
            raise _Unknown("The topology does not say which orders are moved: give the effect `from`.")
        if effect.target is None or effect.target.partition(":")[0] not in ("step", "workflow"):
            raise _Unknown("The topology does not say where orders are moved to: `target` is no step.")
        move = self._move_at(effect.source, effect.target, self._s.at)
        count = len(movable_orders(self._answer, move))
        source, target = self._name(effect.source), self._name(effect.target)
        if not count:
            raise _Unknown(f"The failures affect no order that is in {source} now.")
        if is_limited_to_locations(self._answer, move):
            raise _Unknown(
                f"The failures affect {target} at some locations: at which ones orders would go on is not "
                "known."
            )
        later = replace(move, at=self._s.at + HOUR)
        return ProposedStep(
            step,
            saved_by_move(self._answer, move),
            saved_by_move(self._answer, later),
            assumes=(
                f"{say_count(count, 'affected order')} of {source} would begin {target} at once, at its "
                "usual pace; in an hour, those that are held until then.",
                "Promises count for whatever reason they are missed. Records and other orders do not count.",
            ),
        )

    def _move_at(self, source: str, target: str, at: Millis) -> Move:
        (workflow, step), (to, to_step) = _place_of(source), _place_of(target)
        other = self._s.topology.workflows[to]
        there = self._with_all_failures.forecaster
        return Move(workflow, step, other, other.position(to_step) if to_step else 0, at, there)

    def _hold(self, step: ChecklistStep, effect: StepEffect) -> ProposedStep:
        target = effect.target or self._failed_element
        ways = ways_of_records(self._s.topology, target) if target else {}
        if effect.records:
            ways = {way: types for way, types in ways.items() if types.intersection(effect.records)}
        if not ways:
            which = f" {' or '.join(effect.records)}" if effect.records else ""
            raise _Unknown(f"The topology has no records{which} that {self._name(target)} carries.")
        carriers = [way for way in sorted(ways) if hands_over(self._s.topology, way)]
        if carriers:
            raise _Unknown(
                f"{_capital(self._name(carriers[0]))} also hands orders over: what it saves to hold only its "
                "records is not forecast."
            )
        if not any(each.active_at(self._s.at) for each in self._failures):
            raise _Unknown("No failure lasts: there is nothing to wait for.")
        saves, delays = self._saved_by_hold(ways, effect, 0)
        later, _ = self._saved_by_hold(ways, effect, HOUR)
        return ProposedStep(
            step,
            saves,
            later,
            assumes=(
                f"{_capital(self._name(target))} sends them once the last failure has ended.",
                "Counts records that would be wrong, duplicate, missing or out of sequence.",
            ),
            delays=delays,
        )

    def _saved_by_hold(
        self, ways: dict[str, frozenset[str]], effect: StepEffect, delay: Millis
    ) -> tuple[Estimates, Estimate]:
        since = self._s.at + delay
        held = assess(
            self._s,
            self._answer.question,
            self._failures,
            change=lambda forecast: with_hold(forecast, ways, effect.records, since),
        )
        return saved_by_hold(self._answer, held)

    # ----

    @property
    def _failures(self) -> tuple[Failure, ...]:
        return self._answer.failures

    @cached_property
    def _failed_element(self) -> str | None:
        causes = self._causes
        targets = [failure.target for failure in self._failures]
        if causes and (causes[0].element in targets or not targets):
            return causes[0].element
        return targets[0] if targets else None

    def _name(self, element: str | None) -> str:
        return element_text(self._s.topology, element) if element else "an element"

    @cached_property
    def _answer(self) -> BlastRadius:
        return self._ask(self._s, self._question)

    @cached_property
    def _with_all_failures(self) -> BlastRadius:
        """Also those of other incidents: an alternative, or another way, may have failed by itself."""
        failures = dict.fromkeys((*self._failures, *self._s.active_failures))
        return assess(self._s, self._answer.question, tuple(failures))


def _ended(failure: Failure, at: Millis) -> Failure:
    return replace(failure, ended_at=max(at, failure.started_at), expected_end=None)


def _place_of(element: str) -> tuple[str, str | None]:
    """Bare keys of the workflow and the step of a step or workflow."""
    kind, _, key = element.partition(":")
    workflow, _, step = key.partition("/")
    return workflow, step if kind == "step" else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
