"""`impactgraph orders`: all orders, by status, system, step or missing record."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.order_filter import Where
from impactgraph.cli.question_options import AsOf, SelectionOptions

if TYPE_CHECKING:
    from graph_models.enums import OrderSort

Statuses = Annotated[
    tuple[str, ...],
    Parameter(
        name="--status",
        help="Only orders with this status: in_flight, completed, cancelled; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Systems = Annotated[
    tuple[str, ...],
    Parameter(
        name="--system",
        help="Only orders in a step that runs on this system, such as oms; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Steps = Annotated[
    tuple[str, ...],
    Parameter(
        name="--step",
        help="Only orders in this step, such as ship-from-store/pick; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Missing = Annotated[
    tuple[str, ...],
    Parameter(
        name="--missing",
        help="Only orders that lack a record of this type, such as invoice, or that the list of this system "
        "lacks, such as erp; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Sort = Annotated[str, Parameter(name="--sort", help="placed_asc, promise_asc or value_desc.")]
Count = Annotated[int, Parameter(help="Number of orders to list; csv: all.")]


def orders(
    *,
    status: Statuses = (),
    system: Systems = (),
    step: Steps = (),
    missing: Missing = (),
    where: Where = (),
    as_of: AsOf = None,
    sort: Sort = "placed_asc",
    first: Count = 20,
    common: Common = COMMON,
) -> int:
    """Prints the orders; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.order_selection import read_selection
    from impactgraph.cli.orders_text import orders_rows, print_orders
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.usecases.orders import OrderQuery

    target = find_target(common)
    reader = OptionReader()
    options = (("statuses", status), ("systems", system), ("steps", step))
    limits = (*where, *(f"{name}={value}" for name, values in options for value in values))
    selection = read_selection(reader, target.now, SelectionOptions(where=limits, as_of=as_of))
    order_by = reader.read(parse_sort, sort)
    size = reader.read(parse_row_count, first)
    reader.raise_problems()
    assert order_by is not None
    query = OrderQuery(where=selection.where, sort=order_by, as_of=selection.as_of, missing=missing or None)
    with target.open() as answers:
        answer = answers.orders(query, None if common.format == "csv" else size)
    present(
        common.format,
        text=lambda out: print_orders(out, answer),
        data=lambda: answer,
        rows=lambda: orders_rows(answer["orders"]),
    )
    return 0


def parse_sort(name: str) -> "OrderSort":
    """Raises BadInputError with the names that exist."""
    from graph_models.enums import OrderSort
    from impactgraph.cli.members import parse_members

    return parse_members("--sort", OrderSort, (name,))[0]
