"""The checklist of an incident, with what each step saves."""

from graph_models.incident_life import ChecklistStep
from impactgraph.operations.checklist import checklist_of
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.incident_facts import IncidentReport
from impactgraph.usecases.snapshot import Snapshot
from impactgraph.usecases.step_savings import ProposedStep, StepSavings


def checklist(s: Snapshot, ask: Ask, report: IncidentReport) -> tuple[ProposedStep, ...]:
    """Costs an answer, and two for each step whose effect can be computed."""
    savings = StepSavings(s, ask, report.question, report.likely_cause)
    return tuple(savings.of(step) for step in steps_of(s, report))


def steps_of(s: Snapshot, report: IncidentReport) -> tuple[ChecklistStep, ...]:
    """The steps without what they save."""
    causes = [(each.element, each.failure_class) for each in report.likely_cause[:1]]
    failed_elements = [(each.target, each.failure_class) for each in report.failures]
    return checklist_of(s.topology, dict.fromkeys((*causes, *failed_elements)), report.life)
