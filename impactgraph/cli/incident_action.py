"""`impactgraph incidents acknowledge` and its kin: what people do about incidents is recorded."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from impactgraph.usecases.incident_actions import IncidentWork

DONE, REFUSED = 0, 2
"""Exit statuses."""
IncidentId = Annotated[
    str, Parameter(help="Id of the incident, or of one of its failures, such as F-stock or incident:F-stock.")
]
Assignee = Annotated[str, Parameter(help="Id or key of a team, or the name of a person.")]
Others = Annotated[str, Parameter(help="Incidents to merge with it.")]
Failures = Annotated[str, Parameter(help="Failures and alerts to split off.")]
Step = Annotated[
    int, Parameter(help="Number of the step in the checklist or, with --playbook, in that playbook.")
]
Playbook = Annotated[str | None, Parameter(help="Key of the playbook [default: the whole checklist].")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ActionOptions:
    """Who acts, and on what they saw."""

    by: Annotated[
        str | None,
        Parameter(help="Who acts; a server that authenticates records the name of the key or user instead."),
    ] = None
    note: Annotated[str | None, Parameter(help="A note, which is kept with the action.")] = None
    version: Annotated[
        int | None,
        Parameter(
            help="Version of the incident that you saw: the action is refused if somebody has acted since."
        ),
    ] = None


NO_ACTION = ActionOptions()


def acknowledge(
    incident: IncidentId, /, *, action: ActionOptions = NO_ACTION, common: Common = COMMON
) -> int:
    """Returns the exit status, as all do."""
    return _do(_work("acknowledged", incident, action), common)


def assign(
    incident: IncidentId,
    assignee: Assignee,
    /,
    *,
    action: ActionOptions = NO_ACTION,
    common: Common = COMMON,
) -> int:
    return _do(replace(_work("assigned", incident, action), assignee=assignee), common)


def note(incident: IncidentId, /, *, action: ActionOptions = NO_ACTION, common: Common = COMMON) -> int:
    return _do(_work("noted", incident, action), common)


def mitigate(incident: IncidentId, /, *, action: ActionOptions = NO_ACTION, common: Common = COMMON) -> int:
    return _do(_work("mitigated", incident, action), common)


def close(incident: IncidentId, /, *, action: ActionOptions = NO_ACTION, common: Common = COMMON) -> int:
    return _do(_work("closed", incident, action), common)


def reopen(incident: IncidentId, /, *, action: ActionOptions = NO_ACTION, common: Common = COMMON) -> int:
    return _do(_work("reopened", incident, action), common)


def merge(
    incident: IncidentId, /, *others: Others, action: ActionOptions = NO_ACTION, common: Common = COMMON
) -> int:
    return _do(replace(_work("merged", incident, action), incidents=others), common)


def split(
    incident: IncidentId, /, *failures: Failures, action: ActionOptions = NO_ACTION, common: Common = COMMON
) -> int:
    return _do(replace(_work("split", incident, action), failures=failures), common)


def start(
    incident: IncidentId,
    step: Step,
    /,
    *,
    playbook: Playbook = None,
    action: ActionOptions = NO_ACTION,
    common: Common = COMMON,
) -> int:
    return _do(replace(_work("step_started", incident, action), step=step, playbook=playbook or ""), common)


def done(
    incident: IncidentId,
    step: Step,
    /,
    *,
    playbook: Playbook = None,
    action: ActionOptions = NO_ACTION,
    common: Common = COMMON,
) -> int:
    return _do(replace(_work("step_done", incident, action), step=step, playbook=playbook or ""), common)


def undo(
    incident: IncidentId,
    step: Step,
    /,
    *,
    playbook: Playbook = None,
    action: ActionOptions = NO_ACTION,
    common: Common = COMMON,
) -> int:
    return _do(replace(_work("step_undone", incident, action), step=step, playbook=playbook or ""), common)


def _work(kind: str, incident: str, action: ActionOptions) -> "IncidentWork":
    from graph_models.journal import IncidentActionKind
    from impactgraph.usecases.incident_actions import IncidentWork

    return IncidentWork(
        kind=IncidentActionKind(kind),
        incident=incident,
        by=action.by or "",
        note=action.note or "",
        version=action.version,
    )


def _do(work: "IncidentWork", common: Common) -> int:
    """Records the action and prints its outcome; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.decode import problems_in
    from impactgraph.cli.incidents_text import action_rows, print_work
    from impactgraph.cli.output import present, print_problems

    with find_target(common).open() as answers:
        payload = answers.work_on_incident(work)
    if payload["problems"]:
        print_problems("error", problems_in(payload["problems"]))
        return REFUSED
    present(
        common.format,
        text=lambda out: print_work(out, payload["incident"]),
        data=lambda: payload,
        rows=lambda: action_rows(payload["incident"]),
    )
    return DONE
