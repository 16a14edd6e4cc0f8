"""`impactgraph blast-radius`: what a failure affects, now and in the next hours."""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import (
    NO_FORECAST_OPTIONS,
    NO_WHAT_IF,
    AsOf,
    Failures,
    ForecastOptions,
    WhatIfOptions,
    Zone,
)

DEFAULT_ORDERS = 10


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class LayoutOptions:
    """How much of the answer is printed, and by what it is broken down."""

    by: Annotated[
        str, Parameter(help="Dimensions of the breakdown, separated by commas, such as channel,step.")
    ] = "channel"
    orders: Annotated[
        int | None,
        Parameter(
            help="Number of affected orders to list, the most urgent promise first [default: 10; csv: all]."
        ),
    ] = None
    of: Annotated[
        str,
        Parameter(
            help="Rows of --format csv: orders, postings, notifications, tasks, or groups (those of --by)."
        ),
    ] = "orders"
    bucket: Annotated[
        str | None,
        Parameter(
            name="--forecast",
            help="Also forecast affected orders and missed promises in intervals of this length, such as 1h.",
        ),
    ] = None


DEFAULT_LAYOUT = LayoutOptions()


def blast_radius(
    *,
    failure: Failures = (),
    as_of: AsOf = None,
    timezone: Zone = "UTC",
    options: LayoutOptions = DEFAULT_LAYOUT,
    what_if: WhatIfOptions = NO_WHAT_IF,
    forecast: ForecastOptions = NO_FORECAST_OPTIONS,
    common: Common = COMMON,
) -> None:
    """Prints what the named or supposed failures affect; without either, all active ones."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.blast_data import group_rows, parse_export
    from impactgraph.cli.blast_layout import BlastLayout
    from impactgraph.cli.blast_text import TEXT_PARTS, print_blast
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader, QuestionOptions, parse_dimensions, parse_question
    from impactgraph.cli.times import parse_duration_option

    target = find_target(common)
    reader = OptionReader()
    dimensions = reader.read(parse_dimensions, options.by) or ()
    export = reader.read(parse_export, options.of, options.orders)
    interval = reader.read(parse_duration_option, "--forecast", options.bucket)
    question_options = QuestionOptions(
        failures=failure, as_of=as_of, timezone=timezone, what_if=what_if, forecast=forecast
    )
    question = parse_question(question_options, target.now, reader)
    layout = BlastLayout(dimensions, DEFAULT_ORDERS if options.orders is None else options.orders, interval)
    with target.open() as answers:
        present(
            common.format,
            timezone=question.timezone,
            text=lambda out: print_blast(
                out, answers.blast_radius(question, layout, TEXT_PARTS), layout, question
            ),
            data=lambda: answers.blast_radius(question, layout, None),
            rows=lambda: (
                group_rows(answers.blast_radius(question, layout, ["breakdown"])["breakdown"], dimensions)
                if export is None
                else answers.export(question, export, options.orders)
            ),
        )
