"""`impactgraph records`: postings, messages, tasks and supplier orders that should have come and did not, or not so."""

from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.asking import AsOf
from impactgraph.cli.filtering import Where
from impactgraph.cli.options import COMMON, Common

Effects = Annotated[
    tuple[str, ...],
    Parameter(
        name="--effect",
        help="With this effect only: missing, late, wrong, duplicated, out_of_sequence; give it again for several.",
        negative=(),
        show_default=False,
    ),
]
Types = Annotated[
    tuple[str, ...],
    Parameter(
        name="--type",
        help="Of this type only, such as invoice; give it again for several.",
        negative=(),
        show_default=False,
    ),
]
Count = Annotated[int, Parameter(help="How many to list, the longest due first; csv: all.")]


def records(
    *,
    effect: Effects = (),
    type: Types = (),
    where: Where = (),
    as_of: AsOf = None,
    first: Count = 20,
    common: Common = COMMON,
) -> int:
    """Tells what was found, and gives the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.filtering import filter_of
    from impactgraph.cli.question import Reading
    from impactgraph.cli.records_text import csv_of, data_of, effects_of, tell
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.cli.times import read_moment
    from impactgraph.usecases.pages import check_first
    from impactgraph.usecases.records import RecordsQuestion, list_rates, watch_records

    now, reading = system_clock(), Reading()
    at = reading.tried(read_moment, "--as-of", as_of, now)
    filtered = reading.tried(filter_of, where, now if at is None else at)
    effects, size = reading.tried(effects_of, effect), reading.tried(check_first, first)
    reading.done()
    assert filtered is not None and size is not None
    asked = RecordsQuestion(filtered, type or None, effects or None, at)
    with existing(common.store) as store, watch_records(store, asked, now) as watched:
        rates = list_rates(store, at, now)
        page = watched.page(size, None)
        present(
            common.format,
            people=lambda out: tell(out, watched, page, rates),
            data=lambda: data_of(watched, page, rates),
            rows=lambda: csv_of(watched),
        )
        return 1 if page.total_count or rates else 0
