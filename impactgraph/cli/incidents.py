"""`impactgraph incidents`: failures and alerts with one cause, the most costly first."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import AsOf

if TYPE_CHECKING:
    from graph_models.incidents import Alert

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
All = Annotated[bool, Parameter(name="--all", help="Also those of the last week that ended.", negative=())]
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
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.usecases.incidents import IncidentsQuestion
    from impactgraph.usecases.pages import check_first
    from impactgraph.usecases.validation import element_id

    target = find_target(common)
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, target.now)
    size = reader.read(check_first, first)
    given_values = reader.read(_read_alerts, alerts) if alerts is not None else ()
    reader.raise_problems()
    question = IncidentsQuestion(
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


def _read_alerts(path: Path) -> "tuple[Alert, ...]":
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.alert_input import parse_alerts

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise BadInputError(Problem(f"The alerts cannot be read: {reason}.", str(path))) from error
    return parse_alerts(text, str(path))
