"""`impactgraph notices`: who was notified of incidents, and who would be."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph_models.journal import NoticeState

Action = Annotated[
    Literal["list", "try"],
    Parameter(help="`list`: the outcome of notices; `try`: what would be sent now, without sending it."),
]
State = Annotated[
    list[Literal["waiting", "sent", "failed", "given_up"]] | None,
    Parameter(help="Only those in this state; may be given several times.", negative=()),
]
File = Annotated[
    Path | None,
    Parameter(
        name="--notices",
        help="File of the rules, for `try` [default: IMPACTGRAPH_NOTICES].",
        env_var="IMPACTGRAPH_NOTICES",
    ),
]
Count = Annotated[int, Parameter(help="Number of notices to list.")]


def notices(
    action: Action = "list",
    /,
    *,
    state: State = None,
    file: File = None,
    first: Count = 20,
    common: Common = COMMON,
) -> int:
    """Prints notices; returns the exit status."""
    return _try(file, common) if action == "try" else _list(state, first, common)


def _list(state: "Sequence[str] | None", first: int, common: Common) -> int:
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.decode import nodes_in
    from impactgraph.cli.notices_text import notice_rows, print_notices
    from impactgraph.cli.output import present
    from impactgraph.cli.row_count import parse_row_count

    size = parse_row_count(first)
    with find_target(common).open() as answers:
        answer = answers.notices(_states(state), size)
    present(
        common.format,
        text=lambda out: print_notices(out, answer),
        data=lambda: answer,
        rows=lambda: notice_rows(answer),
    )
    return 1 if any(each["state"] == "FAILED" for each in nodes_in(answer)) else 0


def _states(names: "Sequence[str] | None") -> "list[NoticeState] | None":
    from graph_models.journal import NoticeState

    return [NoticeState(name) for name in names] if names else None


def _try(file: Path | None, common: Common) -> int:
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.notices_text import due_rows, print_due
    from impactgraph.cli.output import present
    from impactgraph.errors import BadInputError, Problem

    if file is None:
        raise BadInputError(Problem("Name the file of rules with --notices or IMPACTGRAPH_NOTICES."))
    with find_target(common).open() as answers:
        answer = answers.notices_due(file)
    present(
        common.format,
        text=lambda out: print_due(out, answer),
        data=lambda: answer,
        rows=lambda: due_rows(answer),
    )
    return 0
