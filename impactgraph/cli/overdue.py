"""`impactgraph overdue`: orders beyond their limit, what they have in common, and what would explain it."""

from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.asking import AsOf
from impactgraph.cli.filtering import Where
from impactgraph.cli.options import COMMON, Common

By = Annotated[
    str, Parameter(help="Dimensions to group them by, with commas between them, such as step,region.")
]
Count = Annotated[
    int, Parameter(help="How many orders to list, the longest beyond its limit first; csv: all.")
]
Report = Annotated[int | None, Parameter(help="Put the suspect with this number on record as a failure.")]


def overdue(
    *,
    by: By = "step",
    where: Where = (),
    as_of: AsOf = None,
    orders: Count = 10,
    report: Report = None,
    common: Common = COMMON,
) -> int:
    """Tells what was found, and gives the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.filtering import filter_of
    from impactgraph.cli.overdue_text import csv_of, data_of, number_of, tell, tell_report
    from impactgraph.cli.question import Reading, dimensions_of
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.cli.times import read_moment
    from impactgraph.usecases.overdue import OverdueQuestion
    from impactgraph.usecases.overdue import overdue as ask
    from impactgraph.usecases.pages import check_first
    from impactgraph.usecases.report_suspect import report_suspected_failure

    now, reading = system_clock(), Reading()
    at = reading.tried(read_moment, "--as-of", as_of, now)
    filtered = reading.tried(filter_of, where, now if at is None else at)
    dimensions, size = reading.tried(dimensions_of, by), reading.tried(check_first, orders)
    reading.done()
    assert filtered is not None and size is not None
    with existing(common.store) as store:
        with ask(store, OverdueQuestion(filtered, at), now) as found:
            groups, page = found.groups(dimensions or ()), found.orders(size, None)
            chosen = number_of(found, report) if report is not None else None
            if chosen is None:
                present(
                    common.format,
                    people=lambda out: tell(out, found, groups, page),
                    data=lambda: data_of(found, groups, page),
                    rows=lambda: csv_of(found),
                )
                return 1 if page.total_count else 0
        return tell_report(report_suspected_failure(store, chosen, now), common.format)
