"""`impactgraph cost-of-delay`: what failures cost if they end now or later, and which to end first."""

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from graph_models.estimates import MoneyEstimate
    from graph_models.impact import Question
    from graph_models.time import Millis
    from impactgraph.cli.encode.values import Json
    from impactgraph.cli.output import Rows

Ends = Annotated[
    str | None,
    Parameter(
        help="When the failures end, counted from the moment of the answer: durations separated by commas "
        "[default: 0s,30m,1h,2h,4h,8h]."
    ),
]


def cost_of_delay(
    *,
    failure: Failures = (),
    ends: Ends = None,
    as_of: AsOf = None,
    timezone: Zone = "UTC",
    what_if: WhatIfOptions = NO_WHAT_IF,
    forecast: ForecastOptions = NO_FORECAST_OPTIONS,
    common: Common = COMMON,
) -> None:
    """Prints what the failures cost if they end now or later, and what each of them adds."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader, QuestionOptions, parse_question

    target = find_target(common)
    reader = OptionReader()
    durations = reader.read(_parse_ends, ends)
    options = QuestionOptions(
        failures=failure, as_of=as_of, timezone=timezone, what_if=what_if, forecast=forecast
    )
    question = parse_question(options, target.now, reader)
    with target.open() as answers:
        costs = answers.cost_of_delay(question, durations)
    present(
        common.format,
        timezone=question.timezone,
        text=lambda out: _print(out, costs, question),
        data=lambda: costs,
        rows=lambda: _rows(costs["costOfDelay"]),
    )


def _parse_ends(text: str | None) -> "tuple[Millis, ...] | None":
    """Raises BadInputError for what is no duration."""
    from impactgraph.cli.times import parse_duration_option

    if text is None:
        return None
    durations = (parse_duration_option("--ends", part.strip()) for part in text.split(","))
    return tuple(duration for duration in durations if duration is not None)


def _print(out: "Console", costs: "Json", question: "Question") -> None:
    from impactgraph.cli import formats
    from impactgraph.cli.decode import known_moment, money_estimates_in
    from impactgraph.cli.links import print_link
    from impactgraph.cli.output import print_heading, print_headline, print_lines, table
    from impactgraph.impact.estimate_text import say_number

    at, points = known_moment(costs["asOf"]), costs["costOfDelay"]
    print_headline(out, formats.without_zone(costs["delaySentence"]), at, basis=f", by {costs['topology']}")
    figures = (
        "orders",
        "orders range",
        "promises missed",
        "promises range",
        "postings",
        "refunds at risk",
    )
    refunds = [_single_amount(money_estimates_in(each["estimates"]["refundsAtRisk"])) for each in points]
    has_refunds = any(refunds)
    figures = figures if has_refunds else figures[:-1]
    rows = table("ends in", "at", *figures, right=figures)
    for point, refund in zip(points, refunds, strict=True):
        of = point["estimates"]
        rows.add_row(
            *_end_cells(point, at),
            *_range_cells(of["orders"]),
            *_range_cells(of["promisesMissed"]),
            say_number(of["postings"]["expected"]),
            *([refund or formats.NOTHING] if has_refunds else []),
        )
    print_heading(out, "If the failures end then, expected")
    out.print(rows)
    note = "A range holds the true number in four of five cases. These figures are of the orders known now."
    is_converted = any(
        amount["converted"] for each in points for amount in each["estimates"]["refundsAtRisk"]
    )
    print_lines(out, [f"{note} Refunds at risk are converted." if is_converted and has_refunds else note])
    if any(point["toCome"]["affected"]["possible"] for point in points):
        _print_to_come(out, points, at)
    knees = [
        f"Up to {formats.at(known_moment(point['endsAt']), at)}: {formats.without_zone(point['reason'])}"
        for point in points
        if point["reason"]
    ]
    print_lines(out, knees)
    if len(costs["contributions"]) > 1:
        _print_contributions(out, costs["contributions"])
    print_link(out, question)


def _print_to_come(out: "Console", points: "Sequence[Json]", at: "Millis") -> None:
    from impactgraph.cli.output import print_heading, table

    figures = ("orders", "orders range", "promises missed", "promises range")
    rows = table("ends in", "at", *figures, right=figures)
    for point in points:
        of = point["toCome"]
        rows.add_row(
            *_end_cells(point, at), *_range_cells(of["affected"]), *_range_cells(of["promisesMissed"])
        )
    print_heading(out, "Of the orders that are still to be placed, also affected by then, expected")
    out.print(rows)


def _end_cells(point: "Json", at: "Millis") -> tuple[str, str]:
    """In how long the failures end, and when."""
    from impactgraph.cli import formats
    from impactgraph.cli.decode import duration_in, known_moment

    span = duration_in(point["endsIn"])
    return formats.duration(span) if span else "now", formats.at(known_moment(point["endsAt"]), at)


def _range_cells(of: "Json") -> tuple[str, str]:
    """The expected number, and its range."""
    from impactgraph.cli.decode import estimate_in
    from impactgraph.impact.estimate_text import say_number

    estimate = estimate_in(of)
    return say_number(estimate.expected), f"{estimate.low:,.0f} to {estimate.high:,.0f}"


def _single_amount(amounts: "Sequence[MoneyEstimate]") -> str:
    """The amount in the reporting currency, or in the only currency that there is; else nothing."""
    from graph_models.money import say_amount

    in_one_currency = [each for each in amounts if each.converted]
    candidates = in_one_currency or (amounts if len(amounts) == 1 else [])
    if not candidates:
        return ""
    return say_amount(candidates[0].expected, candidates[0].currency)


def _print_contributions(out: "Console", added: "Sequence[Json]") -> None:
    from impactgraph.cli.decode import key_in
    from impactgraph.cli.output import print_heading, print_lines, table
    from impactgraph.impact.estimate_text import say_number

    figures = ("orders alone", "orders added", "promises alone", "promises added")
    rows = table("failure", *figures, right=figures)
    for each in added:
        rows.add_row(
            key_in(each["failure"]["id"]),
            *(
                say_number(each[part][name]["expected"])
                for name in ("orders", "promisesMissed")
                for part in ("alone", "adds")
            ),
        )
    print_heading(out, "Which to end first")
    out.print(rows)
    print_lines(out, ["Added: what it affects beyond the other failures; ending only it saves that."])


def _rows(points: "Sequence[Json]") -> "Rows":
    """A row for each end."""
    from impactgraph.cli.output import Rows

    names = {
        "orders": ("estimates", "orders"),
        "promises_missed": ("estimates", "promisesMissed"),
        "postings": ("estimates", "postings"),
        "notifications": ("estimates", "notifications"),
        "to_come": ("toCome", "affected"),
        "to_come_promises_missed": ("toCome", "promisesMissed"),
    }
    ends = {"": "expected", "_low": "low", "_high": "high"}
    figures = [f"{name}{end}" for name in names for end in ends]

    def cells(point: "Json") -> dict[str, object]:
        return {"ends_in": point["endsIn"], "ends_at": point["endsAt"], "reason": point["reason"]} | {
            f"{name}{end}": point[part][field][figure]
            for name, (part, field) in names.items()
            for end, figure in ends.items()
        }

    return Rows(("ends_in", "ends_at", *figures, "reason"), map(cells, points))
