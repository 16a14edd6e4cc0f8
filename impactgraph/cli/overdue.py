"""`impactgraph overdue`: orders past their limit, their common factors and likely causes."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import ALL_ORDERS, SelectionOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from impactgraph.cli.answers import Answers
    from impactgraph.cli.encode.values import Json
    from impactgraph.cli.options import Form

By = Annotated[str, Parameter(help="Dimensions to group them by, separated by commas, such as step,region.")]
Count = Annotated[
    int, Parameter(help="Number of orders to list, those furthest past their limit first; csv: all.")
]
Report = Annotated[int | None, Parameter(help="Report the suspect with this number as a failure.")]


def overdue(
    *,
    by: By = "step",
    options: SelectionOptions = ALL_ORDERS,
    orders: Count = 10,
    report: Report = None,
    common: Common = COMMON,
) -> int:
    """Prints overdue orders, or reports a suspect; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.order_selection import read_selection
    from impactgraph.cli.output import present
    from impactgraph.cli.overdue_data import overdue_rows
    from impactgraph.cli.overdue_text import print_overdue
    from impactgraph.cli.question import OptionReader, parse_dimensions
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.usecases.overdue import OverdueQuestion

    target = find_target(common)
    reader = OptionReader()
    selection = read_selection(reader, target.now, options)
    dimensions = reader.read(parse_dimensions, by)
    size = reader.read(parse_row_count, orders, "--orders")
    reader.raise_problems()
    question = OverdueQuestion(selection.where, selection.as_of, selection.timezone)
    everything = common.format == "csv" and report is None
    with target.open() as answers:
        answer = answers.overdue(question, dimensions or (), None if everything else size)
        if report is not None:
            return _report(answers, _suspect(answer["suspects"], report), common.format)
    present(
        common.format,
        timezone=selection.timezone,
        text=lambda out: print_overdue(out, answer, question.asked_for),
        data=lambda: answer,
        rows=lambda: overdue_rows(answer),
    )
    return 1 if answer["totalCount"] else 0


def _suspect(suspects: "Sequence[Json]", number: int) -> "Json":
    """A suspect by its place in the list. Raises BadInputError where there is none."""
    from impactgraph.errors import BadInputError, Problem

    if not 1 <= number <= len(suspects):
        available = f"there are {len(suspects)}" if suspects else "there is none"
        raise BadInputError(Problem(f"--report is {number}, the number of a suspect; {available}."))
    return suspects[number - 1]


def _report(answers: "Answers", suspect: "Json", form: "Form") -> int:
    """Reports a suspect as a failure and prints the outcome; returns 0 where it was accepted."""
    from impactgraph.cli.decode import problems_in
    from impactgraph.cli.outcomes import problem_rows
    from impactgraph.cli.output import present, print_problems
    from impactgraph.cli.overdue_text import print_report
    from impactgraph.usecases.failure_input import failure_in
    from impactgraph.usecases.report_suspect import suspect_key

    failure = failure_in(suspect["failureInput"], key=suspect_key())
    payload = answers.report_failure(failure, dry_run=False)
    failure_data = payload["failure"]
    if failure_data is None:
        print_problems("error", problems_in(payload["problems"]))
        return 2
    present(
        form,
        text=lambda out: print_report(out, failure_data),
        data=lambda: {
            "failure": {"id": failure_data["id"]} | suspect["failureInput"],
            "problems": payload["problems"],
        },
        rows=lambda: problem_rows((), ()),
    )
    return 0
