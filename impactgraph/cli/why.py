"""`impactgraph why`: the diagnosis of one order, and what to tell the customer."""

from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import AsOf

OrderId = Annotated[str, Parameter(help="Id of an order, such as O-1001 or order:O-1001.")]


def why(order: OrderId, /, *, as_of: AsOf = None, common: Common = COMMON) -> None:
    """Prints the diagnosis of one order."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.output import present
    from impactgraph.cli.stores import existing_store
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.cli.why_data import why_json, why_rows
    from impactgraph.cli.why_text import print_why
    from impactgraph.usecases.why import why as answer_why

    now = system_clock()
    at = parse_moment_option("--as-of", as_of, now)
    with existing_store(common.store) as store:
        answer = answer_why(store, order, now, at)
    present(
        common.format,
        text=lambda out: print_why(out, answer),
        data=lambda: why_json(answer),
        rows=lambda: why_rows(answer),
    )
