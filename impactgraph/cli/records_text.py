"""Findings about records as text: totals by type, the first findings, unusual rates."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.decode import (
    duration_in,
    key_in,
    known_moment,
    moment_in,
    money_in,
    nodes_in,
    single_money,
)
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import print_headline, print_rest, table
from impactgraph.cli.reconcile_text import short_finding
from impactgraph.topology.names import record_kind_text

_MOST_RATES = 12


def print_records(out: Console, answer: Json, asked_for: str) -> None:
    """Prints totals, the first findings and unusual rates; `asked_for`: the filter in words."""
    at, page, rates = known_moment(answer["asOf"]), answer["records"], answer["recordRates"]
    count = page["totalCount"]
    if not count:
        out.print(_none(answer, formats.day_and_time(at), asked_for), style="bold")
    else:
        verb = "needs" if count == 1 else "need"
        print_headline(out, f"{formats.count(count, 'record')} {verb} attention.", at)
        _print_totals(out, answer["totals"])
        _print_findings(out, page, at)
    if rates:
        _print_rates(out, rates, at)


def _none(answer: Json, at: str, asked_for: str) -> str:
    """That no record needs attention, of those asked for."""
    if not asked_for:
        return f"Every record that is due by {at} has arrived, once and in order."
    if not answer["hasOrders"]:
        return f"No order matches the filter ({asked_for})."
    return (
        f"No record that matches the filter ({asked_for}) needs attention as of {at}. Others were not "
        "checked."
    )


def _print_totals(out: Console, totals: Sequence[Json]) -> None:
    figures = ("count", "amount", "longest")
    rows = table("record", "type", "problem", *figures, right=figures)
    for each in totals:
        rows.add_row(
            record_kind_text(each["kind"]),
            formats.words(each["type"]),
            formats.words(each["effect"]),
            f"{each['count']:,}",
            formats.money(money_in(each["amount"])),
            formats.duration(duration_in(each["longest"]) or None),
        )
    out.print()
    out.print(rows)


def _print_findings(out: Console, page: Json, at: Millis) -> None:
    columns = ("fulfillment", "type", "problem", "due", "late by", "amount", "expected", "likely cause")
    rows = table(*columns, right=("late by", "amount", "expected"))
    findings = nodes_in(page)
    for each in findings:
        rows.add_row(
            key_in(each["fulfillment"]),
            formats.words(each["type"]),
            _problem(each),
            formats.at(moment_in(each["due"]), at),
            _lateness(each),
            formats.money(single_money(each["amount"])),
            formats.money(single_money(each["expectedAmount"])),
            _cause(each["likelyCause"]),
        )
    out.print()
    out.print(rows)
    print_rest(out, page)


def _problem(finding: Json) -> str:
    """Its effect; of what a system lists, what it lacks or has otherwise."""
    listing = finding["listing"]
    if listing is None:
        return formats.words(finding["effect"])
    return short_finding(listing)


def _lateness(finding: Json) -> str:
    """Of a record out of sequence, how much earlier it came than the one that it must follow."""
    late_by = duration_in(finding["lateBy"])
    span = formats.duration(late_by)
    return f"{span} early" if finding["effect"] == "OUT_OF_SEQUENCE" and late_by else span


def _cause(cause: Json | None) -> str:
    if cause is None:
        return formats.NOTHING
    element = cause["element"]["name"] if cause["element"] else formats.NOTHING
    return f"{key_in(cause['failure']['id'])}, via {element}" if cause["failure"] else element


def _print_rates(out: Console, rates: Sequence[Json], at: Millis) -> None:
    figures = ("arrived", "usual", "from", "to")
    rows = table("hour", "record", "type", *figures, "likely cause", right=figures)
    for each in rates[:_MOST_RATES]:
        rows.add_row(
            formats.at(known_moment(each["from"]), at),
            record_kind_text(each["kind"]),
            formats.words(each["type"]),
            f"{each['count']:,}",
            f"{each['baseline']:,.0f}",
            f"{each['low']:,.0f}",
            f"{each['high']:,.0f}",
            _cause(each["likelyCause"]),
        )
    out.print()
    out.print("Hours with unusual counts", style="bold")
    out.print(rows)
    if len(rates) > _MOST_RATES:
        out.print(f"{len(rates) - _MOST_RATES:,} more: --format json.", style="dim")
