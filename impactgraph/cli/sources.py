"""`impactgraph sources`: how live sources are."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.cli.encode.values import Json
    from impactgraph.cli.output import Rows
    from impactgraph.sources.config import SourceConfig

File = Annotated[
    Path | None,
    Parameter(
        name="--sources",
        help="File of the live sources, where no server follows them [default: IMPACTGRAPH_SOURCES].",
        env_var="IMPACTGRAPH_SOURCES",
    ),
]
_COLUMNS = {
    "source": "key",
    "kind": "kind",
    "state": "state",
    "lag": "lag",
    "last_event_at": "lastEventAt",
    "taken": "taken",
    "repeated": "repeated",
    "quarantined": "quarantined",
    "passed": "passed",
    "problem": "problem",
}
"""Key of the JSON by column."""


def sources(*, file: File = None, common: Common = COMMON) -> int:
    """Prints every source; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.output import present
    from impactgraph.sources.format import load_sources

    source_kinds = [(each.key, each.kind) for each in load_sources(file)] if file else []
    with find_target(common).open() as answers:
        answer = answers.sources(source_kinds)
    present(
        common.format,
        text=lambda out: _print_sources(out, answer),
        data=lambda: answer,
        rows=lambda: _rows(answer),
    )
    return 1 if any(each["state"] in ("waiting", "failed") for each in answer) else 0


def load_file(file: Path | None) -> "Sequence[SourceConfig]":
    """The sources of the file. Raises BadInputError where none is named."""
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.sources.format import load_sources

    if file is None:
        raise BadInputError(Problem("Name the file of sources with --sources or IMPACTGRAPH_SOURCES."))
    return load_sources(file)


def _print_sources(out: "Console", answer: "Sequence[Json]") -> None:
    from impactgraph.cli import formats
    from impactgraph.cli.decode import duration_in, moment_in
    from impactgraph.cli.output import table

    if not answer:
        out.print("No live sources: declare them in a file, and name it with --sources (docs/sources.md).")
        return
    figures = ("lag", "accepted", "duplicates", "quarantined", "passed over")
    rows = table("source", "kind", "state", *figures, "last event", right=figures)
    for each in answer:
        lag, last = duration_in(each["lag"]), moment_in(each["lastEventAt"])
        rows.add_row(
            each["key"],
            each["kind"],
            each["state"],
            formats.NOTHING if lag is None else formats.duration(lag),
            *(f"{each[name]:,}" for name in ("taken", "repeated", "quarantined", "passed")),
            formats.NOTHING if last is None else formats.day_and_time(last),
        )
    out.print(rows)
    for each in answer:
        if each["problem"]:
            out.print(f"{each['key']}: {each['problem']}")


def _rows(answer: "Sequence[Json]") -> "Rows":
    from impactgraph.cli.output import Rows

    return Rows(list(_COLUMNS), [{name: each[key] for name, key in _COLUMNS.items()} for each in answer])
