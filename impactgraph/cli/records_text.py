"""Findings about records as text: totals by type, the first findings, unusual rates."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.diagnosis import Cause, RateFinding, RecordFinding
from graph_models.enums import RecordEffect
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.output import table
from impactgraph.usecases.records import RecordAnswer

_MOST_RATES = 12


def print_records(
    out: Console, answer: RecordAnswer, page: Page[RecordFinding], rates: Sequence[RateFinding]
) -> None:
    """Prints totals, the first findings and unusual rates."""
    at = answer.findings.at
    if not page.total_count:
        out.print(_none(answer, formats.day_and_time(at)), style="bold")
    else:
        verb = "needs" if page.total_count == 1 else "need"
        out.print(f"{formats.count(page.total_count, 'record')} {verb} attention.", style="bold")
        out.print(f"As of {formats.day_and_time(at)}. Times are UTC.", style="dim")
        _print_totals(out, answer)
        _print_findings(out, page, at)
    if rates:
        _print_rates(out, rates, at)


def _none(answer: RecordAnswer, at: str) -> str:
    """That no record needs attention, of those asked for."""
    if not answer.asked_for:
        return f"Every record that is due by {at} has arrived, once and in order."
    if not answer.has_orders:
        return f"No order matches the filter ({answer.asked_for})."
    return (
        f"No record that matches the filter ({answer.asked_for}) needs attention as of {at}. Others were not "
        "looked at."
    )


def _print_totals(out: Console, answer: RecordAnswer) -> None:
    figures = ("count", "amount", "longest")
    rows = table("record", "type", "problem", *figures, right=figures)
    for each in answer.totals():
        rows.add_row(
            formats.words(each.kind),
            each.type,
            formats.words(each.effect),
            f"{each.count:,}",
            formats.money(each.amount),
            formats.duration(each.longest or None),
        )
    out.print()
    out.print(rows)


def _print_findings(out: Console, page: Page[RecordFinding], at: Millis) -> None:
    columns = ("fulfillment", "type", "problem", "due", "late by", "amount", "expected", "likely cause")
    rows = table(*columns, right=("late by", "amount", "expected"))
    for each in page.items:
        rows.add_row(
            each.fulfillment,
            each.type,
            formats.words(each.effect),
            formats.at(each.due, at),
            _lateness(each),
            formats.money([each.amount] if each.amount else []),
            formats.money([each.expected_amount] if each.expected_amount else []),
            _cause(each.likely_cause),
        )
    out.print()
    out.print(rows)
    if page.has_next:
        more = page.total_count - len(page.items)
        out.print(f"{more:,} more: --first N, or --format csv for all.", style="dim")


def _lateness(finding: RecordFinding) -> str:
    """Of a record out of sequence, how much earlier it came than the one that it must follow."""
    span = formats.duration(finding.late_by)
    return f"{span} early" if finding.effect is RecordEffect.OUT_OF_SEQUENCE and finding.late_by else span


def _cause(cause: Cause | None) -> str:
    if cause is None:
        return formats.NOTHING
    return f"{cause.failure}, via {cause.element}" if cause.failure else str(cause.element)


def _print_rates(out: Console, rates: Sequence[RateFinding], at: Millis) -> None:
    figures = ("arrived", "usual", "from", "to")
    rows = table("hour", "record", "type", *figures, "likely cause", right=figures)
    for each in rates[:_MOST_RATES]:
        rows.add_row(
            formats.at(each.since, at),
            formats.words(each.kind),
            each.type,
            f"{each.count:,}",
            f"{each.usual:,.0f}",
            f"{each.low:,.0f}",
            f"{each.high:,.0f}",
            _cause(each.likely_cause),
        )
    out.print()
    out.print("Hours with unusual counts", style="bold")
    out.print(rows)
    if len(rates) > _MOST_RATES:
        out.print(f"{len(rates) - _MOST_RATES:,} more: --format json.", style="dim")
