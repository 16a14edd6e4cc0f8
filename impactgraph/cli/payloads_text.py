"""Findings in payloads as a table."""

from rich.console import Console

from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.decode import known_moment, money_in, nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import print_headline, print_rest, table

_MOST_SUSPECTS = 3


def print_payloads(out: Console, page: Json, asked_for: str, at: Millis) -> None:
    """Prints a page of findings as of a moment; `asked_for`: what the question is limited to."""
    count = page["totalCount"]
    if not count:
        none = f"No finding matches the filter ({asked_for}). Others were not checked."
        everything = "No duplicate or incomplete orders, stock differences or errors."
        out.print(none if asked_for else everything, style="bold")
        return
    print_headline(out, f"{formats.count(count, 'finding')} in message contents.", at)
    rows = table("kind", "finding", "last", "value", "suspects", right=("value",))
    findings = nodes_in(page)
    for each in findings:
        causes = each["suspects"][:_MOST_SUSPECTS]
        suspects = dict.fromkeys(cause["element"]["name"] for cause in causes if cause["element"])
        rows.add_row(
            formats.words(each["kind"]),
            formats.without_zone(each["sentence"]),
            formats.at(known_moment(each["to"]), at),
            formats.money(money_in(each["value"])),
            ", ".join(suspects) or formats.NOTHING,
        )
    out.print()
    out.print(rows)
    print_rest(out, page)
