"""`impactgraph reconcile`: what a system says it has, compared with what should be there by then."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import AsOf

if TYPE_CHECKING:
    from graph_models.diagnosis import ListingKind
    from impactgraph.usecases.report_list import ListFile

System = Annotated[str, Parameter(help="The system whose list it is: its key, such as erp.")]
ListPath = Annotated[
    Path | None,
    Parameter(
        help="The list, as CSV or JSON: ids of orders, fulfillments or documents. None: compares the latest "
        "list again.",
    ),
]
Partial = Annotated[
    bool,
    Parameter(
        name="--partial", help="The list does not have all that the system has: nothing counts as missing."
    ),
]
PlacedFrom = Annotated[
    str | None,
    Parameter(
        help="The list has all orders placed from then on: a moment, or -7d; earlier ones may be absent.",
        allow_leading_hyphen=True,
    ),
]
States = Annotated[
    tuple[str, ...],
    Parameter(
        name="--states",
        help="What the system's words for states mean: WORD=in_flight, completed, cancelled or a step; "
        "repeatable.",
        negative=(),
        show_default=False,
    ),
]
Id = Annotated[str | None, Parameter(name="--id", help="Column of the ids; none: guessed.")]
State = Annotated[str | None, Parameter(name="--state", help="Column of the states; none: guessed.")]
Amount = Annotated[str | None, Parameter(name="--amount", help="Column of the amounts; none: guessed.")]
Currency = Annotated[
    str | None, Parameter(name="--currency", help="Column of the currencies; none: guessed.")
]
Decimal = Annotated[Literal[".", ","], Parameter(help="Decimal mark of the amounts.")]
Encoding = Annotated[str | None, Parameter(help="Encoding of the file; none: UTF-8, or UTF-16 by its mark.")]
Kinds = Annotated[
    tuple[str, ...],
    Parameter(
        name="--kind",
        help="Only these findings: missing, unknown, amount, currency, state; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Count = Annotated[int, Parameter(help="Number of findings to list; csv: all.")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ListColumns:
    """How the file of a list is read."""

    states: States = ()
    id_: Id = None
    state: State = None
    amount: Amount = None
    currency: Currency = None
    decimal: Decimal = "."
    encoding: Encoding = None

    def by_field(self) -> dict[str, str]:
        """The columns that are named, by field."""
        columns = {"id": self.id_, "state": self.state, "amount": self.amount, "currency": self.currency}
        return {field: column for field, column in columns.items() if column}


GUESSED_COLUMNS = ListColumns()


def reconcile(
    list_path: ListPath = None,
    /,
    *,
    system: System,
    as_of: AsOf = None,
    partial: Partial = False,
    placed_from: PlacedFrom = None,
    columns: ListColumns = GUESSED_COLUMNS,
    kind: Kinds = (),
    first: Count = 20,
    common: Common = COMMON,
) -> int:
    """Prints the comparison; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.reconcile_data import reconcile_rows
    from impactgraph.cli.reconcile_text import print_reconciliation
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.usecases.reconcile import ReconcileQuestion
    from impactgraph.usecases.report_list import ListLayout, SystemListing, read_list

    target = find_target(common)
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, target.now)
    since = reader.read(parse_moment_option, "--placed-from", placed_from, target.now if at is None else at)
    kinds = reader.read(parse_kinds, kind)
    meanings = reader.read(parse_states, columns.states)
    size = reader.read(parse_row_count, first)
    reader.raise_problems()
    layout = ListLayout(columns.by_field(), columns.decimal, columns.encoding)
    system_list = read_list(list_path, layout) if list_path is not None else None
    question = ReconcileQuestion(system, at, kinds or None)
    with target.open() as answers:
        if system_list is not None and list_path is not None:
            listing = SystemListing(
                system,
                target.now if at is None else at,
                system_list.rows,
                system_list.refused,
                complete=not partial,
                placed_from=since,
                states=meanings or None,
            )
            answers.check_listing(listing, target.now)
            report = answers.report_list(listing, list_path)
            _raise_problems(report.problems, list_path)
            _note_columns(system_list, report.ingest)
            question = replace(question, key=report.key)
        answer = answers.reconcile(question, None if common.format == "csv" else size)
    present(
        common.format,
        text=lambda out: print_reconciliation(out, answer),
        data=lambda: answer,
        rows=lambda: reconcile_rows(answer["findings"]),
    )
    return 1 if answer["totals"] or answer["refused"] else 0


def _raise_problems(problems: tuple[str, ...], path: Path) -> None:
    from impactgraph.errors import BadInputError, Problem

    if problems:
        raise BadInputError(*(Problem(problem, file=str(path)) for problem in problems))


def _note_columns(system_list: "ListFile", ingest: int) -> None:
    """Says on standard error which columns were read, and how to take the list back."""
    from impactgraph.cli.output import console
    from impactgraph.usecases.ingest_files import NOT_RECORDED

    err = console(error=True)
    read = ", ".join(
        f"{name} {'' if name == column else f'from {column}'}".strip()
        for name, column in system_list.columns.items()
    )
    others = f" Not read: {', '.join(system_list.other_columns)}." if system_list.other_columns else ""
    err.print(f"Columns read: {read or 'none'}.{others}", style="dim")
    if ingest != NOT_RECORDED:
        err.print(f"To take the list back: `impactgraph ingest --undo {ingest}`.", style="dim")


def parse_kinds(names: tuple[str, ...]) -> "tuple[ListingKind, ...]":
    """Kinds by name. Raises BadInputError with the names that exist."""
    from graph_models.diagnosis import ListingKind
    from impactgraph.cli.members import parse_members

    return parse_members("--kind", ListingKind, names)


def parse_states(texts: tuple[str, ...]) -> dict[str, str]:
    """Meaning by word. Raises BadInputError for what is no WORD=MEANING."""
    from impactgraph.errors import BadInputError, Problem

    meanings: dict[str, str] = {}
    problems: list[Problem] = []
    for text in (part for each in texts for part in each.split(",")):
        word, equals, meaning = (part.strip() for part in text.partition("="))
        if not word or not equals or not meaning:
            problems.append(Problem(f"--states is {text!r}; give WORD=MEANING, such as CLSD=completed."))
        meanings[word] = meaning
    if problems:
        raise BadInputError(*problems)
    return meanings
