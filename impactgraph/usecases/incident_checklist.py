"""The checklist of an incident, with what each step saves."""

from dataclasses import replace

from graph_models.incident_life import ChecklistStep
from impactgraph.operations.checklist import checklist_of
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.incident_facts import IncidentReport
from impactgraph.usecases.snapshot import Snapshot
from impactgraph.usecases.step_requests import request_of
from impactgraph.usecases.step_savings import ProposedStep, StepSavings


def checklist(s: Snapshot, ask: Ask, report: IncidentReport) -> tuple[ProposedStep, ...]:
    """Costs an answer, and two for each step whose effect can be computed."""
    savings = StepSavings(s, ask, report.question, report.likely_cause)
    actions, notices = report.life.actions, s.journal.notices
    steps = steps_of(s, report)
    return tuple(replace(savings.of(step), request=request_of(step, actions, notices)) for step in steps)


def steps_of(s: Snapshot, report: IncidentReport) -> tuple[ChecklistStep, ...]:
    """The steps without what they save."""
    causes = [(each.element, each.failure_class) for each in report.likely_cause[:1]]
    failed_elements = [(each.target, each.failure_class) for each in report.failures]
    return checklist_of(s.topology, dict.fromkeys((*causes, *failed_elements)), report.life)


def step_state(step: ChecklistStep) -> str:
    """`open`, `started` or `done`."""
    if step.done is not None:
        return "done"
    return "open" if step.started is None else "started"
