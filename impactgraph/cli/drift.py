"""`impactgraph drift`: what `impactgraph.diagnosis.drift` finds."""

from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import AsOf, Zone

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
    *,
    as_of: AsOf = None,
    timezone: Zone = "UTC",
    first: Count = 20,
    ungrouped: Ungrouped = False,
    common: Common = COMMON,
) -> int:
    """Prints the changes found; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.decode import known_moment
    from impactgraph.cli.drift_data import drift_rows
    from impactgraph.cli.drift_text import print_drift
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.row_count import parse_row_count
    from impactgraph.cli.times import parse_moment_option, parse_zone_option

    target = find_target(common)
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, target.now)
    zone = reader.read(parse_zone_option, timezone)
    size = reader.read(parse_row_count, first)
    reader.raise_problems()
    assert size is not None and zone is not None
    in_groups = not ungrouped and common.format == "table"
    with target.open() as answers:
        answer = answers.drift(at, size, grouped=in_groups)
    page = answer["drift"]
    present(
        common.format,
        timezone=zone,
        text=lambda out: print_drift(out, page, known_moment(answer["asOf"])),
        data=lambda: page,
        rows=lambda: drift_rows(page),
    )
    return 1 if page["totalCount"] else 0
