"""`impactgraph why`: why an order is where it is, and what to tell the customer."""

from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.asking import AsOf
from impactgraph.cli.options import COMMON, Common

OrderId = Annotated[str, Parameter(help="Id of an order, such as O-1001 or order:O-1001.")]


def why(order: OrderId, /, *, as_of: AsOf = None, common: Common = COMMON) -> None:
    """The service desk's answer for one order."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.cli.times import read_moment
    from impactgraph.cli.why_data import Answer, data_of, rows_of
    from impactgraph.cli.why_text import tell
    from impactgraph.usecases.diagnoses import find_case
    from impactgraph.usecases.orders import current_topology
    from impactgraph.usecases.timelines import timelines

    now = system_clock()
    at = read_moment("--as-of", as_of, now)
    with existing(common.store) as store:
        case, topology = find_case(store, order, now, at), current_topology(store, at)
        key = case.situation.order.key
        story = timelines(store, topology, {key: case}, at).get(key, ())
        found = Answer(case, story, topology, {failure.key: failure for failure in store.failures(at)}, at)
        present(
            common.format,
            people=lambda out: tell(out, found),
            data=lambda: data_of(found),
            rows=lambda: rows_of(found),
        )
