"""`impactgraph blast-radius`: what a failure hits, now and in the next hours."""

from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.asking import FORECASTING, SUPPOSING, AsOf, Forecasting, Supposing
from impactgraph.cli.options import COMMON, Common

Failures = Annotated[
    tuple[str, ...],
    Parameter(
        name="--failure",
        help="Of this reported failure; give it again for several together.",
        negative=(),
        show_default=False,
    ),
]
By = Annotated[
    str,
    Parameter(help="Dimensions to break the totals down by, with commas between them, such as channel,step."),
]
Count = Annotated[
    int | None,
    Parameter(
        help="How many affected orders to list, the most urgent promise first [default: 10; csv: all]."
    ),
]
Of = Annotated[
    str,
    Parameter(
        help="What the rows of --format csv are: orders, postings, notifications, tasks, or groups (those of --by)."
    ),
]


Bucket = Annotated[
    str | None,
    Parameter(
        name="--forecast",
        help="When orders are hit and promises missed, in spans of this length, such as 1h.",
    ),
]


def blast_radius(
    *,
    failure: Failures = (),
    as_of: AsOf = None,
    by: By = "channel",
    orders: Count = None,
    of: Of = "orders",
    bucket: Bucket = None,
    supposing: Supposing = SUPPOSING,
    forecasting: Forecasting = FORECASTING,
    common: Common = COMMON,
) -> None:
    """Tells of the failures that are named or supposed; of neither, of all that are active."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.answering import answered
    from impactgraph.cli.blast_data import csv_of, data_of, wanted
    from impactgraph.cli.blast_text import tell
    from impactgraph.cli.question import Reading, dimensions_of, question_of
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.cli.times import read_span

    now = system_clock()
    reading = Reading()
    dimensions, rows_of = reading.tried(dimensions_of, by) or (), reading.tried(wanted, of, orders)
    span = reading.tried(read_span, "--forecast", bucket)
    question = question_of(failure, supposing, forecasting, as_of, now, reading)
    with existing(common.store) as store, answered(store, question, now) as found:
        listed = 10 if orders is None else orders
        present(
            common.format,
            people=lambda out: tell(out, found, dimensions, listed, span),
            data=lambda: data_of(found, dimensions, listed, span),
            rows=lambda: csv_of(found, rows_of, dimensions, orders),
        )
