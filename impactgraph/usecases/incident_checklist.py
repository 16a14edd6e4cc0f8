"""The checklist of an incident, with what each step saves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from graph_models.estimates import Estimates
from graph_models.failure import Failure
from graph_models.incident_life import ChecklistStep
from graph_models.playbooks import StepEffect, StepEffectKind
from graph_models.time import HOUR, Millis
from impactgraph.impact.estimates import estimate_difference
from impactgraph.operations.checklist import checklist_of
from impactgraph.topology.names import element_text
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.blast_radius import assess
from impactgraph.usecases.incident_facts import IncidentReport
from impactgraph.usecases.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """A step, and what is saved where it is done."""

    step: ChecklistStep
    saves: Estimates | None = None
    """Where it is done now: what the failures affect less than without it. None: see `reason`."""
    saves_in_an_hour: Estimates | None = None
    """The same where it is done in an hour; None also of a faster drain."""
    reason: str = ""
    """Why it is not known what is saved."""


def checklist(s: Snapshot, ask: Ask, report: IncidentReport) -> tuple[ProposedStep, ...]:
    """Costs an answer, and two for each step whose effect can be computed."""
    savings = _Savings(s, ask, report)
    return tuple(savings.of(step) for step in steps_of(s, report))


def steps_of(s: Snapshot, report: IncidentReport) -> tuple[ChecklistStep, ...]:
    """The steps without what they save."""
    causes = [(each.element, each.failure_class) for each in report.likely_cause[:1]]
    failed_elements = [(each.target, each.failure_class) for each in report.failures]
    return checklist_of(s.topology, dict.fromkeys((*causes, *failed_elements)), report.life)


class _Savings:
    """What steps save; the answer without them is computed once."""

    def __init__(self, s: Snapshot, ask: Ask, report: IncidentReport) -> None:
        self._s = s
        self._ask = ask
        self._report = report
        self._now: Answer | None = None
        self._kept: dict[StepEffect, ProposedStep] = {}

    def of(self, step: ChecklistStep) -> ProposedStep:
        if step.done is not None:
            return ProposedStep(step, reason="The step is done.")
        if step.effect is None:
            return ProposedStep(step, reason="The topology does not say what the step changes.")
        if step.effect not in self._kept:
            self._kept[step.effect] = self._computed(step, step.effect)
        return replace(self._kept[step.effect], step=step)

    def _computed(self, step: ChecklistStep, effect: StepEffect) -> ProposedStep:
        if effect.kind not in (StepEffectKind.END, StepEffectKind.DRAIN):
            return ProposedStep(step, reason=f"What {_NOUNS[effect.kind]} saves is not computed yet.")
        if effect.kind is StepEffectKind.DRAIN and effect.within is None:
            return ProposedStep(step, reason="The topology does not say how long the backlog takes then.")
        target = effect.target or self._failed_element
        failures = self._answer.failures
        about = [each.key for each in failures if self._is_about(each, target, effect)]
        if target is None or not about:
            name = element_text(self._s.topology, target) if target else "an element"
            return ProposedStep(step, reason=f"No failure of {name} lasts.")
        now = self._saved(failures, about, effect, 0)
        is_end = effect.kind is StepEffectKind.END
        later = self._saved(failures, about, effect, HOUR) if is_end else None
        return ProposedStep(step, saves=now, saves_in_an_hour=later)

    def _saved(
        self, failures: Sequence[Failure], about: Sequence[str], effect: StepEffect, delay: Millis
    ) -> Estimates:
        change = partial(_changes, effect=effect, at=self._s.at + delay)
        changed = tuple(change(each) if each.key in about else each for each in failures)
        other = assess(self._s, self._answer.question, changed)
        return estimate_difference(self._answer.sums, other.sums)

    def _is_about(self, failure: Failure, target: str | None, effect: StepEffect) -> bool:
        """Whether the failure is the target's: to end the cause also ends what it explains. An ended failure
        cannot be ended, but its backlog may be cleared faster.
        """
        if effect.kind is StepEffectKind.DRAIN:
            return failure.target == target
        explained_elements = {
            key for each in self._report.likely_cause if each.element == target for key in each.explains
        }
        return failure.active_at(self._s.at) and (
            failure.target == target or failure.key in explained_elements
        )

    @property
    def _failed_element(self) -> str | None:
        causes = self._report.likely_cause
        targets = [failure.target for failure in self._answer.failures]
        if causes and (causes[0].element in targets or not targets):
            return causes[0].element
        return targets[0] if targets else None

    @property
    def _answer(self) -> Answer:
        if self._now is None:
            self._now = self._ask(self._s, self._report.question)
        return self._now


_NOUNS = {
    StepEffectKind.ALTERNATIVE: "an alternative",
    StepEffectKind.MOVE: "moving orders",
    StepEffectKind.HOLD: "holding records",
}


def _changes(failure: Failure, effect: StepEffect, at: Millis) -> Failure:
    if effect.kind is StepEffectKind.DRAIN:
        return replace(failure, drain=effect.within)
    return replace(failure, ended_at=max(at, failure.started_at), expected_end=None)
