"""`impactgraph payloads`: duplicate and incomplete orders, stock differences, and errors by message."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import ALL_ORDERS, SelectionOptions

if TYPE_CHECKING:
    from graph_models.diagnosis import PayloadKind

Kinds = Annotated[
    tuple[str, ...],
    Parameter(
        name="--kind",
        help="Only this kind: duplicate_order, incomplete, stock_difference, error_template; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Count = Annotated[int, Parameter(help="Number of findings to list; csv: all.")]


def payloads(
    *,
    kind: Kinds = (),
    options: SelectionOptions = ALL_ORDERS,
    first: Count = 20,
    common: Common = COMMON,
) -> int:
    """Prints the findings; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.order_selection import read_selection
    from impactgraph.cli.output import present
    from impactgraph.cli.payloads_data import payloads_rows
    from impactgraph.cli.payloads_text import print_payloads
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.usecases.payloads import PayloadsQuestion

    target = find_target(common)
    reader = OptionReader()
    selection = read_selection(reader, target.now, options)
    kinds = reader.read(parse_kinds, kind)
    size = reader.read(parse_row_count, first)
    reader.raise_problems()
    question = PayloadsQuestion(selection.where, kinds or None, selection.as_of, selection.timezone)
    with target.open() as answers:
        page = answers.payloads(question, None if common.format == "csv" else size)
    at = target.now if selection.as_of is None else selection.as_of
    present(
        common.format,
        timezone=selection.timezone,
        text=lambda out: print_payloads(out, page, question.asked_for, at),
        data=lambda: page,
        rows=lambda: payloads_rows(page),
    )
    return 1 if page["totalCount"] else 0


def parse_kinds(names: tuple[str, ...]) -> "tuple[PayloadKind, ...]":
    """Kinds by name. Raises BadInputError with the names that exist."""
    from graph_models.diagnosis import PayloadKind
    from impactgraph.cli.members import parse_members

    return parse_members("--kind", PayloadKind, names)
