"""`impactgraph repair`: what to replay, whom to tell what, which orders to treat first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import AsOf, Failures, Zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from impactgraph.cli.output import Rows
    from impactgraph.usecases.repair_exports import RepairExport

Incident = Annotated[
    str | None,
    Parameter(
        help="Id of an incident, as `impactgraph incidents` has it [default: all failures of interest].",
        show_default=False,
    ),
]
Count = Annotated[int, Parameter(help="Number of items to list; csv and json: all.")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RepairOptions:
    """Which failures, as of when, and how many items."""

    failure: Failures = ()
    as_of: AsOf = None
    timezone: Zone = "UTC"
    first: Count = 20


DEFAULT_OPTIONS = RepairOptions()


def replay(
    incident: Incident = None, /, *, options: RepairOptions = DEFAULT_OPTIONS, common: Common = COMMON
) -> int:
    """Prints what does not come by itself; returns 1 where something is left."""
    from impactgraph.usecases.repair_exports import RepairExport

    return _run(RepairExport.REPLAY, incident, options, common)


def messages(
    incident: Incident = None, /, *, options: RepairOptions = DEFAULT_OPTIONS, common: Common = COMMON
) -> int:
    """Prints messages to hold, send or correct; returns 1 where there is one."""
    from impactgraph.usecases.repair_exports import RepairExport

    return _run(RepairExport.MESSAGES, incident, options, common)


def first(
    incident: Incident = None, /, *, options: RepairOptions = DEFAULT_OPTIONS, common: Common = COMMON
) -> int:
    """Prints orders to treat first; returns 1 where there is one."""
    from impactgraph.usecases.repair_exports import RepairExport

    return _run(RepairExport.FIRST, incident, options, common)


def _run(export: "RepairExport", incident: str | None, options: RepairOptions, common: Common) -> int:
    """Prints a list; returns 1 where it has an item."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.answers.repair_documents import LISTS
    from impactgraph.cli.formats import times_in
    from impactgraph.cli.output import console, write_json
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.repair_text import print_repair
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.cli.times import parse_moment_option, parse_zone_option
    from impactgraph.usecases.repair import RepairQuestion

    target = find_target(common)
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", options.as_of, target.now)
    zone = reader.read(parse_zone_option, options.timezone)
    size = reader.read(parse_row_count, options.first)
    reader.raise_problems()
    question = RepairQuestion(options.failure, incident, at)
    with target.open() as answers:
        if common.format == "csv":
            return _write_rows(answers.repair_rows(question, export))
        answer = answers.repair(question, export, None if common.format == "json" else size)
    if common.format == "json":
        write_json(answer)
    else:
        with times_in(zone or "UTC"):
            print_repair(console(), answer, export)
    return 1 if answer[LISTS[export]]["totalCount"] else 0


def _write_rows(rows: "Rows") -> int:
    """Writes all rows as they arrive; returns 1 where one of them is left to do."""
    from impactgraph.cli.output import Rows, write_csv

    open_items: list[bool] = []

    def rows_with_note() -> "Iterator[Mapping[str, object]]":
        for row in rows.rows:
            open_items.append(row.get("done_at") is None)
            yield row

    write_csv(Rows(rows.columns, rows_with_note()))
    return 1 if any(open_items) else 0
