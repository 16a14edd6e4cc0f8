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
    from graph_models.impact import Contribution, CostOfDelayPoint
    from graph_models.time import Millis
    from impactgraph.cli.blast_answer import BlastAnswer
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
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.blast_answer import open_answer
    from impactgraph.cli.encode import Encoder, iso_moment
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader, QuestionOptions, parse_question
    from impactgraph.cli.stores import existing_store
    from impactgraph.usecases.blast_radius import answer_question
    from impactgraph.usecases.contributions import contributions
    from impactgraph.usecases.cost_of_delay import cost_of_delay as ask
    from impactgraph.usecases.cost_of_delay import delay_sentence

    now = system_clock()
    reader = OptionReader()
    durations = reader.read(_parse_ends, ends)
    options = QuestionOptions(
        failures=failure, as_of=as_of, timezone=timezone, what_if=what_if, forecast=forecast
    )
    question = parse_question(options, now, reader)
    with existing_store(common.store) as store, open_answer(store, question, now) as blast:
        points = ask(blast.snapshot, blast.answer, durations)
        added = contributions(blast.snapshot, answer_question, blast.answer)
        encoder = Encoder(blast.answer.as_of, blast.topology)
        present(
            common.format,
            timezone=question.timezone,
            text=lambda out: _print(out, blast, points, added),
            data=lambda: {
                "asOf": iso_moment(blast.answer.as_of),
                "delaySentence": delay_sentence(blast.answer, points),
                "costOfDelay": encoder.encode(points),
                "contributions": encoder.encode(added),
            },
            rows=lambda: _rows(points),
        )


def _parse_ends(text: str | None) -> "tuple[Millis, ...] | None":
    """Raises BadInputError for what is no duration."""
    from impactgraph.cli.times import parse_duration_option

    if text is None:
        return None
    durations = (parse_duration_option("--ends", part.strip()) for part in text.split(","))
    return tuple(duration for duration in durations if duration is not None)


def _print(
    out: "Console",
    blast: "BlastAnswer",
    points: "Sequence[CostOfDelayPoint]",
    added: "Sequence[Contribution]",
) -> None:
    from impactgraph.cli import formats
    from impactgraph.cli.links import print_link
    from impactgraph.cli.output import print_heading, print_lines, table
    from impactgraph.impact.estimate_text import say_number
    from impactgraph.usecases.cost_of_delay import delay_sentence

    answer = blast.answer
    out.print(formats.without_zone(delay_sentence(answer, points)), style="bold")
    as_of = formats.dated(answer.as_of)
    out.print(f"As of {as_of}, by topology:{answer.topology_version}. {formats.zone_note()}", style="dim")
    figures = (
        "orders",
        "orders range",
        "to come",
        "promises missed",
        "promises range",
        "postings",
        "refunds at risk",
    )
    has_refunds = any(_single_amount(point.estimates.refunds_at_risk) for point in points)
    figures = figures if has_refunds else figures[:-1]
    rows = table("ends in", "at", *figures, right=figures)
    for point in points:
        of = point.estimates
        refunds = [_single_amount(of.refunds_at_risk) or formats.NOTHING] if has_refunds else []
        rows.add_row(
            formats.duration(point.ends_in) if point.ends_in else "now",
            formats.at(point.ends_at, answer.as_of),
            say_number(of.orders.expected),
            f"{of.orders.low:,.0f} to {of.orders.high:,.0f}",
            say_number(point.to_come.affected.expected),
            say_number(of.promises_missed.expected),
            f"{of.promises_missed.low:,.0f} to {of.promises_missed.high:,.0f}",
            say_number(of.postings.expected),
            *refunds,
        )
    print_heading(out, "If the failures end then, expected")
    out.print(rows)
    print_lines(
        out,
        [
            "A range holds the true number in four of five cases. To come: orders that are expected to be "
            "placed until then, and affected; no other column has them."
        ],
    )
    knees = [
        f"Up to {formats.at(point.ends_at, answer.as_of)}: {formats.without_zone(point.reason)}"
        for point in points
        if point.reason
    ]
    print_lines(out, knees)
    if len(added) > 1:
        _print_contributions(out, added)
    print_link(out, blast.question)


def _single_amount(amounts: "Sequence[MoneyEstimate]") -> str:
    """The amount in the reporting currency, or in the only currency that there is; else nothing."""
    from graph_models.money import say_amount

    converted = [each for each in amounts if each.converted]
    chosen = converted or (amounts if len(amounts) == 1 else [])
    if not chosen:
        return ""
    amount = say_amount(chosen[0].expected, chosen[0].currency)
    return f"{amount} converted" if chosen[0].converted else amount


def _print_contributions(out: "Console", added: "Sequence[Contribution]") -> None:
    from impactgraph.cli.output import print_heading, print_lines, table
    from impactgraph.impact.estimate_text import say_number

    figures = ("orders alone", "orders added", "promises alone", "promises added")
    rows = table("failure", *figures, right=figures)
    for each in added:
        rows.add_row(
            each.failure.key,
            say_number(each.alone.orders.expected),
            say_number(each.adds.orders.expected),
            say_number(each.alone.promises_missed.expected),
            say_number(each.adds.promises_missed.expected),
        )
    print_heading(out, "Which to end first")
    out.print(rows)
    print_lines(out, ["Added: what the other failures do not do without it."])


def _rows(points: "Sequence[CostOfDelayPoint]") -> "Rows":
    """A row for each end."""
    from impactgraph.cli.encode import iso_duration, iso_moment
    from impactgraph.cli.output import Rows

    names = ("orders", "promises_missed", "postings", "notifications")
    columns = (*names, "to_come", "to_come_promises_missed")
    figures = [f"{name}{end}" for name in columns for end in ("", "_low", "_high")]

    def cells(point: "CostOfDelayPoint") -> dict[str, object]:
        of = {name: getattr(point.estimates, name) for name in names}
        of["to_come"] = point.to_come.affected
        of["to_come_promises_missed"] = point.to_come.promises_missed
        return {
            "ends_in": iso_duration(point.ends_in),
            "ends_at": iso_moment(point.ends_at),
            **{name: each.expected for name, each in of.items()},
            **{f"{name}_low": each.low for name, each in of.items()},
            **{f"{name}_high": each.high for name, each in of.items()},
            "reason": point.reason,
        }

    return Rows(("ends_in", "ends_at", *figures, "reason"), map(cells, points))
