"""`impactgraph incidents`: failures and alerts with one cause, the most costly first."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from impactgraph.cli.incident_action import (
    acknowledge,
    assign,
    close,
    done,
    merge,
    mitigate,
    note,
    reopen,
    split,
    start,
    undo,
)
from impactgraph.cli.options import COMMON, PLACE, Common, Place
from impactgraph.cli.question_options import AsOf

if TYPE_CHECKING:
    from graph_models.incident_life import RankWeights
    from graph_models.incidents import Alert

__all__ = [
    "acknowledge",
    "assign",
    "checklist",
    "close",
    "done",
    "incidents",
    "merge",
    "mitigate",
    "note",
    "reopen",
    "report",
    "split",
    "start",
    "undo",
]
IncidentId = Annotated[
    str, Parameter(help="Id of the incident, or of one of its failures, such as F-stock or incident:F-stock.")
]
At = Annotated[str | None, Parameter(help="Moment of the report [default: now].", allow_leading_hyphen=True)]
ReportForm = Annotated[
    Literal["markdown", "json"], Parameter(name="--format", help="Text for people, or JSON for programs.")
]
Alerts = Annotated[
    Path | None,
    Parameter(
        help="File of alerts that are not on record (a JSON array, or one object a line) with id, element, "
        "startedAt and, where known, endedAt, class, scope and text. Nothing is stored."
    ),
]
Monitors = Annotated[
    str,
    Parameter(
        help="Elements with a monitor, separated by commas: where one should have raised an alert and did "
        "not, that speaks against a cause."
    ),
]
All = Annotated[bool, Parameter(name="--all", help="Also closed incidents of the last week.", negative=())]
Count = Annotated[int, Parameter(help="Number of incidents to list.")]


def incidents(
    *,
    alerts: Alerts = None,
    monitors: Monitors = "",
    everything: All = False,
    as_of: AsOf = None,
    first: Count = 20,
    common: Common = COMMON,
) -> int:
    """Prints incidents; returns 1 where one affects anything."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.decode import nodes_in
    from impactgraph.cli.incidents_text import incident_rows, print_incidents
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.usecases.incidents import IncidentsQuestion
    from impactgraph.usecases.validation import element_id

    target = find_target(common)
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, target.now)
    size = reader.read(parse_row_count, first)
    given_values = reader.read(_read_alerts, alerts) if alerts is not None else ()
    reader.raise_problems()
    question = IncidentsQuestion(
        weights=_weights(),
        as_of=at,
        active=None if everything else True,
        alerts=given_values or (),
        monitors=frozenset(element_id(each.strip()) for each in monitors.split(",") if each.strip()),
    )
    with target.open() as answers:
        answer = answers.incidents(question, size or 1)
    present(
        common.format,
        text=lambda out: print_incidents(out, answer),
        data=lambda: answer,
        rows=lambda: incident_rows(answer),
    )
    return 1 if any(not each["quiet"] for each in nodes_in(answer["incidents"])) else 0


def report(
    incident: IncidentId,
    /,
    *,
    at: At = None,
    form: ReportForm = "markdown",
    place: Place = PLACE,
) -> None:
    """Prints the report of an incident."""
    from graph_models.incident_life import ReportFormat
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.times import parse_moment_option

    target = find_target(place)
    moment = parse_moment_option("--at", at, target.now)
    with target.open() as answers:
        text = answers.incident_report(incident, target.now if moment is None else moment, ReportFormat(form))
    sys.stdout.write(text)


def checklist(incident: IncidentId, /, *, as_of: AsOf = None, common: Common = COMMON) -> None:
    """Prints the checklist of an incident."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.incidents_text import checklist_rows, print_checklist
    from impactgraph.cli.output import present
    from impactgraph.cli.times import parse_moment_option

    target = find_target(common)
    at = parse_moment_option("--as-of", as_of, target.now)
    with target.open() as answers:
        answer = answers.incident_checklist(incident, at)
    present(
        common.format,
        text=lambda out: print_checklist(out, answer),
        data=lambda: answer,
        rows=lambda: checklist_rows(answer),
    )


def _weights() -> "RankWeights | None":
    """Of the settings, which a store alone cannot know; a server has its own."""
    if not os.environ.get("IMPACTGRAPH_RANK"):
        return None
    from impactgraph.settings import Settings

    return Settings().rank_weights


def _read_alerts(path: Path) -> "tuple[Alert, ...]":
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.alert_input import parse_alerts

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise BadInputError(Problem(f"The alerts cannot be read: {reason}.", str(path))) from error
    return parse_alerts(text, str(path))
