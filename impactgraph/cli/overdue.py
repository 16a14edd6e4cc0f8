"""`impactgraph overdue`: orders past their limit, their common factors and likely causes."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.order_filter import Where
from impactgraph.cli.question_options import AsOf

if TYPE_CHECKING:
    from graph_models.failure import Failure
    from impactgraph.cli.options import Form
    from impactgraph.usecases.overdue import Overdue
    from impactgraph.usecases.report_failure import FailureOutcome

By = Annotated[str, Parameter(help="Dimensions to group them by, separated by commas, such as step,region.")]
Count = Annotated[
    int, Parameter(help="Number of orders to list, those furthest past their limit first; csv: all.")
]
Report = Annotated[int | None, Parameter(help="Report the suspect with this number as a failure.")]


def overdue(
    *,
    by: By = "step",
    where: Where = (),
    as_of: AsOf = None,
    orders: Count = 10,
    report: Report = None,
    common: Common = COMMON,
) -> int:
    """Prints overdue orders, or reports a suspect; returns the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.order_filter import order_filter
    from impactgraph.cli.output import present
    from impactgraph.cli.overdue_data import overdue_json, overdue_rows
    from impactgraph.cli.overdue_text import print_overdue
    from impactgraph.cli.question import OptionReader, parse_dimensions
    from impactgraph.cli.stores import existing_store
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.usecases.overdue import OverdueQuestion
    from impactgraph.usecases.overdue import overdue as ask
    from impactgraph.usecases.pages import check_first
    from impactgraph.usecases.report_suspect import report_suspected_failure

    now = system_clock()
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, now)
    filter_ = reader.read(order_filter, where, now if at is None else at)
    dimensions = reader.read(parse_dimensions, by)
    size = reader.read(check_first, orders)
    reader.raise_problems()
    assert filter_ is not None and size is not None
    with existing_store(common.store) as store:
        with ask(store, OverdueQuestion(filter_, at), now) as answer:
            groups = answer.groups(dimensions or ())
            page = answer.orders(size, None)
            suspect = _suspect(answer, report) if report is not None else None
            if suspect is None:
                present(
                    common.format,
                    text=lambda out: print_overdue(out, answer, groups, page),
                    data=lambda: overdue_json(answer, groups, page),
                    rows=lambda: overdue_rows(answer),
                )
                return 1 if page.total_count else 0
        return _present_report(report_suspected_failure(store, suspect, now), common.format)


def _suspect(overdue: "Overdue", number: int) -> "Failure":
    """The failure of a suspect, by its place in the list. Raises BadInputError where there is none."""
    from impactgraph.errors import BadInputError, Problem

    suspects = overdue.suspects
    if not 1 <= number <= len(suspects):
        available = f"there are {len(suspects)}" if suspects else "there is none"
        raise BadInputError(Problem(f"--report is {number}, the number of a suspect; {available}."))
    return suspects[number - 1].failure


def _present_report(outcome: "FailureOutcome", form: "Form") -> int:
    """Prints the outcome of a report; returns 0 where it was accepted."""
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.outcomes import problem_rows
    from impactgraph.cli.output import present, print_problems
    from impactgraph.cli.overdue_text import print_report
    from impactgraph.usecases.failure_input import failure_input

    failure = outcome.failure
    if failure is None:
        print_problems("error", outcome.problems)
        return 2
    present(
        form,
        text=lambda out: print_report(out, failure),
        data=lambda: {
            "failure": {"id": failure.id} | failure_input(failure),
            "problems": Encoder().encode(outcome.problems),
        },
        rows=lambda: problem_rows((), ()),
    )
    return 0
