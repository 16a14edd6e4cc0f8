"""`impactgraph drift`: what `impactgraph.diagnosis.drift` finds."""

from typing import TYPE_CHECKING, Annotated, cast

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import AsOf

if TYPE_CHECKING:
    from graph_models.diagnosis import Drift
    from graph_models.orders import Page

Count = Annotated[int, Parameter(help="Number of changes to list, those with the most orders first.")]
Ungrouped = Annotated[
    bool,
    Parameter(
        name="--all",
        negative="",
        help="Each place separately, instead of grouping places with the same change. "
        "JSON and CSV are always ungrouped.",
    ),
]


def drift(
    *, as_of: AsOf = None, first: Count = 20, ungrouped: Ungrouped = False, common: Common = COMMON
) -> int:
    """Prints the changes found; returns the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.drift_data import drift_json, drift_rows
    from impactgraph.cli.drift_text import print_drift
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.stores import existing_store
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.usecases.drift import list_drift, list_drift_groups
    from impactgraph.usecases.pages import check_first

    now = system_clock()
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, now)
    size = reader.read(check_first, first)
    reader.raise_problems()
    list_page = list_drift if ungrouped or common.format != "table" else list_drift_groups
    with existing_store(common.store) as store:
        page = list_page(store, now, at, size)
    present(
        common.format,
        text=lambda out: print_drift(out, page, now if at is None else at),
        data=lambda: drift_json(cast("Page[Drift]", page)),
        rows=lambda: drift_rows(cast("Page[Drift]", page)),
    )
    return 1 if page.total_count else 0
