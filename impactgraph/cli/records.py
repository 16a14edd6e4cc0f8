"""`impactgraph records`: records that are missing, late, duplicate or wrong."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import ALL_ORDERS, SelectionOptions

if TYPE_CHECKING:
    from graph_models.enums import RecordEffect, RecordState
    from impactgraph.cli.answers.targets import Target
    from impactgraph.usecases.record_lists import RecordListQuestion

Effects = Annotated[
    tuple[str, ...],
    Parameter(
        name="--effect",
        help="Only this effect: missing, late, wrong, duplicated, out_of_sequence; repeatable.",
        negative=(),
        show_default=False,
    ),
]
States = Annotated[
    tuple[str, ...],
    Parameter(
        name="--state",
        help="List all records in this state instead of findings: made, due, late, missing, wrong, "
        "duplicated, out_of_sequence, or all; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Types = Annotated[
    tuple[str, ...],
    Parameter(
        name="--type",
        help="Only this type, such as invoice; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Count = Annotated[int, Parameter(help="Number of findings to list, the longest due first; csv: all.")]


def records(
    *,
    effect: Effects = (),
    type: Types = (),
    state: States = (),
    options: SelectionOptions = ALL_ORDERS,
    first: Count = 20,
    common: Common = COMMON,
) -> int:
    """Prints the findings; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.order_selection import read_selection
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.records_data import records_rows
    from impactgraph.cli.records_text import print_records
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.usecases.record_lists import RecordListQuestion
    from impactgraph.usecases.records import RecordsQuestion

    target = find_target(common)
    reader = OptionReader()
    selection = read_selection(reader, target.now, options)
    effects = reader.read(parse_effects, effect)
    states = reader.read(parse_states, state)
    size = reader.read(parse_row_count, first)
    reader.raise_problems()
    if state:
        every = RecordListQuestion(selection.where, type or None, states or None, selection.as_of)
        return _list(every, effect, target, size, common)
    question = RecordsQuestion(
        selection.where, type or None, effects or None, selection.as_of, selection.timezone
    )
    with target.open() as answers:
        answer = answers.records(question, None if common.format == "csv" else size)
    present(
        common.format,
        timezone=selection.timezone,
        text=lambda out: print_records(out, answer, question.asked_for),
        data=lambda: {name: value for name, value in answer.items() if name != "hasOrders"},
        rows=lambda: records_rows(answer["records"]),
    )
    return 1 if answer["records"]["totalCount"] or answer["recordRates"] else 0


def _list(
    question: "RecordListQuestion",
    effects: tuple[str, ...],
    target: "Target",
    size: int | None,
    common: Common,
) -> int:
    """Prints all records of some states."""
    from impactgraph.cli.output import present
    from impactgraph.cli.record_list_text import print_record_list, record_list_rows
    from impactgraph.errors import BadInputError, Problem

    if effects:
        raise BadInputError(Problem("--state lists records, --effect findings: give one of them."))
    with target.open() as answers:
        answer = answers.record_list(question, None if common.format == "csv" else size)
    present(
        common.format,
        text=lambda out: print_record_list(out, answer),
        data=lambda: answer,
        rows=lambda: record_list_rows(answer["recordList"]["lines"]),
    )
    return 0


def parse_states(names: tuple[str, ...]) -> "tuple[RecordState, ...]":
    """States by name; none for `all`. Raises BadInputError with the names that exist."""
    from graph_models.enums import RecordState
    from impactgraph.cli.members import parse_members

    return parse_members("--state", RecordState, tuple(name for name in names if name.lower() != "all"))


def parse_effects(names: tuple[str, ...]) -> "tuple[RecordEffect, ...]":
    """Effects by name. Raises BadInputError with the names that exist."""
    from graph_models.enums import RecordEffect
    from impactgraph.cli.members import parse_members

    return parse_members("--effect", RecordEffect, names)
